"""A run as a picture: the world from above with the way driven; below it what happened when."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Polygon

from liquid_control_sim.scenario import Scenario
from liquid_control_sim.tasks import Point
from liquid_control_sim.watch.plan import (
    darker,
    draw_plan,
    draw_target,
    footprint,
    nose,
    target_colour,
)
from liquid_control_sim.watch.recording import Recording
from liquid_control_sim.watch.series import Series
from liquid_control_sim.watch.strips import draw_strips
from liquid_control_sim.watch.style import INK, PAPER, SPEEDS, WATER
from liquid_control_sim.worlds import Layout

_DPI = 110
_WIDTH = 9.4
_MAP_WIDTH = 7.9
_STRIP, _GAP = 1.0, 0.3


@dataclass(frozen=True, eq=False)
class Way:
    """Where a robot was. poses: x, y in metres and yaw in radians, [n, 3] in order of time, n >=
    1. speeds: m/s, [n].

    reached: where the beacons or the goal were, in the order of being reached. ahead: the next.
    collisions: where the robot bumped into something. movers: their centres [n, m, 2].
    """

    poses: np.ndarray
    speeds: np.ndarray
    reached: Sequence[Point] = ()
    ahead: Point | None = None
    collisions: Sequence[Point] = ()
    movers: np.ndarray | None = None


def draw_run(path: Path, layout: Layout, config: Scenario, way: Way, title: str = '') -> None:
    """Write a PNG of the world and the way alone."""
    height = _map_height(layout)
    figure = _figure(height + 1.1)
    axes = _draw_map(figure, layout, config, way, height)
    axes.set_title(title, color=INK, fontsize=13, pad=10, loc='left')
    figure.savefig(path, facecolor=PAPER)


def draw_recording(path: Path, recording: Recording) -> None:
    """Write a PNG of a recorded run."""
    run, series = recording.run, Series()
    for moment in recording.moments:
        series.add(moment)
    last = recording.moments[-1]
    way = Way(
        np.array(series.poses),
        np.array(series.velocities)[:, 2],
        [place for _, place in series.reached],
        None if last.target in [place for _, place in series.reached] else last.target,
        [place for _, place in series.bumps],
        np.array(series.movers),
    )
    count = 4 if series.time_constants else 3
    height = _map_height(run.layout)
    below = count * (_STRIP + _GAP) + 0.55
    figure = _figure(height + 1.3 + below)
    axes = _draw_map(figure, run.layout, run.config, way, height, below)
    axes.set_title(f'{recording.ending}\n', color=INK, fontsize=13, pad=4, loc='left')
    axes.text(0.0, 1.012, run.title, transform=axes.transAxes, color='#55636e', fontsize=10)
    bottoms = [below - 0.25 - (i + 1) * (_STRIP + _GAP) + 0.2 for i in range(count)]
    strips = [_place(figure, 0.85, bottom, _MAP_WIDTH - 0.85, _STRIP) for bottom in bottoms]
    draw_strips(strips, series, run.config)
    figure.savefig(path, facecolor=PAPER)


def _draw_map(
    figure: Figure, layout: Layout, config: Scenario, way: Way, height: float, below: float = 0.0
) -> Axes:
    """The plan and all that is on it, with a legend. height, below: inches."""
    axes = _place(figure, 0.25, below + 0.65, _MAP_WIDTH, height)
    draw_plan(axes, layout)
    colour = target_colour(config.task.type)
    reach = getattr(config.task, 'reach', 0.5)
    for number, place in enumerate(way.reached, start=1):
        draw_target(axes, place, reach, colour)
        _draw_reached(axes, place, colour, str(number) if len(way.reached) > 1 else '')
    if way.ahead is not None:
        draw_target(axes, way.ahead, reach, colour)
        _draw_ahead(axes, way.ahead, colour)
    _draw_movers(axes, layout, way)
    line = _draw_way(axes, way)
    for pose, body, tip in ((way.poses[0], 'white', INK), (way.poses[-1], INK, 'white')):
        axes.add_patch(Polygon(footprint(config.robot, pose), ec=INK, fc=body, lw=1.4, zorder=6))
        axes.add_patch(Polygon(nose(config.robot, pose), color=tip, zorder=6.5))
    for x, y in way.collisions:
        axes.plot(x, y, 'x', color='white', ms=14, mew=6, zorder=8.9)
        axes.plot(x, y, 'x', color='black', ms=12, mew=3, zorder=9)
    _draw_legend(figure, _entries(layout, config, way, line), below)
    _draw_speeds(figure, line, below, height)
    return axes


def _draw_reached(axes: Axes, place: Point, colour: str, label: str) -> None:
    axes.add_patch(Circle(place, 0.24, facecolor=colour, edgecolor='white', lw=1.6, zorder=7))
    text = axes.text(*place, label, ha='center', va='center', color='white', zorder=8)
    text.set(fontsize=11, fontweight='bold')


def _draw_ahead(axes: Axes, place: Point, colour: str) -> None:
    axes.add_patch(
        Circle(place, 0.15, facecolor='white', edgecolor=colour, linewidth=2.2, zorder=7)
    )


def _draw_movers(axes: Axes, layout: Layout, way: Way) -> None:
    """Their tracks, hollow where they began, full where they ended."""
    if way.movers is None:
        return
    for index, mover in enumerate(layout.movers):
        track, colour = way.movers[:, index], mover.body.colour
        axes.plot(*track.T, color=darker(colour), lw=1.3, ls=(0, (1, 1.5)), zorder=3.6)
        for place, face in ((track[0], 'none'), (track[-1], colour)):
            body = Circle(place, mover.body.radius, facecolor=face, zorder=3.7)
            body.set(edgecolor=darker(colour), linewidth=1.2)
            axes.add_patch(body)


def _draw_way(axes: Axes, way: Way) -> LineCollection:
    """The way, coloured by speed, on a white edge that lifts it off the floor."""
    points = way.poses[:, None, :2]
    pieces = np.concatenate([points[:-1], points[1:]], axis=1)
    axes.plot(way.poses[:, 0], way.poses[:, 1], color='white', linewidth=5.5, zorder=4)
    fastest = max(0.5, math.ceil(4 * float(np.max(way.speeds))) / 4)
    line = LineCollection(
        list(pieces), cmap=SPEEDS, norm=Normalize(0.0, fastest), linewidth=3.2, zorder=5
    )
    line.set_array(np.asarray(way.speeds)[1:])
    line.set_capstyle('round')
    axes.add_collection(line)
    return line


def _entries(
    layout: Layout, config: Scenario, way: Way, line: LineCollection
) -> list[tuple[Line2D, str]]:
    colour, task = target_colour(config.task.type), config.task.type
    entries = [
        (_mark('s', 'white', INK), 'start'),
        (_mark('s', INK, INK), 'end'),
        (Line2D([], [], color=line.cmap(0.6), linewidth=3.2), 'way driven'),
    ]
    if way.reached:
        said = 'goal reached' if task == 'goal' else f'{task} reached, in this order'
        entries.append((_mark('o', colour, 'white', 12), said))
    if way.ahead is not None:
        entries.append(
            (_mark('o', 'white', colour, 9), 'goal' if task == 'goal' else f'next {task}')
        )
    if way.movers is not None and layout.movers:
        paint = layout.movers[0].body.colour
        dots = Line2D([], [], color=darker(paint), lw=1.3, ls=(0, (1, 1.5)))
        dots.set(marker='o', markersize=9, markerfacecolor=paint)
        entries.append((dots, 'moves'))
    if layout.patches:
        entries.append((_mark('o', WATER, '#5aa0cf'), 'slippery'))
    if way.collisions:
        entries.append((_mark('x', 'black', 'black'), 'collision'))
    return entries


def _mark(marker: str, face: Any, edge: Any, size: float = 10) -> Line2D:
    handle = Line2D([], [], linestyle='none', marker=marker, markersize=size)
    handle.set(markerfacecolor=face, markeredgecolor=edge, markeredgewidth=1.6)
    return handle


def _draw_legend(figure: Figure, entries: list[tuple[Line2D, str]], below: float) -> None:
    handles, labels = zip(*entries, strict=True)
    figure.legend(
        handles,
        labels,
        loc='center',
        bbox_to_anchor=(0.47, (below + 0.36) / figure.get_figheight()),
        ncols=len(entries),
        frameon=False,
        fontsize=10,
        labelcolor=INK,
        columnspacing=1.4,
        handletextpad=0.5,
    )


def _draw_speeds(figure: Figure, line: LineCollection, below: float, height: float) -> None:
    tall = min(height - 0.4, 3.6)
    place = _place(figure, _MAP_WIDTH + 0.45, below + 0.65 + (height - tall) / 2, 0.16, tall)
    bar = figure.colorbar(ScalarMappable(line.norm, SPEEDS), cax=place)
    bar.set_label('speed, m/s', color=INK, fontsize=10)
    bar.ax.tick_params(colors=INK, labelsize=9)
    bar.outline.set_visible(False)


def _map_height(layout: Layout) -> float:
    """Inches: as the world's sides want it, within reason."""
    half_x, half_y = layout.half_size
    return float(np.clip(_MAP_WIDTH * (half_y + 0.3) / (half_x + 0.3), 2.5, 7.6))


def _figure(height: float) -> Figure:
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=PAPER)
    FigureCanvasAgg(figure)
    return figure


def _place(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at this place, inches."""
    whole_x, whole_y = figure.get_size_inches()
    return figure.add_axes((left / whole_x, bottom / whole_y, width / whole_x, height / whole_y))
