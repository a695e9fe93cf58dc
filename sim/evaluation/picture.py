"""A run seen from above: the world, the way driven and how fast, the beacons in their order."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon, Rectangle

from liquid_control_sim.worlds import Box, Colour, Layout, Obstacle

Point = tuple[float, float]

_INK, _PAPER, _FLOOR = '#22303c', '#ffffff', '#f3f1ec'
_BEACON = '#d7263d'
_SPEEDS = 'viridis'
_SHADOW = 0.07
_FOOTPRINT = (0.508, 0.430)


def draw_run(
    path: Path,
    layout: Layout,
    poses: np.ndarray,
    speeds: np.ndarray,
    reached: Sequence[Point],
    *,
    next_beacon: Point | None = None,
    collisions: Sequence[Point] = (),
    reach: float = 0.9,
    max_speed: float = 1.0,
    title: str = '',
) -> None:
    """Write a PNG of one run.

    poses: x, y in metres and yaw in radians, [n, 3] in order of time, n >= 1. speeds: m/s, [n].
    reached: where the beacons were, in the order of being reached. next_beacon: the one ahead.
    collisions: where the robot bumped into something.
    reach: the distance at which a beacon counts as reached.
    """
    figure = Figure(figsize=(8.6, 7.6), dpi=150, facecolor=_PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.03, 0.09, 0.84, 0.83))
    _frame(axes, layout)
    for obstacle in layout.obstacles:
        _draw_obstacle(axes, obstacle)
    for number, place in enumerate(reached, start=1):
        _draw_beacon(axes, place, reach, str(number))
    if next_beacon is not None:
        _draw_next(axes, next_beacon, layout.look.beacon_radius)
    line = _draw_path(axes, poses, speeds, max_speed)
    _draw_robot(axes, poses[0], filled=False)
    _draw_robot(axes, poses[-1], filled=True)
    for x, y in collisions:
        axes.plot(x, y, 'x', color='black', markersize=12, markeredgewidth=3, zorder=9)
    _legend(figure, line, bool(len(reached)), next_beacon is not None, bool(len(collisions)))
    _speed_bar(figure, max_speed)
    axes.set_title(title, color=_INK, fontsize=13, pad=10, loc='left')
    figure.savefig(path, facecolor=_PAPER)


def _frame(axes: Axes, layout: Layout) -> None:
    """The walls, the floor with a metre grid, and nothing of a diagram's axes."""
    half_x, half_y = layout.half_size
    wall = 0.14
    outer = Rectangle(
        (-half_x - wall, -half_y - wall), 2 * (half_x + wall), 2 * (half_y + wall), color=_INK
    )
    axes.add_patch(outer)
    axes.add_patch(Rectangle((-half_x, -half_y), 2 * half_x, 2 * half_y, color=_FLOOR))
    columns = np.arange(math.ceil(-half_x), half_x)
    rows = np.arange(math.ceil(-half_y), half_y)
    axes.vlines(columns, -half_y, half_y, color='white', linewidth=0.9, zorder=1)
    axes.hlines(rows, -half_x, half_x, color='white', linewidth=0.9, zorder=1)
    axes.set_xlim(-half_x - 0.3, half_x + 0.3)
    axes.set_ylim(-half_y - 0.3, half_y + 0.3)
    axes.set_aspect('equal')
    axes.set_axis_off()
    x, y = -half_x + 0.25, -half_y + 0.22
    axes.plot([x, x + 1.0], [y, y], color=_INK, linewidth=2.5, solid_capstyle='butt', zorder=8)
    axes.text(x + 0.5, y + 0.08, '1 m', ha='center', va='bottom', fontsize=9, color=_INK, zorder=8)


def _draw_obstacle(axes: Axes, obstacle: Obstacle) -> None:
    """In its own colour, with a soft shadow."""
    shadow = _shape(obstacle, _SHADOW, -_SHADOW)
    shadow.set(facecolor='#00000022', edgecolor='none', zorder=2)
    shape = _shape(obstacle, 0.0, 0.0)
    shape.set(facecolor=obstacle.colour, edgecolor=_edge(obstacle), zorder=3)
    axes.add_patch(shadow)
    axes.add_patch(shape)


def _shape(obstacle: Obstacle, dx: float, dy: float) -> Patch:
    x, y = obstacle.x + dx, obstacle.y + dy
    if isinstance(obstacle, Box):
        corners = _rectangle(x, y, obstacle.yaw, obstacle.half_length, obstacle.half_width)
        return Polygon(corners, linewidth=1.0)
    return Circle((x, y), obstacle.radius, linewidth=1.0)


