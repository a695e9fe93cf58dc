"""What answers hang on, what silences do, and how time constants move when the world changes."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquid_control.policy import LidarSpec
from liquid_control_sim.inspection.axes import (
    LAYERS,
    MOMENT,
    UNITS,
    VELOCITIES,
    WIDTH,
    colour_bar,
    colour_of,
    key,
    label,
    line,
    logarithmic,
    mark,
    number_logarithms,
    strips,
)
from liquid_control_sim.inspection.changes import Change
from liquid_control_sim.inspection.inspection import Inspection
from liquid_control_sim.watch.style import GRID, INK, PAPER, WATER, plain_axes

_PALE = '#8f9aa3'


def saliency_figure(found: Inspection) -> Figure:
    """A strip of contributions for speed and for turning, and below each LiDAR's directions."""
    lidars = list(found.saliency.directions)
    axes = strips([1.3, 1.3, *[1.35] * (2 * len(lidars))])
    for motor in (0, 1):
        _draw_contributions(axes[motor], found, motor)
    for row, lidar in enumerate(lidars):
        for motor in (0, 1):
            _draw_directions(axes[2 + 2 * row + motor], found, lidar, motor)
    axes[0].set_xlim(0.0, found.drive.seconds)
    return axes[0].figure  # type: ignore[return-value]


def silence_figure(found: Inspection) -> Figure:
    """How far the wanted velocity departs with each sensor silent."""
    axes = strips([1.4, 1.4])
    for motor, strip in enumerate(axes):
        label(strip, f'{VELOCITIES[motor]} less\nthe original, {UNITS[motor]}')
        strip.axhline(0.0, color=INK, lw=0.8)
        for one in found.silences:
            colour = colour_of(one.sensor)
            strip.plot(one.times, one.departures[:, motor], color=colour, lw=1.0, alpha=0.9)
    entries = [line(colour_of(one.sensor), f'{one.sensor} silent') for one in found.silences]
    key(axes[0], [*entries, line(MOMENT, 'from here on', ls='--', lw=1.3)])
    mark(axes, found.at)
    axes[0].set_xlim(0.0, found.drive.seconds)
    return axes[0].figure  # type: ignore[return-value]


def change_figure(change: Change) -> Figure:
    """Left the medians of the layers over time, right the time constants before and after."""
    height = 2.9
    figure = Figure(figsize=(WIDTH, height), dpi=130, facecolor=PAPER)
    course = figure.add_axes((0.086, 0.16, 0.51, 0.68))
    boxes = figure.add_axes((0.71, 0.16, 0.275, 0.68))
    _draw_course(course, change)
    _draw_boxes(boxes, change)
    return figure


def _draw_contributions(axes: Axes, found: Inspection, motor: int) -> None:
    hangs = found.saliency
    label(axes, f'{VELOCITIES[motor]}\n{UNITS[motor]}')
    axes.axhline(0.0, color=INK, lw=0.8)
    axes.plot(hangs.times, hangs.answers[:, motor], color=_PALE, lw=2.4, alpha=0.7)
    for sensor, contribution in hangs.features.items():
        axes.plot(hangs.times, contribution[:, motor], color=colour_of(sensor), lw=1.2)
    ages = np.sum(list(hangs.ages.values()), axis=0)
    axes.plot(hangs.times, ages[:, motor], color='black', lw=1.0, ls=':')
    if found.policy.spec.coin:
        axes.plot(hangs.times, hangs.coin[:, motor], color=INK, lw=1.0, ls='--')
    if motor == 0:
        entries = [line(colour_of(sensor), f'from {sensor}') for sensor in hangs.features]
        entries.append(line('black', 'from all ages', ls=':'))
        if found.policy.spec.coin:
            entries.append(line(INK, 'from the coin', ls='--'))
        key(axes, [*entries, line(_PALE, 'wanted', lw=3)])


