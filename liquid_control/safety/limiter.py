"""Velocity, acceleration and jerk limits: what a command may be, and how fast it may change.

Names and signs are nav2_velocity_smoother's (`max_deceleration` is negative), `max_jerk` is
diff_drive_controller's. No ROS, no clock: the caller says how much time has passed. The simulator
and the node run this same code.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

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
    max_jerk: m/s^3 and rad/s^3, >= 0; 0 or infinite for none. Acceleration and deceleration grow
        no faster; they may end at once.
    deadband_velocity: m/s and rad/s, >= 0. What is slower goes out as zero, while the ramp behind
        it goes on.
    scale_velocities: where one axis cannot follow, the other changes in the same proportion. From
        standstill that keeps the arc; and a stop takes both axes as long as the slower one.

    Raises ValueError naming the field, what it got and what it wants.
    """

    max_velocity: Axes = (1.0, 1.5)
    min_velocity: Axes = (0.0, -1.5)
    max_acceleration: Axes = (2.0, 4.0)
    max_deceleration: Axes = (-3.0, -6.0)
    max_jerk: Axes = (0.0, 0.0)
    deadband_velocity: Axes = (0.0, 0.0)
    scale_velocities: bool = False

    def __post_init__(self) -> None:
        for name, (wanted, holds) in _WANTED.items():
            value = _axes(name, getattr(self, name))
            object.__setattr__(self, name, value)
            for axis, number in zip(AXES, value, strict=True):
                if not holds(number):
                    raise ValueError(f'{name} ({axis}) is {number:g}, wanted {wanted}')

    @property
    def braking_s(self) -> float:
        """Seconds from the fastest velocity to a stand, without limits of jerk."""
        axes = zip(self.max_velocity, self.min_velocity, self.max_deceleration, strict=True)
        return max(max(most, -least) / -slowing for most, least, slowing in axes)


_WANTED: dict[str, tuple[str, Callable[[float], bool]]] = {
    'max_velocity': ('>= 0, finite', lambda v: 0.0 <= v < math.inf),
    'min_velocity': ('<= 0, finite', lambda v: -math.inf < v <= 0.0),
    'max_acceleration': ('> 0, finite', lambda v: 0.0 < v < math.inf),
    'max_deceleration': ('< 0, finite', lambda v: -math.inf < v < 0.0),
    'max_jerk': ('>= 0', lambda v: v >= 0.0),
    'deadband_velocity': ('>= 0, finite', lambda v: 0.0 <= v < math.inf),
}


class Limiter:
    """Turns wished velocities into commands that keep the limits.

    max_acceleration 2, max_deceleration -3 m/s^2, called every 0.1 s with the wished v:
        wished   1.0   1.0   nan   1.0   0.0
        command  0.2   0.4   0.1   0.3   0.0      not finite means zero: decelerate, and count it

    last: the last command, float64 [2] (m/s, rad/s).
    limits: may be replaced between two calls; a command beyond new ones decelerates into them.
    rejected: how many targets were not finite.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rejected = 0
        self.reset()

    @property
    def last(self) -> np.ndarray:
        return np.array(self._last)

    def reset(self) -> None:
        """The robot stands: the next command starts from zero. `rejected` stays."""
        self._last = self._ramp = self._slope = (0.0, 0.0)

    def overrule(self, command: np.ndarray) -> None:
        """Somebody behind the limiter commanded this instead, [2]: the next command starts there.

        Without it the robot would leap when it is let go. Raises ValueError if it is not two
        finite numbers.
        """
        overruled = _pair('command', command)
        if not all(map(math.isfinite, overruled)):
            raise ValueError(f'command is {command!r}, wanted two finite numbers')
        if overruled != self._last:
            self._last = self._ramp = overruled
            self._slope = (0.0, 0.0)

    def limit(self, target: np.ndarray, dt: float) -> np.ndarray:
        """Return the command, float64 [2], that comes closest to the target after dt.

        target: [2], m/s and rad/s, any values. dt: seconds since the last call; what is not a
        positive number is no time. Raises ValueError if the target is not two numbers.
        """
        wished = _pair('target', target)
        if not (math.isfinite(wished[0]) and math.isfinite(wished[1])):
            self.rejected += 1
            wished = (0.0, 0.0)
        if 0.0 < dt < math.inf:
            before = self._ramp
            self._ramp = self._reach((self._clamp(0, wished[0]), self._clamp(1, wished[1])), dt)
            self._slope = ((self._ramp[0] - before[0]) / dt, (self._ramp[1] - before[1]) / dt)
        self._last = (self._outside_deadband(0), self._outside_deadband(1))
        return np.array(self._last)

    def _clamp(self, axis: int, target: float) -> float:
        return min(max(target, self.limits.min_velocity[axis]), self.limits.max_velocity[axis])

    def _reach(self, target: Axes, dt: float) -> Axes:
        reached = (self._change(0, target[0], dt), self._change(1, target[1], dt))
        if not self.limits.scale_velocities:
            return reached
        axes = tuple(zip(self._ramp, reached, target, strict=True))
        shares = [(end - start) / (aim - start) for start, end, aim in axes if aim != start]
        share = min(shares, default=1.0)
        return _partway(*axes[0], share), _partway(*axes[1], share)

    def _change(self, axis: int, target: float, dt: float) -> float:
        """Where one axis comes to in dt.

            |a| <= |a of the step before| + max_jerk dt,    from 0 where a changes its sign

        So diff_drive_controller limits jerk (control_toolbox's RateLimiter): only where |a| grows.
        But there a robot that is told to brake goes on to accelerate until its jerk is used up.
        """
        limits, start = self.limits, self._ramp[axis]
        reached = approach(
            start, target, dt, limits.max_acceleration[axis], -limits.max_deceleration[axis]
        )
        jerk = limits.max_jerk[axis]
        if jerk == 0.0 or reached == start:
            return reached
        side = math.copysign(1.0, reached - start)
        most = (max(side * self._slope[axis], 0.0) + jerk * dt) * dt
        return reached if abs(reached - start) <= most else start + side * most

    def _outside_deadband(self, axis: int) -> float:
        ramp = self._ramp[axis]
        return 0.0 if abs(ramp) < self.limits.deadband_velocity[axis] else ramp


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


def _partway(start: float, end: float, aim: float, share: float) -> float:
    """This share of the way from start to aim, not beyond end."""
    way = share * (aim - start)
    return end if abs(way) >= abs(end - start) else start + way


def _pair(name: str, values: np.ndarray) -> Axes:
    array = np.asarray(values, np.float64)
    if array.shape != (2,):
        raise ValueError(f'{name} has shape {array.shape}, wanted (2,)')
    linear, angular = array.tolist()
    return linear, angular


def _axes(name: str, value: object) -> Axes:
    try:
        linear, angular = (float(v) for v in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ValueError(f'{name} is {value!r}, wanted two numbers (linear, angular)') from None
    return linear, angular
