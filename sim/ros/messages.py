"""What the simulator knows, as ROS messages: sensors with their true stamps, odometry, frames.

Published by sim_node and written into bags: the same messages in both.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from liquid_control.stream import Event
from liquid_control_sim.physics import Pose
from liquid_control_sim.robots import RobotConfig
from liquid_control_sim.ros.kinds import Kinds
from liquid_control_sim.sensors import ImuConfig, LidarConfig

WORLD_FRAME = 'world'
ODOM_FRAME = 'odom'
BASE_FRAME = 'base_link'
LIDAR_FRAME = 'lidar_link'
IMU_FRAME = 'imu_link'
CAMERA_FRAME = 'camera_optical_frame'

Position = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]
Frame = tuple[str, str, Position, Quaternion]
"""Parent, child, and where the child is in the parent: metres, and x, y, z, w."""

_STRAIGHT: Quaternion = (0.0, 0.0, 0.0, 1.0)
_OPTICAL: Quaternion = (-0.5, 0.5, -0.5, 0.5)
"""REP-103: z along the view, x to the right, y down."""


class Messages:
    """Builds messages of these kinds. Stamps are given in nanoseconds."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds

    def clock(self, now_ns: int) -> Any:
        """rosgraph_msgs/Clock."""
        return self._new('rosgraph_msgs/msg/Clock', clock=self._time(now_ns))

    def scan(self, event: Event, config: LidarConfig) -> Any:
        """sensor_msgs/LaserScan of ranges, float32 [beams], as REP-117 wants them; all beams at
        one instant.
        """
        return self._new(
            'sensor_msgs/msg/LaserScan',
            header=self._header(event.stamp_ns, LIDAR_FRAME),
            angle_min=-config.fov / 2,
            angle_max=config.fov / 2,
            angle_increment=config.fov / (config.beams - 1),
            time_increment=0.0,
            scan_time=1.0 / config.clock.rate,
            range_min=config.range_min,
            range_max=config.range_max,
            ranges=self._kinds.array(event.value),
            intensities=self._kinds.array(np.empty(0, np.float32)),
        )

    def imu(self, event: Event, config: ImuConfig) -> Any:
        """sensor_msgs/Imu of angular velocity and acceleration, float32 [6]; the orientation is
        not measured.
        """
        rates, acceleration = event.value[:3].tolist(), event.value[3:].tolist()
        unmeasured = np.zeros(9)
        unmeasured[0] = -1.0
        return self._new(
            'sensor_msgs/msg/Imu',
            header=self._header(event.stamp_ns, IMU_FRAME),
            orientation=self._quaternion(_STRAIGHT),
            orientation_covariance=unmeasured,
            angular_velocity=self._vector(*rates),
            angular_velocity_covariance=_isotropic(config.gyro_noise, config.gyro_bias),
            linear_acceleration=self._vector(*acceleration),
            linear_acceleration_covariance=_isotropic(
                config.accelerometer_noise, config.accelerometer_bias
            ),
        )

    def image(self, event: Event) -> Any:
        """sensor_msgs/Image of uint8 [height, width, 3], RGB."""
        height, width, channels = event.value.shape
        return self._new(
            'sensor_msgs/msg/Image',
            header=self._header(event.stamp_ns, CAMERA_FRAME),
            height=height,
            width=width,
            encoding='rgb8',
            is_bigendian=0,
            step=width * channels,
            data=self._kinds.array(event.value),
        )

    def odometry(self, stamp_ns: int, frame: str, pose: Pose, velocity: np.ndarray) -> Any:
        """nav_msgs/Odometry. pose: in this frame. velocity: forward m/s and left rad/s, [2]."""
        return self._new(
            'nav_msgs/msg/Odometry',
            header=self._header(stamp_ns, frame),
            child_frame_id=BASE_FRAME,
            pose=self._new(
                'geometry_msgs/msg/PoseWithCovariance',
                pose=self._pose(pose),
                covariance=np.zeros(36),
            ),
            twist=self._new(
                'geometry_msgs/msg/TwistWithCovariance',
                twist=self._twist(velocity),
                covariance=np.zeros(36),
            ),
        )

    def place(self, stamp_ns: int, frame: str, pose: Pose) -> Any:
        """geometry_msgs/PoseStamped."""
        return self._new(
            'geometry_msgs/msg/PoseStamped',
            header=self._header(stamp_ns, frame),
            pose=self._pose(pose),
        )

    def velocity(self, stamp_ns: int, velocity: np.ndarray) -> Any:
        """geometry_msgs/TwistStamped of forward m/s and left rad/s, [2]."""
        return self._new(
            'geometry_msgs/msg/TwistStamped',
            header=self._header(stamp_ns, BASE_FRAME),
            twist=self._twist(velocity),
        )

    def transforms(self, stamp_ns: int, *frames: Frame) -> Any:
        """tf2_msgs/TFMessage."""
        transforms = [
            self._new(
                'geometry_msgs/msg/TransformStamped',
                header=self._header(stamp_ns, parent),
                child_frame_id=child,
                transform=self._new(
                    'geometry_msgs/msg/Transform',
                    translation=self._vector(*position),
                    rotation=self._quaternion(rotation),
                ),
            )
            for parent, child, position, rotation in frames
        ]
        return self._new('tf2_msgs/msg/TFMessage', transforms=transforms)

    def _new(self, name: str, **fields: Any) -> Any:
        return self._kinds.kind(name)(**fields)

    def _header(self, stamp_ns: int, frame: str) -> Any:
        return self._new('std_msgs/msg/Header', stamp=self._time(stamp_ns), frame_id=frame)

    def _time(self, time_ns: int) -> Any:
        sec, nanosec = divmod(time_ns, 1_000_000_000)
        return self._new('builtin_interfaces/msg/Time', sec=sec, nanosec=nanosec)

    def _vector(self, x: float, y: float, z: float) -> Any:
        return self._new('geometry_msgs/msg/Vector3', x=x, y=y, z=z)

    def _quaternion(self, rotation: Quaternion) -> Any:
        x, y, z, w = rotation
        return self._new('geometry_msgs/msg/Quaternion', x=x, y=y, z=z, w=w)

    def _pose(self, pose: Pose) -> Any:
        x, y, yaw = pose
        return self._new(
            'geometry_msgs/msg/Pose',
            position=self._new('geometry_msgs/msg/Point', x=x, y=y, z=0.0),
            orientation=self._quaternion(_turned(yaw)),
        )

    def _twist(self, velocity: np.ndarray) -> Any:
        v, w = (float(value) for value in velocity)
        return self._new(
            'geometry_msgs/msg/Twist',
            linear=self._vector(v, 0.0, 0.0),
            angular=self._vector(0.0, 0.0, w),
        )


def flat_frame(parent: str, child: str, pose: Pose) -> Frame:
    """A frame on the floor of its parent."""
    x, y, yaw = pose
    return parent, child, (x, y, 0.0), _turned(yaw)


def fixed_frames(robot: RobotConfig, start: Pose) -> Iterator[Frame]:
    """What does not move in an episode: the sensors on the robot, and its odometry's frame, which
    begins where the robot does.
    """
    yield flat_frame(WORLD_FRAME, ODOM_FRAME, start)
    yield BASE_FRAME, LIDAR_FRAME, robot.lidar_position, _STRAIGHT
    yield BASE_FRAME, IMU_FRAME, robot.imu_position, _STRAIGHT
    yield BASE_FRAME, CAMERA_FRAME, robot.camera_position, _OPTICAL


def _turned(yaw: float) -> Quaternion:
    return 0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)


def _isotropic(*deviations: float) -> np.ndarray:
    """A covariance, [9], of independent axes that each have these independent errors."""
    return (np.eye(3) * np.square(deviations).sum()).ravel()