def _draw_directions(axes: Axes, found: Inspection, lidar: str, motor: int) -> None:
    hangs, spec = found.saliency, found.policy.spec.sensors[lidar]
    assert isinstance(spec, LidarSpec)
    by_direction = hangs.directions[lidar][:, motor].T
    most = max(float(np.quantile(np.abs(by_direction), 0.99)), 1e-9)
    bounds = np.degrees((spec.angle_min, spec.angle_max))
    image = axes.imshow(
        by_direction,
        origin='lower',
        cmap='RdBu',
        vmin=-most,
        vmax=most,
        aspect='auto',
        interpolation='nearest',
        extent=(hangs.times[0], hangs.times[-1], *bounds),
    )
    axes.grid(visible=False)
    axes.set_yticks([tick for tick in (-180, -90, 0, 90, 180) if bounds[0] <= tick <= bounds[1]])
    label(axes, f'{VELOCITIES[motor]}: {lidar}\ndirection, degrees')
    words = ('slower', 'faster') if motor == 0 else ('to the right', 'to the left')
    colour_bar(axes, image, {-most: words[0], 0.0: '0', most: words[1]})


def _draw_course(axes: Axes, change: Change) -> None:
    plain_axes(axes, 'median time constant, s')
    medians = []
    for layer, neurons in change.layers.items():
        for values, style in ((change.unchanged, ':'), (change.changed, '-')):
            medians.append(np.median(values[:, neurons], axis=1))
            axes.plot(change.grid, medians[-1], style, color=LAYERS.get(layer, INK), lw=1.2)
    logarithmic(axes, np.array(medians))
    if change.name == 'friction':
        edge = axes.get_xaxis_transform()
        axes.fill_between(
            change.grid, 0, 1, change.after, transform=edge, color=WATER, alpha=0.4, lw=0
        )
    else:
        mark([axes], float(change.grid[change.after][0]))
    axes.set_xlim(0.0, change.grid[-1])
    axes.set_xlabel('time since the beginning, s', color=INK, fontsize=9.5)
    entries = [line(LAYERS.get(layer, INK), layer) for layer in reversed(list(change.layers))]
    entries += [line(INK, 'changed', lw=1.2), line(INK, 'unchanged', lw=1.2, ls=':')]
    axes.legend(
        handles=entries,
        loc='lower left',
        bbox_to_anchor=(-0.01, 1.0),
        ncols=len(entries),
        frameon=False,
        fontsize=8.5,
        handlelength=1.3,
        columnspacing=1.0,
    )


def _draw_boxes(axes: Axes, change: Change) -> None:
    """Of all neurons of a layer at all times: the middle 50 %, the median, and 90 %."""
    plain_axes(axes)
    axes.set_xscale('log')
    rows, names, ends = 0, [], []
    for layer in reversed(list(change.layers)):
        neurons, colour = change.layers[layer], LAYERS.get(layer, INK)
        for name, values, alpha in (
            ('before', change.changed[change.before], 0.35),
            ('unchanged', change.unchanged[change.after], 0.15),
            ('after', change.changed[change.after], 0.9),
        ):
            low, lower, median, upper, high = np.quantile(
                values[:, neurons], (0.05, 0.25, 0.5, 0.75, 0.95)
            )
            axes.plot([low, high], [rows, rows], color=colour, lw=1.0)
            axes.barh(rows, upper - lower, left=lower, height=0.62, color=colour, alpha=alpha)
            axes.plot([median] * 2, [rows - 0.31, rows + 0.31], color='black', lw=1.6)
            names.append(f'{layer}, {name}' if name == 'before' else name)
            ends += [low, high]
            rows += 1
        axes.axhline(rows - 0.5, color=GRID, lw=0.8)
    axes.set_yticks(range(rows), names, fontsize=8, color=INK)
    axes.set_ylim(rows - 0.5, -0.6)
    axes.set_xlim(min(ends) / 1.3, max(ends) * 1.3)
    number_logarithms(axes.xaxis)
    axes.grid(axis='y', visible=False)
    axes.set_xlabel('time constant, s', color=INK, fontsize=9.5)
