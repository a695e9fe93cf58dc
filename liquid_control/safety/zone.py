"""Zones around the robot, and what they do to a command when something is inside."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

from liquid_control.safety.shapes import Polygon

ActionType = Literal['stop', 'slowdown']
_MOVING = 1e-3
"""m/s or rad/s from which on a command drives or turns."""
_CREEPING = 0.05
"""m/s up to which a turn is one in place."""
_TURNED = math.radians(15.0)


@dataclass(frozen=True)
class Zone:
    """A nav2_collision_monitor polygon of action_type stop or slowdown.

    min_points: so many points inside, of all sources together, make it act.
    slowdown_ratio: of the wished velocity that is left; of no meaning for a stop.
    linear_min, linear_max (m/s), theta_min, theta_max (rad/s): the commands it is for, all of them
        unless set, as in nav2's velocity_polygon. A robot may then turn or back away from what is
        in a zone for driving forward.

    Raises ValueError naming the zone and the field.
    """

    name: str
    shape: Polygon
    action_type: ActionType = 'stop'
    slowdown_ratio: float = 0.5
    min_points: int = 3
    linear_min: float = -math.inf
    linear_max: float = math.inf
    theta_min: float = -math.inf
    theta_max: float = math.inf

    def __post_init__(self) -> None:
        if self.action_type not in get_args(ActionType):
            raise ValueError(
                f'zone {self.name}: action_type is {self.action_type!r}, wanted stop or slowdown'
            )
        if not 0.0 <= self.slowdown_ratio <= 1.0:
            raise ValueError(
                f'zone {self.name}: slowdown_ratio is {self.slowdown_ratio}, wanted 0 to 1'
            )
        if self.min_points < 1:
            raise ValueError(f'zone {self.name}: min_points is {self.min_points}, wanted >= 1')
        for axis in ('linear', 'theta'):
            low, high = getattr(self, f'{axis}_min'), getattr(self, f'{axis}_max')
            if not low <= high:
                raise ValueError(
                    f'zone {self.name}: {axis}_min is {low}, wanted at most {axis}_max {high}'
                )

    def covers(self, velocity: float, turn: float) -> bool:
        """Whether it is for this command."""
        return (
            self.linear_min <= velocity <= self.linear_max
            and self.theta_min <= turn <= self.theta_max
        )


def zones_around(
    footprint: Polygon,
    stop: float = 0.10,
    slowdown: float = 0.40,
    slowdown_ratio: float = 0.5,
    min_points: int = 3,
) -> tuple[Zone, ...]:
    """The zones of a robot of this outline, metres beyond it.

        stop            a tenth of `stop` all around              whatever it does
        stop_forward    `stop` ahead, a third at the sides        driving forward
        stop_backward   the same behind                           driving backward
        stop_left       where the corners come to in 15 degrees   turning left in place
        stop_right      the same to the right                     turning right in place
        slowdown        `slowdown` ahead, a third at the sides    driving forward; none if 0

    So it stands where it would come too near, and may still turn or back away.
    """
    touch, side = stop / 10.0, stop / 3.0
    around = footprint.padded(touch, touch, touch)
    ahead, behind = footprint.padded(stop, touch, side), footprint.padded(touch, stop, side)
    zones = (
        Zone('stop', around, min_points=min_points),
        Zone('stop_forward', ahead, min_points=min_points, linear_min=_MOVING),
        Zone('stop_backward', behind, min_points=min_points, linear_max=-_MOVING),
        _turning('stop_left', footprint.turned(_TURNED), min_points, theta_min=_MOVING),
        _turning('stop_right', footprint.turned(-_TURNED), min_points, theta_max=-_MOVING),
    )
    if slowdown <= 0.0:
        return zones
    shape = footprint.padded(slowdown, 0.0, slowdown / 3.0)
    slow = Zone('slowdown', shape, 'slowdown', slowdown_ratio, min_points, linear_min=_MOVING)
    return (*zones, slow)


def _turning(
    name: str,
    shape: Polygon,
    min_points: int,
    theta_min: float = -math.inf,
    theta_max: float = math.inf,
) -> Zone:
    """A stop zone for commands that turn and hardly drive."""
    return Zone(
        name,
        shape,
        min_points=min_points,
        linear_min=-_CREEPING,
        linear_max=_CREEPING,
        theta_min=theta_min,
        theta_max=theta_max,
    )
