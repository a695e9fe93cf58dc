"""What has been delivered so far, as a Gymnasium observation."""

from typing import Any

import numpy as np
from gymnasium import spaces

from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import SENSORS, Message
from liquid_control_sim.simulation import START_NS

Observation = dict[str, Any]
NEVER = 10.0
"""Age of a sensor that has not spoken yet, and the greatest age shown, seconds."""


def sensors_of(scenario: Scenario) -> tuple[str, ...]:
    """The names of the sensors that speak in a scenario."""
    there = set(scenario.sensors.clocks)
    if scenario.task.type == 'goal' and 'odometry' in there:
        there.add('goal')
    return tuple(name for name in SENSORS if name in there)


def observation_space(scenario: Scenario) -> spaces.Dict:
    """The space of `View.add`; see `DriveEnv`."""
    names = sensors_of(scenario)
    return spaces.Dict(
        {
            'sensor': spaces.Discrete(len(names)),
            'stamp': spaces.Box(0.0, 1e6, (1,), np.float64),
            'dt': spaces.Box(-NEVER, NEVER, (1,), np.float32),
            'ages': spaces.Box(0.0, NEVER, (len(names),), np.float32),
            **{name: _space(name, scenario) for name in names},
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
    """Holds the last value of every sensor."""

    def __init__(self, scenario: Scenario, space: spaces.Dict) -> None:
        self._names = sensors_of(scenario)
        self._held = {name: np.zeros(space[name].shape, space[name].dtype) for name in self._names}
        self._lowest = {name: space[name].low for name in self._names}
        self._highest = {name: space[name].high for name in self._names}
        self._stamps: dict[str, int] = {}
        self._last_ns: int | None = None

    def add(self, message: Message) -> Observation:
        """Take in a delivered message and show everything."""
        event = message.event
        name = event.sensor
        self._held[name] = np.clip(event.value, self._lowest[name], self._highest[name])
        dt = 0 if self._last_ns is None else event.stamp_ns - self._last_ns
        self._last_ns = self._stamps[name] = event.stamp_ns
        ages = [self._age(other, message.delivered_ns) for other in self._names]
        return {
            'sensor': self._names.index(name),
            'stamp': np.array([(event.stamp_ns - START_NS) * 1e-9]),
            'dt': np.clip(np.array([dt * 1e-9], np.float32), -NEVER, NEVER),
            'ages': np.array(ages, np.float32),
            **{other: value.copy() for other, value in self._held.items()},
        }

    def _age(self, sensor: str, now_ns: int) -> float:
        if sensor not in self._stamps:
            return NEVER
        return min((now_ns - self._stamps[sensor]) * 1e-9, NEVER)
