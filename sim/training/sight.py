"""What a policy can see of its surroundings, and how much speed that allows."""

import math

import numpy as np

from liquid_control.policy import PolicySpec
from liquid_control.policy.spec import CameraSpec, DepthSpec, LidarSpec
from liquid_control.stream import Event

_RANGE = LidarSpec | DepthSpec


class Sight:
    """Slows whoever drives as what it sees with falls silent.

        age of the newest scan / age_cap    0     0.5    0.75    1
        share of the expert's speed         1     1      0.5     0

    It sees with its range sensors, the one that spoke last; with cameras where it has none. Older
    than age_cap and never heard are one to a policy, so no label tells them apart.
    """

    def __init__(self, spec: PolicySpec) -> None:
        self._eyes = eyes(spec)
        self._age_cap = spec.age_cap
        self._newest_ns = self._seen_ns = -math.inf

    def note(self, event: Event) -> None:
        """Take note of an event that event time has accepted."""
        self._newest_ns = max(self._newest_ns, event.stamp_ns)
        if event.sensor in self._eyes:
            self._seen_ns = max(self._seen_ns, event.stamp_ns)

    @property
    def share(self) -> float:
        """Of the speed that a driver who sees would choose, in [0, 1]; 1 without eyes at all."""
        if not self._eyes:
            return 1.0
        if math.isinf(self._seen_ns):
            return 0.0
        age = (self._newest_ns - self._seen_ns) * 1e-9
        return float(share(np.float64(age), self._age_cap))


def eyes(spec: PolicySpec) -> frozenset[str]:
    """The sensors that a policy sees with; none if it has neither ranges nor images."""
    ranging = [name for name, sensor in spec.sensors.items() if isinstance(sensor, _RANGE)]
    looking = [name for name, sensor in spec.sensors.items() if isinstance(sensor, CameraSpec)]
    return frozenset(ranging or looking)


def share(age: np.ndarray | np.float64, age_cap: float) -> np.ndarray:
    """Of the speed, by the age of what was seen last, seconds; [...], infinite for never."""
    return np.clip(2.0 * (1.0 - age / age_cap), 0.0, 1.0)
