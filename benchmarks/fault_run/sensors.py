"""A LiDAR, an IMU and a camera that publish as they should until they are told otherwise."""

import math
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan

Alter = Callable[[Any], Iterable[Any]]
NAMES = ('lidar', 'imu', 'camera')
_KINDS = {
    'lidar': (LaserScan, 'scan', 0.05),
    'imu': (Imu, 'imu', 0.02),
    'camera': (Image, 'image', 0.066),
}


@dataclass
class Sensor:
    """alter: what is published instead of each message, messages or bytes. offset_s: of stamps."""

    publisher: Publisher
    period_s: float
    measure: Callable[[], Any]
    alter: Alter | None = None
    offset_s: float = 0.0
    silent: bool = False
    due: float = 0.0
    published: int = field(default=0)


class Sensors:
    """All three, in a thread of their own. scene: the ranges [720] of an undisturbed scan."""

    def __init__(self, node: Node) -> None:
        self.scene = np.full(720, 4.0, np.float32)
        self.clock_offset_s = 0.0
        self.clock_runs = True
        self._rng = np.random.default_rng(0)
        self._node = node
        self._clock = node.create_publisher(Clock, '/clock', 10)
        measures = {'lidar': self._scan, 'imu': self._imu, 'camera': self._image}
        self._all = {
            name: Sensor(
                node.create_publisher(kind, topic, qos_profile_sensor_data),
                period_s,
                measures[name],
            )
            for name, (kind, topic, period_s) in _KINDS.items()
        }
        threading.Thread(target=self._run, daemon=True).start()

    def __getitem__(self, name: str) -> Sensor:
        return self._all[name]

    def __iter__(self) -> Iterable[Sensor]:
        return iter(self._all.values())

    def behave(self) -> None:
        """As at first."""
        self.scene = np.full(720, 4.0, np.float32)
        self.clock_offset_s, self.clock_runs = 0.0, True
        for sensor in self._all.values():
            sensor.alter, sensor.offset_s, sensor.silent = None, 0.0, False

    def now_ns(self) -> int:
        """The clock by which the messages are stamped, and which /clock tells."""
        return time.time_ns() + int(self.clock_offset_s * 1e9)

    def _run(self) -> None:
        while True:
            now = time.monotonic()
            if self.clock_runs:
                self._clock.publish(Clock(clock=self._stamp(0.0)))
            for sensor in self._all.values():
                if now >= sensor.due:
                    sensor.due = max(sensor.due + sensor.period_s, now)
                    self._publish(sensor)
            time.sleep(0.005)

    def _publish(self, sensor: Sensor) -> None:
        if sensor.silent:
            return
        message = sensor.measure()
        message.header.stamp = self._stamp(sensor.offset_s)
        altered = sensor.alter(message) if sensor.alter else (message,)
        for out in altered:
            sensor.publisher.publish(out)
            sensor.published += 1

    def _stamp(self, offset_s: float) -> Any:
        seconds, nanoseconds = divmod(self.now_ns() + int(offset_s * 1e9), 10**9)
        stamp = Clock().clock
        stamp.sec, stamp.nanosec = seconds, nanoseconds
        return stamp

    def _scan(self) -> LaserScan:
        message = LaserScan(range_min=0.1, range_max=10.0)
        message.header.frame_id = 'laser'
        message.angle_min, message.angle_max = math.radians(-135), math.radians(135)
        message.angle_increment = math.radians(270) / 719
        noise = self._rng.normal(0.0, 0.005, 720)
        message.ranges = (self.scene + noise).astype(np.float32)
        return message

    def _imu(self) -> Imu:
        message = Imu()
        message.header.frame_id = 'imu'
        message.linear_acceleration.z = 9.81 + self._rng.normal(0.0, 0.02)
        message.angular_velocity.z = self._rng.normal(0.0, 0.002)
        return message

    def _image(self) -> Image:
        message = Image(encoding='rgb8', height=48, width=64, step=192)
        message.header.frame_id = 'camera'
        message.data = self._rng.integers(100, 110, 48 * 192, np.uint8).tobytes()
        return message
