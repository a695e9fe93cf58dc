"""What the simulator knows, as ROS messages: sensors with their true stamps, odometry, status."""

import array
import math

import numpy as np
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue
from nav_msgs.msg import Odometry
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control.stream import Event
from liquid_control_sim.sensors import ImuConfig, LidarConfig
from liquid_control_sim.simulation import Simulation

WORLD_FRAME = 'world'
ODOM_FRAME = 'odom'
BASE_FRAME = 'base_link'
LIDAR_FRAME = 'lidar_link'
IMU_FRAME = 'imu_link'
CAMERA_FRAME = 'camera_optical_frame'


def stamp(time_ns: int) -> Time:
    """Nanoseconds as builtin_interfaces/Time."""
    return Time(sec=time_ns // 1_000_000_000, nanosec=time_ns % 1_000_000_000)


def clock(now_ns: int) -> Clock:
    """The simulation's time."""
    return Clock(clock=stamp(now_ns))


def scan(event: Event, config: LidarConfig) -> LaserScan:
    """Ranges, float32 [beams], as REP-117 wants them; all beams at one instant."""
    message = LaserScan()
    message.header.stamp = stamp(event.stamp_ns)
    message.header.frame_id = LIDAR_FRAME
    message.angle_min = -config.fov / 2
    message.angle_max = config.fov / 2
    message.angle_increment = config.fov / (config.beams - 1)
    message.scan_time = 1.0 / config.clock.rate
    message.range_min = config.range_min
    message.range_max = config.range_max
    message.ranges = array.array('f', event.value.tobytes())
    return message


def imu(event: Event, config: ImuConfig) -> Imu:
    """Angular velocity and acceleration, float32 [6]; the orientation is not measured."""
    message = Imu()
    message.header.stamp = stamp(event.stamp_ns)
    message.header.frame_id = IMU_FRAME
    rates, acceleration = message.angular_velocity, message.linear_acceleration
    rates.x, rates.y, rates.z, acceleration.x, acceleration.y, acceleration.z = (
        event.value.tolist()
    )
    message.orientation_covariance[0] = -1.0
    message.angular_velocity_covariance = _isotropic(config.gyro_noise, config.gyro_bias)
    message.linear_acceleration_covariance = _isotropic(
        config.accelerometer_noise, config.accelerometer_bias
    )
    return message


def image(event: Event) -> Image:
    """uint8 [height, width, 3], RGB."""
    message = Image()
    message.header.stamp = stamp(event.stamp_ns)
    message.header.frame_id = CAMERA_FRAME
    message.height, message.width, channels = event.value.shape
    message.encoding = 'rgb8'
    message.step = message.width * channels
    message.data = array.array('B', event.value.tobytes())
    return message


def wheel_odometry(simulation: Simulation) -> Odometry:
    """Where the wheels say that the robot is, from its start."""
    wheels = simulation.wheel_odometry
    message = _odometry(simulation.now_ns, (wheels.x, wheels.y, wheels.yaw), (wheels.v, wheels.w))
    message.header.frame_id = ODOM_FRAME
    return message


def ground_truth(simulation: Simulation) -> Odometry:
    """Where the robot is."""
    message = _odometry(simulation.now_ns, simulation.pose, simulation.twist)
    message.header.frame_id = WORLD_FRAME
    return message


def status(simulation: Simulation, figures: dict[str, float]) -> DiagnosticStatus:
    """The run so far. figures: what the node knows besides, by name."""
    x, y = simulation.task.target or (math.nan, math.nan)
    values = {
        'elapsed_s': simulation.elapsed,
        'beacons': len(simulation.task.reached),
        'collisions': simulation.collisions,
        'distance_m': simulation.distance_m,
        'beacon_x': x,
        'beacon_y': y,
        **figures,
    }
    return DiagnosticStatus(
        level=DiagnosticStatus.WARN if simulation.in_collision else DiagnosticStatus.OK,
        name='simulation',
        message='in collision' if simulation.in_collision else 'running',
        hardware_id='simulation',
        values=[KeyValue(key=key, value=f'{value:.6g}') for key, value in values.items()],
    )


def _odometry(
    now_ns: int, pose: tuple[float, float, float], twist: tuple[float, float]
) -> Odometry:
    message = Odometry()
    message.header.stamp = stamp(now_ns)
    message.child_frame_id = BASE_FRAME
    message.pose.pose.position.x, message.pose.pose.position.y, yaw = pose
    message.pose.pose.orientation.z = math.sin(yaw / 2)
    message.pose.pose.orientation.w = math.cos(yaw / 2)
    message.twist.twist.linear.x, message.twist.twist.angular.z = twist
    return message


def _isotropic(*deviations: float) -> np.ndarray:
    """A covariance, [9], of independent axes that each have these independent errors."""
    return (np.eye(3) * np.square(deviations).sum()).ravel()
