"""What has been delivered so far, as a Gymnasium observation."""

from typing import Any

import numpy as np
from gymnasium import spaces

from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import SENSORS, Message

Observation = dict[str, Any]
NEVER = 10.0
"""Age of a sensor that has not spoken yet, and the greatest age shown, seconds."""


def sensors_of(scenario: Scenario) -> tuple[str, ...]:
    """The names of the sensors that speak in a scenario."""
    there = set(scenario.sensors.clocks)
    if scenario.task.type == 'goal' and 'odometry' in there:
        there.add('goal')
    return tuple(name for name in SENSORS if name in there)


def held_space(scenario: Scenario) -> spaces.Dict:
    """The space of `View.held`."""
    names = sensors_of(scenario)
    ages = spaces.Box(0.0, NEVER, (len(names),), np.float32)
    return spaces.Dict({'ages': ages, **{name: _space(name, scenario) for name in names}})


def event_space(scenario: Scenario) -> spaces.Dict:
    """The space of `View.event`."""
    return spaces.Dict(
        {
            'sensor': spaces.Discrete(len(sensors_of(scenario))),
            'stamp': spaces.Box(-1e6, 1e6, (1,), np.float64),
            'dt': spaces.Box(-NEVER, NEVER, (1,), np.float32),
            **held_space(scenario),
        }
    )


def _space(name: str, scenario: Scenario) -> spaces.Box:
    suite = scenario.sensors
    if name == 'lidar' and suite.lidar:
        return spaces.Box(0.0, suite.lidar.range_max, (suite.lidar.beams,), np.float32)
    if name == 'camera' and suite.camera:
        return spaces.Box(0, 255, (suite.camera.height, suite.camera.width, 3), np.uint8)
    return spaces.Box(-1000.0, 1000.0, (6,) if name == 'imu' else (2,), np.float32)


class View:
    """Holds the last value of every sensor, and its stamp."""

    def __init__(self, scenario: Scenario) -> None:
        self._names = sensors_of(scenario)
        space = held_space(scenario)
        self._lowest = {name: space[name].low for name in self._names}
        self._highest = {name: space[name].high for name in self._names}
        self._held = {name: np.zeros_like(space[name].low) for name in self._names}
        self._stamps: dict[str, int] = {}
        self._last_ns: int | None = None

    def take(self, message: Message) -> None:
        """Hold what a message says."""
        name = message.event.sensor
        self._held[name] = np.clip(message.event.value, self._lowest[name], self._highest[name])
        self._last_ns = self._stamps[name] = message.event.stamp_ns

    def held(self, now_ns: int) -> Observation:
        """Everything that is held, and how old it is by now."""
        ages = [self._age(name, now_ns) for name in self._names]
        held = {name: value.copy() for name, value in self._held.items()}
        return {'ages': np.array(ages, np.float32), **held}

    def event(self, message: Message) -> Observation:
        """Take a message that has just been delivered, and show it and everything held."""
        stamp_ns, last_ns = message.event.stamp_ns, self._last_ns
        dt = 0.0 if last_ns is None else (stamp_ns - last_ns) * 1e-9
        self.take(message)
        return {
            'sensor': self._names.index(message.event.sensor),
            'stamp': np.array([message.measured_s]),
            'dt': np.clip(np.array([dt], np.float32), -NEVER, NEVER),
            **self.held(message.delivered_ns),
        }

    def _age(self, sensor: str, now_ns: int) -> float:
        """A stamp from the future, which a clock that is ahead gives, has no age."""
        if sensor not in self._stamps:
            return NEVER
        return min(max((now_ns - self._stamps[sensor]) * 1e-9, 0.0), NEVER)
