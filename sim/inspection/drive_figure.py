"""What went on in a drive, on one time axis: what the sensors saw, what the neurons did with it,
what was commanded.
"""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquid_control_sim.inspection.axes import (
    LAYERS,
    UNITS,
    VELOCITIES,
    colour_bar,
    colour_of,
    key,
    label,
    line,
    logarithmic,
    strips,
)
from liquid_control_sim.inspection.inspection import Inspection
from liquid_control_sim.sensors import Message
from liquid_control_sim.watch.strips import silences
from liquid_control_sim.watch.style import BEACON, COMMANDED, DRIVEN, INK

_SILENT_PERIODS = 4.0
_MAP_GRID = 0.02


def drive_figure(found: Inspection) -> Figure:
    """Strips, from the top: velocities, a sensor each, ages, time constants if there are any."""
    sensors = [name for name in found.config.sensors.clocks if found.drive.of(name)]
    sensors += ['goal'] if found.drive.of('goal') else []
    inner = [1.9, 1.7] if found.layers else []
    axes = strips([0.9, 0.9, *[0.75] * len(sensors), 0.9, *inner])
    for motor in (0, 1):
        _draw_velocity(axes[motor], found, motor)
    for strip, sensor in zip(axes[2:], sensors, strict=False):
        _draw_sensor(strip, found, sensor)
    _draw_ages(axes[2 + len(sensors)], found)
    if found.layers:
        _draw_time_constants(axes[-2], found)
        _draw_map(axes[-1], found)
    axes[0].set_xlim(0.0, found.drive.seconds)
    return axes[0].figure  # type: ignore[return-value]


def _draw_velocity(axes: Axes, found: Inspection, motor: int) -> None:
    drive = found.drive
    label(axes, f'{VELOCITIES[motor]}\n{UNITS[motor]}')
    axes.step(drive.times, drive.commanded[:, motor], where='post', color=COMMANDED, lw=1.2)
    axes.plot(drive.times, drive.twists[:, motor], color=DRIVEN, lw=1.0)
    if motor == 0:
        key(axes, [line(COMMANDED, 'commanded'), line(DRIVEN, 'driven')])


def _draw_sensor(axes: Axes, found: Inspection, sensor: str) -> None:
    """What it said, a tick for each message by its stamp, and its silences."""
    messages, colour = found.drive.of(sensor), colour_of(sensor)
    stamps = np.array([message.measured_s for message in messages])
    name, values = _said(sensor, messages)
    label(axes, name)
    heard = sensor in found.policy.sensors
    axes.plot(stamps, values, color=colour, lw=1.1, alpha=1.0 if heard else 0.5)
    if sensor == 'camera':
        shown = np.array([message.beacon_pixels > 0 for message in messages])
        edge = axes.get_xaxis_transform()
        axes.fill_between(
            stamps, 0.9, 1.0, shown, step='post', transform=edge, color=BEACON, lw=0, alpha=0.85
        )
    axes.vlines(
        stamps, 0.0, 0.1, transform=axes.get_xaxis_transform(), color=colour, lw=0.5
    ).set_rasterized(True)
    clock = found.config.sensors.clocks['odometry' if sensor == 'goal' else sensor]
    for begin, end in silences(stamps, found.drive.seconds, _SILENT_PERIODS / clock.rate):
        axes.axvspan(begin, end, color=BEACON, alpha=0.25, lw=0)
    entries = [line(colour, sensor if heard else f'{sensor}, not heard')]
    entries.append(
        line(colour, f'{len(messages) / found.drive.seconds:.1f} messages/s', ls='none')
    )
    if sensor == 'camera':
        entries.append(line(BEACON, 'shows the beacon', lw=5))
    key(axes, entries)


def _said(sensor: str, messages: list[Message]) -> tuple[str, np.ndarray]:
    """A number that stands for each message, and what it is."""
    values = [message.event.value for message in messages]
    if sensor == 'lidar':
        finite = [value[np.isfinite(value)] for value in values]
        return 'nearest\nm', np.array([v.min() if len(v) else np.nan for v in finite])
    if sensor == 'camera':
        return 'brightness\n%', np.array([value.mean() / 2.55 for value in values])
    if sensor == 'imu':
        return 'yaw rate\nrad/s', np.array([value[2] for value in values])
    return {'odometry': 'speed\nm/s', 'goal': 'distance\nm'}[sensor], np.array(values)[:, 0]


def _draw_ages(axes: Axes, found: Inspection) -> None:
    seen = found.thoughts
    label(axes, 'age\ns')
    for column, sensor in enumerate(found.policy.sensors):
        axes.plot(seen.times, seen.ages[:, column], color=colour_of(sensor), lw=0.8)
    axes.set_ylim(bottom=0.0)
    sensors = found.policy.sensors
    key(axes, [line(colour_of(sensor), sensor) for sensor in sensors], 'age of what is held')


def _draw_time_constants(axes: Axes, found: Inspection) -> None:
    seen = found.thoughts
    label(axes, 'time constants\ns')
    entries = []
    shown = [seen.time_constants[:, neurons] for neurons in found.layers.values()]
    logarithmic(axes, np.quantile(np.concatenate(shown, axis=1), (0.02, 0.98)))
    for (name, neurons), own in zip(found.layers.items(), shown, strict=True):
        colour = LAYERS.get(name, INK)
        if name == 'motor':
            for column, style in zip(own.T, ('-', ':'), strict=False):
                axes.plot(seen.times, column, color=colour, lw=1.1, ls=style)
            entries += [line(colour, 'speed neuron'), line(colour, 'turning neuron', ls=':')]
            continue
        low, median, high = np.quantile(own, (0.1, 0.5, 0.9), axis=1)
        if name == 'command':
            axes.fill_between(seen.times, low, high, color=colour, alpha=0.14, lw=0)
        axes.plot(seen.times, median, color=colour, lw=1.3)
        entries.append(line(colour, f'{name}, median of {len(neurons)}'))
    if 'command' in found.layers:
        entries.append(line(LAYERS['command'], 'command, 80 %', lw=6, alpha=0.2))
    key(axes, entries)


def _draw_map(axes: Axes, found: Inspection) -> None:
    """Each neuron's time constant by its own median over the drive."""
    seen = found.thoughts
    layers = {name: own for name, own in found.layers.items() if name != 'inter'}
    numbers = [neuron for own in layers.values() for neuron in own]
    grid = np.arange(0.0, found.drive.seconds, _MAP_GRID)
    tau = seen.time_constants[seen.at(grid)][:, numbers]
    times = np.log2(tau / np.median(tau, axis=0)).T
    image = axes.imshow(
        times,
        cmap='PuOr_r',
        vmin=-2.0,
        vmax=2.0,
        aspect='auto',
        interpolation='nearest',
        extent=(0.0, grid[-1] + _MAP_GRID, len(numbers), 0.0),
    )
    axes.grid(visible=False)
    label(axes, 'time constant\nby its median')
    edges = np.cumsum([0, *(len(own) for own in layers.values())])
    for edge in edges[1:-1]:
        axes.axhline(edge, color=INK, lw=0.8)
    axes.set_yticks(0.5 * (edges[1:] + edges[:-1]), list(layers))
    axes.tick_params(axis='y', length=0, labelsize=8, labelrotation=90)
    for text in axes.get_yticklabels():
        text.set_verticalalignment('center')
    colour_bar(axes, image, {-2: '¼', -1: '½', 0: '1', 1: '2', 2: '4 times'})
