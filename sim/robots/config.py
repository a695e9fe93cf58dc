"""What a differential-drive robot is made of."""

from typing import Literal

from liquid_control.schema import Positive, configured
from liquid_control_sim.robots.condition import Variation

Position = tuple[float, float, float]


@configured
class RobotConfig:
    """Metres, kilograms, seconds.

    Positions are in the base frame: x forward, y left, z up, the origin midway between the wheels
    at the height of their axle. Sensors look along its x axis, however they are mounted: a beam's
    direction is that in the base frame.

    type: the name of its file in config/simulation/robots.
    shape: of the chassis from above; a round one has its diameter as length and width.
    chassis_x: where its middle is, ahead of the axle.
    motor_lag: time constant of the wheels' speed behind the command.
    max_torque: of each wheel motor, N m.
    speed_gain: torque of a motor for each rad/s that its wheel is too slow, N m s. Beyond about
        armature / 0.005 s, the speed of a wheel without grip hunts.
    armature: inertia of each motor as its wheel feels it, kg m^2.
    wheel_friction: Coulomb's coefficient of the tyres; the casters have none.
    variation: how far robots of this kind differ from all this.
    """

    type: str
    length: Positive
    width: Positive
    height: Positive
    ground_clearance: Positive
    mass: Positive
    wheel_radius: Positive
    wheel_width: Positive
    track: Positive
    wheel_friction: Positive
    motor_lag: Positive
    max_torque: Positive
    lidar_position: Position
    camera_position: Position
    imu_position: Position = (0.0, 0.0, 0.0)
    shape: Literal['box', 'round'] = 'box'
    chassis_x: float = 0.0
    speed_gain: Positive = 6.0
    armature: Positive = 0.01
    variation: Variation = Variation()

    def __post_init__(self) -> None:
        if self.shape == 'round' and self.length != self.width:
            raise ValueError(
                f'width is {self.width}, but the chassis is round and its length {self.length}'
            )
        if self.height <= self.ground_clearance:
            raise ValueError(
                f'height is {self.height}, wanted more than ground_clearance, '
                f'{self.ground_clearance}'
            )

    def wheel_speeds(self, v: float, w: float) -> tuple[float, float]:
        """Left and right wheel speeds, rad/s, for a body velocity of v m/s and w rad/s."""
        half = w * self.track / 2
        return (v - half) / self.wheel_radius, (v + half) / self.wheel_radius

    def body_motion(self, left: float, right: float) -> tuple[float, float]:
        """Metres forward and radians to the left, for wheels that turned so many radians."""
        return (
            self.wheel_radius * (left + right) / 2,
            self.wheel_radius * (right - left) / self.track,
        )
