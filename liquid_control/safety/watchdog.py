"""Which required sensors have fallen silent, on the caller's steady clock.

ROS time plays no part here: a paused simulator, a bag that loops or a clock that leaps cannot keep
a dead sensor alive. What counts as a sign of life is the caller's choice: a usable message.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

_NS = 1_000_000_000


@dataclass(frozen=True)
class Source:
    """One sensor's right to keep the robot moving.

    timeout_s: silence longer than this is a fault, > 0.
    required: whether that fault stops the robot.

    Raises ValueError if timeout_s is not a positive number.
    """

    timeout_s: float = 0.5
    required: bool = True

    def __post_init__(self) -> None:
        if not 0.0 < self.timeout_s < math.inf:
            raise ValueError(f'source_timeout is {self.timeout_s}, wanted seconds > 0')


class Watchdog:
    """Says why the robot must stand still, or nothing.

    lidar required, source_timeout 0.5:
        fed at          0.00  0.05  0.10
        silent before:  'no usable lidar message yet'
        silent at 0.60: no
        silent at 0.61: 'no usable lidar message for 0.51 s (source_timeout 0.50 s)'
    """

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = dict(sources)
        self._fed_ns: dict[str, int] = {}

    def reset(self) -> None:
        """Nothing has been heard of any sensor."""
        self._fed_ns.clear()

    def feed(self, sensor: str, now_ns: int) -> None:
        """A usable message of the sensor came at now_ns, steady nanoseconds."""
        self._fed_ns[sensor] = now_ns

    def age(self, sensor: str, now_ns: int) -> float:
        """Seconds since the sensor was last fed, infinite before the first time."""
        fed_ns = self._fed_ns.get(sensor)
        return math.inf if fed_ns is None else (now_ns - fed_ns) / _NS

    def is_silent(self, sensor: str, now_ns: int) -> bool:
        """Whether the sensor, required or not, is silent for longer than its timeout."""
        return self.age(sensor, now_ns) > self.sources[sensor].timeout_s

    def silent(self, now_ns: int) -> tuple[str, ...]:
        """The required sensors that are silent; the robot may move only while there are none."""
        return tuple(
            name
            for name, source in self.sources.items()
            if source.required and self.is_silent(name, now_ns)
        )

    def describe(self, sensor: str, now_ns: int) -> str:
        """The sensor's silence in words, in one line."""
        age = self.age(sensor, now_ns)
        if math.isinf(age):
            return f'no usable {sensor} message yet'
        timeout = self.sources[sensor].timeout_s
        return f'no usable {sensor} message for {age:.2f} s (source_timeout {timeout:.2f} s)'
