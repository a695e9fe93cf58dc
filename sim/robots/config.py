"""What a differential-drive robot is made of."""

from liquid_control.schema import configured

Position = tuple[float, float, float]


@configured
class RobotConfig:
    """Metres, kilograms, seconds.

    Positions are in the base frame: x forward, y left, z up, the origin midway between the wheels
    at the height of their axle.

    type: the name of its file in config/simulation/robots.
    motor_lag: time constant of the wheels' speed behind the command.
    max_torque: of each wheel motor, N m.
    wheel_friction: Coulomb's coefficient of the tyres; the casters have none.
    """

    type: str
    length: float
    width: float
    height: float
    ground_clearance: float
    mass: float
    wheel_radius: float
    wheel_width: float
    track: float
    wheel_friction: float
    motor_lag: float
    max_torque: float
    lidar_position: Position
    camera_position: Position
    imu_position: Position = (0.0, 0.0, 0.0)

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
