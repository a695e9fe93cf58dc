"""Strips over time: speed, turning, time constants, and when each sensor measured."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from liquid_control_sim.scenario import Scenario
from liquid_control_sim.watch.series import Series
from liquid_control_sim.watch.style import (
    BEACON,
    COMMANDED,
    DRIVEN,
    INK,
    SENSOR_COLOURS,
    plain_axes,
)

BAND = '#c9d6e3'
MOTORS = ('#1f5fa8', '#b5179e')


def draw_strips(axes: Sequence[Axes], series: Series, config: Scenario) -> None:
    """The whole run, on axes that share the time: velocities [2], time constants where there are
    any, sensors.
    """
    speed, turning, *tau, sensors = axes
    for strip, column in ((speed, 0), (turning, 1)):
        velocities = np.array(series.velocities)
        dress_velocity(strip, velocities[:, column::2], column)
        strip.plot(series.times, velocities[:, column], color=COMMANDED, lw=1.2)
        strip.plot(series.times, velocities[:, 2 + column], color=DRIVEN, lw=1.2)
    legend(speed, velocity_handles())
    for strip in tau:
        dress_time_constants(strip, *tau_limits(series.time_constants))
        low, median, high, *motors = np.array(series.time_constants).T
        strip.fill_between(series.mind_times, low, high, color=BAND, linewidth=0)
        strip.plot(series.mind_times, median, color=INK, lw=1.2)
        for line, colour in zip(motors, MOTORS, strict=True):
            strip.plot(series.mind_times, line, color=colour, lw=1.0)
        legend(strip, time_constant_handles())
    _draw_sensors(sensors, series, config)
    for strip in axes:
        strip.set_xlim(0.0, series.times[-1])
        for time, _ in series.bumps:
            strip.axvline(time, color='black', lw=1.2, ls=(0, (2, 2)))
    for strip in axes[:-1]:
        strip.tick_params(labelbottom=False)
    sensors.set_xlabel('time, s', color=INK, fontsize=9.5)


def dress_velocity(axes: Axes, values: np.ndarray, column: int) -> None:
    """values: all that it must have room for. column: 0 for forward speed, 1 for turning."""
    plain_axes(axes, ('speed, m/s', 'turning, rad/s')[column])
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.1)
    margin = 0.12 * (high - low)
    axes.set_ylim(low - margin, high + margin)


def dress_time_constants(axes: Axes, low: float, high: float) -> None:
    plain_axes(axes, 'time\nconstants, s')
    axes.set_yscale('log')
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(LogLocator(10, numticks=9))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f'{value:g}'))
    axes.yaxis.set_minor_formatter(NullFormatter())


def dress_sensors(axes: Axes, sensors: Sequence[str]) -> None:
    """A row for each, the first on top."""
    plain_axes(axes)
    axes.set_yticks(range(len(sensors)), sensors, color=INK)
    axes.set_ylim(len(sensors) - 0.4, -0.6)
    axes.grid(axis='y', visible=False)


def tau_limits(time_constants: Sequence[np.ndarray]) -> tuple[float, float]:
    """A range that holds them all, on a logarithmic axis."""
    values = np.array(time_constants)
    return float(values.min()) / 1.5, float(values.max()) * 1.5


def velocity_handles() -> list[Line2D]:
    return [
        Line2D([], [], color=COMMANDED, lw=2, label='commanded'),
        Line2D([], [], color=DRIVEN, lw=2, label='driven'),
    ]


def time_constant_handles() -> list[Line2D]:
    return [
        Line2D([], [], color=BAND, lw=6, label='80 % of neurons'),
        Line2D([], [], color=INK, lw=2, label='median'),
        Line2D([], [], color=MOTORS[0], lw=2, label='speed neuron'),
        Line2D([], [], color=MOTORS[1], lw=2, label='turning neuron'),
    ]


def legend(axes: Axes, handles: Sequence[Line2D]) -> None:
    """In one row above the axes, at the right."""
    axes.legend(
        handles=list(handles),
        loc='lower right',
        bbox_to_anchor=(1.01, 0.97),
        ncols=len(handles),
        frameon=False,
        fontsize=8,
        labelcolor=INK,
        handlelength=1.2,
        handletextpad=0.5,
        columnspacing=0.9,
        borderaxespad=0.0,
    )


def _draw_sensors(axes: Axes, series: Series, config: Scenario) -> None:
    """A tick for each measurement; what is missing in the rhythm of a sensor is marked red."""
    clocks = config.sensors.clocks
    dress_sensors(axes, list(clocks))
    for row, (sensor, clock) in enumerate(clocks.items()):
        arrivals = np.array(series.arrivals[sensor]).reshape(-1, 2)
        stamps = arrivals[:, 0]
        axes.vlines(
            stamps, row - 0.32, row + 0.32, color=SENSOR_COLOURS[sensor], lw=0.7, alpha=0.6
        )
        for begin, end in silences(stamps, series.times[-1], 4.0 / clock.rate):
            axes.fill_between([begin, end], row - 0.4, row + 0.4, color=BEACON, alpha=0.6, lw=0)
        axes.text(
            1.008,
            row,
            _rhythm(arrivals, series.times[-1]),
            transform=axes.get_yaxis_transform(),
            va='center',
            fontsize=8.5,
            color=SENSOR_COLOURS[sensor],
        )
    note = Line2D([], [], color=BEACON, alpha=0.6, lw=6, label='silent for 4 periods or more')
    tick = Line2D([], [], color=INK, ls='none', marker='|', ms=9, label='a measurement')
    legend(axes, [tick, note])


def silences(stamps: np.ndarray, end: float, least: float) -> list[tuple[float, float]]:
    """From when to when nothing was measured for longer than `least` seconds."""
    edges = np.concatenate(([0.0], stamps, [end]))
    gaps = np.flatnonzero(np.diff(edges) > least)
    return [(float(edges[gap]), float(edges[gap + 1])) for gap in gaps]


def _rhythm(arrivals: np.ndarray, seconds: float) -> str:
    if not len(arrivals):
        return 'never heard'
    late = 1e3 * float(np.mean(arrivals[:, 1] - arrivals[:, 0]))
    return f'{len(arrivals) / seconds:.1f} Hz, {late:.0f} ms late'
