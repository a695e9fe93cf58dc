"""Asynchronous sensors: each measures on a clock of its own, and its messages take their time."""

from liquid_control_sim.sensors.camera import Camera, CameraConfig
from liquid_control_sim.sensors.clock import Clock, Slowdown, Stamps, Tick
from liquid_control_sim.sensors.delivery import Bursts, Latency, Outage
from liquid_control_sim.sensors.imu import Imu, ImuConfig
from liquid_control_sim.sensors.lidar import Lidar, LidarConfig
from liquid_control_sim.sensors.message import START_NS, Message
from liquid_control_sim.sensors.odometry import Odometry, OdometryConfig, OdometryReading
from liquid_control_sim.sensors.suite import SENSORS, SensorSuite, SuiteConfig

__all__ = [
    'SENSORS',
    'START_NS',
    'Bursts',
    'Camera',
    'CameraConfig',
    'Clock',
    'Imu',
    'ImuConfig',
    'Latency',
    'Lidar',
    'LidarConfig',
    'Message',
    'Odometry',
    'OdometryConfig',
    'OdometryReading',
    'Outage',
    'SensorSuite',
    'Slowdown',
    'Stamps',
    'SuiteConfig',
    'Tick',
]
