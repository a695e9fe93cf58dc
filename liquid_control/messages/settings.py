"""How each type of input is set up: small frozen configs that describe themselves.

A field is one parameter of a sensor: its default fixes the type, its metadata holds `description`
and `range`, the least and greatest number or None.
"""

import math
from dataclasses import dataclass, field, fields
from typing import Any

Range = tuple[float, float]

TURN: Range = (-2 * math.pi, 2 * math.pi)
NEARBY: Range = (-10.0, 10.0)
RATIO: Range = (0.0, 1.0)


def setting(default: Any, description: str, allowed: Range | None = None) -> Any:
    """A field with its description and, for numbers, the least and greatest one allowed."""
    return field(default=default, metadata={'description': description, 'range': allowed})


def _topic(default: str) -> Any:
    return setting(default, 'Where its messages come from; a relative name.')


def _max_invalid_ratio(default: float, of: str) -> Any:
    return setting(default, f'A larger share of invalid {of} is no measurement.', RATIO)


@dataclass(frozen=True)
class InputSettings:
    """What every input has. Raises ValueError for a number out of its range."""

    topic: str
    frame_id: str = setting('', 'Refuse messages whose frame_id is another; empty takes any.')

    def __post_init__(self) -> None:
        for entry in fields(self):
            value, allowed = getattr(self, entry.name), entry.metadata.get('range')
            if allowed and not allowed[0] <= value <= allowed[1]:
                span = f'{allowed[0]:g} to {allowed[1]:g}'
                raise ValueError(f'{entry.name} is {value}, but it must be from {span}')


@dataclass(frozen=True)
class LaserScanSettings(InputSettings):
    """sensor_msgs/LaserScan of a LiDAR that lies flat on the robot."""

    topic: str = _topic('scan')
    x: float = setting(0.0, 'Where it is mounted, m ahead of the base frame.', NEARBY)
    y: float = setting(0.0, 'Where it is mounted, m to the left of the base frame.', NEARBY)
    yaw: float = setting(0.0, 'How far it is turned to the left on the base, rad.', TURN)
    upside_down: bool = setting(False, 'Whether it hangs upside down: rolled by half a turn.')
    max_invalid_ratio: float = _max_invalid_ratio(0.5, 'beams')


@dataclass(frozen=True)
class PointCloud2Settings(InputSettings):
    """sensor_msgs/PointCloud2, of which the points between two heights are looked at from above.

    A beam is a sector of angle_increment; without any point, whatever its height, it is invalid.
    Roll, pitch and yaw are those of a URDF's origin: about the fixed x, y and z axis, in this
    order. A cloud in an optical frame that looks ahead has roll -pi/2 and yaw -pi/2.
    """

    topic: str = _topic('points')
    x: float = setting(0.0, "The cloud's origin, m ahead of the base frame.", NEARBY)
    y: float = setting(0.0, "The cloud's origin, m to the left of the base frame.", NEARBY)
    z: float = setting(0.0, "The cloud's origin, m above the base frame.", NEARBY)
    roll: float = setting(0.0, 'How the cloud is turned in the base frame, rad.', TURN)
    pitch: float = setting(0.0, 'How the cloud is turned in the base frame, rad.', TURN)
    yaw: float = setting(0.0, 'How the cloud is turned in the base frame, rad.', TURN)
    min_height: float = setting(0.05, 'Lower points do not count, m above the base.', NEARBY)
    max_height: float = setting(1.0, 'Higher points do not count, m above the base.', NEARBY)
    range_min: float = setting(0.05, 'Nearer points do not count: not a return, m.', (0.0, 10.0))
    angle_min: float = setting(-math.pi, 'Right end of what it sees, rad, base frame.', TURN)
    angle_max: float = setting(math.pi, 'Left end of what it sees, rad, base frame.', TURN)
    angle_increment: float = setting(
        math.radians(1.0), 'Points of a sector this wide are one beam, rad.', (0.001, 0.2)
    )
    empty_is_clear: bool = setting(
        False, 'Whether a sector without any point is clear: for clouds without the floor.'
    )
    max_invalid_ratio: float = _max_invalid_ratio(0.5, 'beams')

    def __post_init__(self) -> None:
        super().__post_init__()
        for low, high in (('min_height', 'max_height'), ('angle_min', 'angle_max')):
            least, most = getattr(self, low), getattr(self, high)
            if not least < most:
                raise ValueError(f'{low} is {least}, but it must be below {high}, which is {most}')
        if self.angle_max - self.angle_min > 2 * math.pi + 1e-6:
            raise ValueError('angle_min to angle_max is more than one turn')


@dataclass(frozen=True)
class ImuSettings(InputSettings):
    """sensor_msgs/Imu, in the axes of the base frame."""

    topic: str = _topic('imu')


@dataclass(frozen=True)
class ImageSettings(InputSettings):
    """sensor_msgs/Image of a camera."""

    topic: str = _topic('image')


@dataclass(frozen=True)
class CompressedImageSettings(InputSettings):
    """sensor_msgs/CompressedImage of a camera."""

    topic: str = _topic('image/compressed')


@dataclass(frozen=True)
class DepthImageSettings(InputSettings):
    """sensor_msgs/Image of a depth camera."""

    topic: str = _topic('image')
    max_invalid_ratio: float = _max_invalid_ratio(0.9, 'pixels')


@dataclass(frozen=True)
class OdometrySettings(InputSettings):
    """nav_msgs/Odometry for the robot's own velocity."""

    topic: str = _topic('odom')


@dataclass(frozen=True)
class GoalSettings(InputSettings):
    """geometry_msgs/PoseStamped, where to go; seen from the robot at each nav_msgs/Odometry."""

    topic: str = _topic('goal_pose')
    odometry_topic: str = setting('odom', 'Where the odometry comes from; a relative name.')
