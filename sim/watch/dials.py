"""The right side of the moving picture: the camera's image, figures, and strips that scroll."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquid_control_sim.scenario import Scenario
from liquid_control_sim.watch.recording import Moment
from liquid_control_sim.watch.series import Series
from liquid_control_sim.watch.strips import (
    BAND,
    MOTORS,
    dress_sensors,
    dress_time_constants,
    dress_velocity,
    legend,
    time_constant_handles,
    velocity_handles,
)
from liquid_control_sim.watch.style import (
    COMMANDED,
    DRIVEN,
    GRID,
    INK,
    SENSOR_COLOURS,
    WANTED,
)

WINDOW_S = 10.0
TAU = (1e-3, 1.0)
"""Seconds that the axis of the time constants spans."""

_LEFT, _WIDTH, _HEIGHT, _STEP = 8.25, 4.25, 0.8, 1.12


class Dials:
    """Strips of the last WINDOW_S seconds. artists: all that moves, in the order of drawing."""

    def __init__(self, figure: Figure, config: Scenario) -> None:
        self._figure, self._config = figure, config
        speed, turning, tau, sensors = self._strips = [
            self._axes(_LEFT, 0.5 + (3 - row) * _STEP, _WIDTH, _HEIGHT) for row in range(4)
        ]
        limits = np.array([config.limits.min_velocity, config.limits.max_velocity])
        self._velocities = []
        for column, strip in enumerate((speed, turning)):
            dress_velocity(strip, limits[:, column], column)
            self._velocities += [_line(strip, COMMANDED), _line(strip, DRIVEN)]
        dress_time_constants(tau, *TAU)
        self._band = tau.fill_between([-1.0, 0.0], TAU[0], TAU[0], color=BAND, linewidth=0)
        self._median, *self._motors = (_line(tau, colour) for colour in (INK, *MOTORS))
        self._ticks = _sensor_lines(sensors, config)
        self._note = tau.text(
            0.5, 0.5, 'nothing with time constants drives', transform=tau.transAxes, ha='center'
        )
        self._note.set(color=WANTED, fontsize=9)
        self._dress()
        self._picture = self._make_picture()
        self._clock = figure.text(0.848, 0.93, '', color=INK, fontsize=20, va='top')
        self._words = figure.text(0.848, 0.868, '', color=INK, fontsize=10.5, va='top')
        self._words.set_linespacing(1.5)

    @property
    def artists(self) -> list[Any]:
        strips = [self._band, self._median, *self._motors, *self._velocities]
        words = [self._note, self._clock, self._words]
        return [*strips, *self._ticks.values(), *self._picture, *words]

    def show_image(self, image: np.ndarray) -> None:
        """uint8 [height, width, 3]."""
        for artist in self._picture:
            artist.set_data(image)

    def move(self, series: Series, moment: Moment) -> None:
        """Scroll to this moment."""
        now = moment.elapsed
        window = series.since(now - WINDOW_S)
        times = np.array(series.times[window]) - now
        velocities = np.array(series.velocities[window])
        for line, column in zip(self._velocities, (0, 2, 1, 3), strict=True):
            line.set_data(times, velocities[:, column])
        self._move_time_constants(series, now)
        for row, (sensor, line) in enumerate(self._ticks.items()):
            stamps = series.stamps_since(sensor, now - WINDOW_S) - now
            line.set_data(stamps, np.full(len(stamps), row))
        self._clock.set_text(f'{now:.1f} s')
        self._words.set_text('\n'.join(self._figures(moment)))

    def _move_time_constants(self, series: Series, now: float) -> None:
        window = series.minds_since(now - WINDOW_S)
        times = np.array(series.mind_times[window]) - now
        self._note.set_visible(not len(times))
        if not len(times):
            return
        low, median, high, *motors = np.array(series.time_constants[window]).T
        edge = np.concatenate((np.stack([times, high], 1), np.stack([times, low], 1)[::-1]))
        self._band.set_verts([edge])
        for line, values in zip((self._median, *self._motors), (median, *motors), strict=True):
            line.set_data(times, values)

    def _figures(self, moment: Moment) -> list[str]:
        v, w = moment.twist
        words = [f'{v:.2f} m/s', f'{round(np.rad2deg(w)):+d}°/s']
        if self._config.task.type == 'beacon':
            words.append(f'beacons: {moment.reached}')
        if self._config.task.type == 'goal':
            words.append('goal reached' if moment.reached else 'goal ahead')
        words.append(f'collisions: {moment.collisions}')
        return words

    def _dress(self) -> None:
        speed, _, tau, sensors = self._strips
        legend(speed, velocity_handles())
        legend(tau, time_constant_handles())
        dress_sensors(sensors, list(self._ticks))
        for strip in self._strips:
            strip.set_xlim(-WINDOW_S, 0.0)
            strip.tick_params(labelbottom=strip is sensors)
        sensors.set_xlabel('seconds ago; a tick for each measurement', color=INK, fontsize=9)
        sensors.xaxis.set_major_formatter(lambda value, _: f'{abs(value):g}')

    def _make_picture(self) -> list[Any]:
        """The camera's last image; nothing without a camera."""
        camera = self._config.sensors.camera
        if camera is None:
            return []
        axes = self._axes(_LEFT, 5.25, 2.4, 1.5)
        axes.set(xticks=[], yticks=[])
        axes.set_title('camera', color=INK, fontsize=9, loc='left', pad=3)
        for spine in axes.spines.values():
            spine.set_color(GRID)
        dark = np.zeros((camera.height, camera.width, 3), np.uint8)
        return [axes.imshow(dark, interpolation='nearest')]

    def _axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """At this place, inches."""
        whole_x, whole_y = self._figure.get_size_inches()
        return self._figure.add_axes(
            (left / whole_x, bottom / whole_y, width / whole_x, height / whole_y)
        )


def _line(axes: Axes, colour: str) -> Any:
    return axes.plot([], [], color=colour, lw=1.4)[0]


def _sensor_lines(axes: Axes, config: Scenario) -> dict[str, Any]:
    return {
        sensor: axes.plot([], [], '|', color=SENSOR_COLOURS[sensor], ms=8, mew=0.9)[0]
        for sensor in config.sensors.clocks
    }