def _edge(obstacle: Obstacle) -> Colour:
    red, green, blue = obstacle.colour
    return 0.6 * red, 0.6 * green, 0.6 * blue


def _rectangle(
    x: float, y: float, yaw: float, half_length: float, half_width: float
) -> np.ndarray:
    """Corners [4, 2]."""
    along = half_length * np.array([np.cos(yaw), np.sin(yaw)])
    across = half_width * np.array([-np.sin(yaw), np.cos(yaw)])
    centre = np.array([x, y])
    return np.stack(
        [centre + a * along + b * across for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    )


def _draw_beacon(axes: Axes, place: Point, reach: float, label: str) -> None:
    axes.add_patch(Circle(place, reach, facecolor=_BEACON, alpha=0.10, zorder=2))
    ring = Circle(place, reach, fill=False, edgecolor=_BEACON, zorder=2)
    ring.set(linewidth=1.0, linestyle=(0, (4, 3)), alpha=0.7)
    axes.add_patch(ring)
    axes.add_patch(Circle(place, 0.24, facecolor=_BEACON, edgecolor='white', lw=1.6, zorder=7))
    text = axes.text(*place, label, ha='center', va='center', color='white', zorder=8)
    text.set(fontsize=11, fontweight='bold')


def _draw_next(axes: Axes, place: Point, radius: float) -> None:
    dot = Circle(place, radius, facecolor='white', edgecolor=_BEACON, linewidth=2.2, zorder=7)
    axes.add_patch(dot)


def _draw_path(
    axes: Axes, poses: np.ndarray, speeds: np.ndarray, max_speed: float
) -> LineCollection:
    """The way, coloured by speed, on a white edge that lifts it off the floor."""
    points = poses[:, None, :2]
    pieces = np.concatenate([points[:-1], points[1:]], axis=1)
    axes.plot(poses[:, 0], poses[:, 1], color='white', linewidth=5.5, zorder=4)
    line = LineCollection(
        list(pieces), cmap=_SPEEDS, norm=Normalize(0.0, max_speed), linewidth=3.2, zorder=5
    )
    line.set_array(np.asarray(speeds)[1:])
    line.set_capstyle('round')
    axes.add_collection(line)
    return line


def _draw_robot(axes: Axes, pose: np.ndarray, *, filled: bool) -> None:
    """The footprint to scale, with a nose; hollow where it started, full where it ended."""
    x, y, yaw = (float(value) for value in pose)
    corners = _rectangle(x, y, yaw, _FOOTPRINT[0] / 2, _FOOTPRINT[1] / 2)
    body = Polygon(corners, edgecolor=_INK, facecolor=_INK if filled else 'white', zorder=6)
    body.set(linewidth=1.6)
    axes.add_patch(body)
    nose = np.array([[0.16, 0.0], [-0.08, 0.11], [-0.08, -0.11]])
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    axes.add_patch(Polygon(nose @ turn + (x, y), color='white' if filled else _INK, zorder=6.5))


def _legend(
    figure: Figure, line: LineCollection, reached: bool, ahead: bool, collided: bool
) -> None:
    def dot(face: str, edge: str, marker: str, size: float) -> Line2D:
        handle = Line2D([], [], linestyle='none', marker=marker, markersize=size)
        handle.set(markerfacecolor=face, markeredgecolor=edge, markeredgewidth=1.6)
        return handle

    entries: list[tuple[object, str]] = [
        (dot('white', _INK, 's', 10), 'start'),
        (dot(_INK, _INK, 's', 10), 'end'),
        (Line2D([], [], color=line.cmap(0.75), linewidth=3.2), 'way driven'),
    ]
    if reached:
        entries.append((dot(_BEACON, 'white', 'o', 12), 'beacon reached, in this order'))
    if ahead:
        entries.append((dot('white', _BEACON, 'o', 9), 'next beacon'))
    if collided:
        entries.append((dot('black', 'black', 'x', 10), 'collision'))
    handles, labels = zip(*entries, strict=True)
    figure.legend(
        handles,
        labels,
        loc='lower center',
        bbox_to_anchor=(0.45, 0.015),
        ncols=len(entries),
        frameon=False,
        fontsize=10,
        labelcolor=_INK,
    )


def _speed_bar(figure: Figure, max_speed: float) -> None:
    bar = figure.colorbar(
        ScalarMappable(Normalize(0.0, max_speed), _SPEEDS),
        cax=figure.add_axes((0.895, 0.25, 0.018, 0.5)),
    )
    bar.set_label('speed, m/s', color=_INK, fontsize=10)
    bar.ax.tick_params(colors=_INK, labelsize=9)
    bar.outline.set_visible(False)
