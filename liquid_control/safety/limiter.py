"""Velocity and acceleration limits: what a command may be, and how fast it may change.

Names and signs are nav2_velocity_smoother's (`max_deceleration` is negative). No ROS, no clock:
the caller says how much time has passed. The simulator and the node run this same code.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

Axes = tuple[float, float]
AXES = ('linear', 'angular')


@dataclass(frozen=True)
class Limits:
    """Limits of a differential drive, each as (linear, angular).

    max_velocity: forward m/s and left rad/s, >= 0.
    min_velocity: backward m/s and right rad/s, <= 0; not backward unless set: it is blind there.
    max_acceleration: away from standstill, m/s^2 and rad/s^2, > 0.
    max_deceleration: towards standstill, m/s^2 and rad/s^2, < 0.

    Raises ValueError naming the field, what it got and what it wants.
    """

    max_velocity: Axes = (1.0, 1.5)
    min_velocity: Axes = (0.0, -1.5)
    max_acceleration: Axes = (2.0, 4.0)
    max_deceleration: Axes = (-3.0, -6.0)

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _axes(field.name, getattr(self, field.name)))
        _require('max_velocity', self.max_velocity, '>= 0', lambda v: v >= 0.0)
        _require('min_velocity', self.min_velocity, '<= 0', lambda v: v <= 0.0)
        _require('max_acceleration', self.max_acceleration, '> 0', lambda v: v > 0.0)
        _require('max_deceleration', self.max_deceleration, '< 0', lambda v: v < 0.0)


class Limiter:
    """Turns wished velocities into commands that keep the limits.

    max_acceleration 2, max_deceleration -3 m/s^2, called every 0.1 s with the wished v:
        wished   1.0   1.0   nan   1.0   0.0
        command  0.2   0.4   0.1   0.3   0.0      not finite means zero: decelerate, and count it

    last: the last command, float64 [2] (m/s, rad/s).
    rejected: how many targets were not finite.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rejected = 0
        self._last = (0.0, 0.0)

    @property
    def last(self) -> np.ndarray:
        return np.array(self._last)

    def reset(self) -> None:
        """The robot stands: the next command starts from zero. `rejected` stays."""
        self._last = (0.0, 0.0)

    def limit(self, target: np.ndarray, dt: float) -> np.ndarray:
        """Return the command, float64 [2], that comes closest to the target after dt.

        target: [2], m/s and rad/s, any values. dt: seconds since the last call; what is not a
        positive number is no time. Raises ValueError if the target is not two numbers.
        """
        if np.shape(target) != (2,):
            raise ValueError(f'target has shape {np.shape(target)}, wanted (2,)')
        wished = (float(target[0]), float(target[1]))
        if not (math.isfinite(wished[0]) and math.isfinite(wished[1])):
            self.rejected += 1
            wished = (0.0, 0.0)
        dt = dt if 0.0 < dt < math.inf else 0.0
        self._last = (self._approach(0, wished[0], dt), self._approach(1, wished[1], dt))
        return np.array(self._last)

    def _approach(self, axis: int, target: float, dt: float) -> float:
        limits = self.limits
        target = min(max(target, limits.min_velocity[axis]), limits.max_velocity[axis])
        return approach(
            self._last[axis],
            target,
            dt,
            limits.max_acceleration[axis],
            -limits.max_deceleration[axis],
        )


def approach(
    velocity: float, target: float, dt: float, acceleration: float, deceleration: float
) -> float:
    """Move velocity towards target for dt seconds; both rates positive, per second.

    Towards zero the deceleration counts, away from it the acceleration. A change of sign does both
    in turn: it brakes to zero and accelerates in what is left of dt.
    """
    if velocity < 0.0 or (velocity == 0.0 and target < 0.0):
        return 0.0 - approach(-velocity, -target, dt, acceleration, deceleration)
    if target >= velocity:
        return min(target, velocity + acceleration * dt)
    slowed = velocity - deceleration * dt
    if slowed >= 0.0 or target >= 0.0:
        return max(target, slowed, 0.0)
    return max(target, -acceleration * (dt - velocity / deceleration))


def _axes(name: str, value: object) -> Axes:
    try:
        linear, angular = (float(v) for v in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(f'{name} is {value!r}, wanted two numbers (linear, angular)') from None
    if not (math.isfinite(linear) and math.isfinite(angular)):
        raise ValueError(f'{name} is {value!r}, wanted finite numbers')
    return linear, angular


def _require(name: str, value: Axes, wanted: str, holds: Callable[[float], bool]) -> None:
    for axis, number in zip(AXES, value, strict=True):
        if not holds(number):
            raise ValueError(f'{name} ({axis}) is {number:g}, wanted {wanted}')
