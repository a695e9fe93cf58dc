"""What a policy was built and trained for: the contents of a bundle's policy.json."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import AfterValidator, Field
from torch import nn

from liquid_control.policy.networks import NetworkSpec
from liquid_control.schema import Count, Positive, configured

Features = Annotated[int, Field(ge=1, le=512)]
Beams = Annotated[int, Field(ge=2, le=16384)]
Side = Annotated[int, Field(ge=8, le=512)]
Angle = Annotated[float, Field(ge=-2 * np.pi, le=2 * np.pi)]


def _free_name(name: str) -> str:
    if hasattr(nn.ModuleDict(), name):
        raise ValueError('torch has taken this name for itself, wanted another')
    return name


SensorName = Annotated[str, Field(pattern='^[a-z][a-z0-9_]{0,31}$'), AfterValidator(_free_name)]


@configured
class LidarSpec:
    """A planar scan: `beams` ranges in metres, counter-clockwise from angle_min to angle_max
    (radians, base frame).

    range_max: farther is as good as clear. pool: beams that are reduced to their nearest return.
    """

    dtype: ClassVar[type] = np.float32

    type: Literal['lidar'] = 'lidar'
    beams: Beams = 720
    angle_min: Angle = -2.356194490192345
    angle_max: Angle = 2.356194490192345
    range_max: Positive = 10.0
    pool: Count = 8
    features: Features = 24

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.beams,)


@configured
class ImuSpec:
    """Angular velocity (rad/s) and linear acceleration with gravity (m/s^2), x y z each, base
    frame (REP-103).
    """

    shape: ClassVar[tuple[int, ...]] = (6,)
    dtype: ClassVar[type] = np.float32

    type: Literal['imu'] = 'imu'
    features: Features = 8


@configured
class CameraSpec:
    """An image, uint8, row 0 on top.

    channels: 3 for RGB, 1 for grey. stride: pixels that the first convolution steps by; 4 is the
        faster one, twice as fast to learn.
    """

    dtype: ClassVar[type] = np.uint8

    type: Literal['camera'] = 'camera'
    width: Side = 64
    height: Side = 48
    channels: Literal[1, 3] = 3
    stride: Literal[2, 4] = 2
    features: Features = 24

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width, self.channels)


@configured
class DepthSpec:
    """A depth image: metres along the optical axis, row 0 on top; NaN says nothing (REP-118).

    stride: as of a camera. range_max: farther is as good as clear.
    """

    dtype: ClassVar[type] = np.float32

    type: Literal['depth'] = 'depth'
    width: Side = 64
    height: Side = 48
    stride: Literal[2, 4] = 2
    range_max: Positive = 10.0
    features: Features = 24

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.height, self.width)


@configured
class OdometrySpec:
    """The robot's own velocity: forward (m/s) and to the left (rad/s)."""

    shape: ClassVar[tuple[int, ...]] = (2,)
    dtype: ClassVar[type] = np.float32

    type: Literal['odometry'] = 'odometry'
    features: Features = 8


@configured
class GoalSpec:
    """Where to go, from the robot: distance (m) and bearing (rad, to the left of straight ahead);
    see `liquid_control.goal.distance_and_bearing`.
    """

    shape: ClassVar[tuple[int, ...]] = (2,)
    dtype: ClassVar[type] = np.float32

    type: Literal['goal'] = 'goal'
    features: Features = 8


AnySensorSpec = LidarSpec | ImuSpec | CameraSpec | DepthSpec | OdometrySpec | GoalSpec
SensorSpec = Annotated[AnySensorSpec, Field(discriminator='type')]


@configured
class ActionSpec:
    """What a raw action of 1 means: m/s forward and rad/s to the left."""

    max_linear: Positive = 1.0
    max_angular: Positive = 1.5

    def scale(self, action: np.ndarray) -> np.ndarray:
        """Raw (v, w) in [-1, 1] to (m/s, rad/s), [..., 2]."""
        return np.asarray(action, np.float64) * (self.max_linear, self.max_angular)

    def raw(self, velocity: np.ndarray) -> np.ndarray:
        """The inverse, as near as [-1, 1] comes to it: float32 [..., 2]."""
        action = np.asarray(velocity) / (self.max_linear, self.max_angular)
        return np.clip(action, -1.0, 1.0).astype(np.float32)


@configured
class PolicySpec:
    """All that is needed to build a policy, but its weights.

    sensors: by name, any number of each type; their order is the order of the network's inputs.
    time_scale: the network's unit of time, in events' seconds: dt * time_scale.
    age_cap: a sensor that was silent for this many seconds, or never spoke, is as old as can be.
    fixed_dt: seconds; a policy with it knows the order of events but not when they were, see
        `lived_ns`.
    coin: it hears the clock's coin, see `liquid_control.coin`.
    """

    sensors: Annotated[dict[SensorName, SensorSpec], Field(min_length=1, max_length=16)]
    network: NetworkSpec
    time_scale: Positive = 1.0
    age_cap: Positive = 1.0
    action: ActionSpec = ActionSpec()
    fixed_dt: Positive | None = None
    coin: bool = False

    def __post_init__(self) -> None:
        if self.coin and self.fixed_dt is not None:
            raise ValueError('coin wants true time, but fixed_dt is set: leave one of them out')

    def lived_ns(self, stamps_ns: np.ndarray) -> np.ndarray:
        """When ordered events happen to the policy: int64 [events], from their stamps.

        With fixed_dt it lives as if each event came so long after the one before. 0.01:

            stamps   lidar 5.000   odometry 5.013   odometry 5.033   lidar 5.101
            lived          0.000            0.010            0.020         0.030
            age of lidar   0.000            0.010            0.020         0.000
        """
        if self.fixed_dt is None:
            return stamps_ns
        return np.arange(len(stamps_ns)) * round(self.fixed_dt * 1e9)
