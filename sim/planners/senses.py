"""What a classical planner knows: delivered messages of LiDAR, odometry and goal, no more."""

import math
from typing import NamedTuple

import numpy as np

from liquid_control.schema import ConfigError
from liquid_control_sim.physics import Pose
from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.planners.grid import Point
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

_AHEAD = 5.0
"""Metres: without a goal a planner goes for a point so far straight ahead."""
_REMEMBERED = 64
_STALE_NS = 500_000_000


class Scan(NamedTuple):
    """A LiDAR's scan. ranges: metres [beams]; infinite where nothing is near.

    sensor: the pose of the LiDAR when it was measured, in the odometry's frame.
    points: what it hit, [n, 2] in the odometry's frame.
    """

    ranges: np.ndarray
    sensor: Pose
    points: np.ndarray


class Senses:
    """Puts messages together that were measured at different times.

        odometry of 0.100 s, v = 1 m/s    scan of 0.120 s, arrived at 0.135 s
        the scan was taken 0.02 m beyond the odometry's pose, and the robot is 0.035 m beyond it

    now_ns: when the last message arrived.
    velocity: forward m/s and left rad/s, as the odometry last said.
    Raises ConfigError where the robot has no LiDAR or no odometry.
    """

    def __init__(self, simulation: Simulation) -> None:
        config = simulation.config
        lidar = config.sensors.lidar
        if lidar is None or config.sensors.odometry is None:
            raise ConfigError('sensors.lidar and sensors.odometry are wanted by this planner')
        self.limits = config.limits
        self.footprint = footprint_of(config.robot)
        self.angles = lidar.angles
        self.lidar_xy: Point = (config.robot.lidar_position[0], config.robot.lidar_position[1])
        self._scan: Scan | None = None
        self._scanned_ns = simulation.now_ns
        self.velocity = (0.0, 0.0)
        self._nearest = lidar.range_min
        self._past: list[tuple[int, Pose, Point]] = [(simulation.now_ns, (0.0, 0.0, 0.0), (0, 0))]
        self.now_ns = simulation.now_ns
        self._goal: Point | None = None

    def observe(self, message: Message) -> None:
        """Take note of a delivered message."""
        event, self.now_ns = message.event, message.delivered_ns
        if event.sensor == 'odometry' and message.pose is not None:
            self.velocity = (float(event.value[0]), float(event.value[1]))
            self._past.append((event.stamp_ns, message.pose, self.velocity))
            del self._past[:-_REMEMBERED]
        elif event.sensor == 'goal':
            x, y, yaw = self._pose_at(event.stamp_ns)
            distance, bearing = float(event.value[0]), float(event.value[1])
            self._goal = (
                x + distance * math.cos(yaw + bearing),
                y + distance * math.sin(yaw + bearing),
            )
        elif event.sensor == 'lidar':
            self._scan = self._scanned(event.value, self._pose_at(event.stamp_ns))
            self._scanned_ns = event.stamp_ns

    @property
    def scan(self) -> Scan | None:
        """The latest one; None before the first, and when it is so old that it tells nothing."""
        return self._scan if self.now_ns - self._scanned_ns <= _STALE_NS else None

    @property
    def pose(self) -> Pose:
        """Where the robot is now, in the odometry's frame."""
        return self._pose_at(self.now_ns)

    @property
    def goal(self) -> Point:
        """Where to go, in the odometry's frame."""
        if self._goal is not None:
            return self._goal
        x, y, yaw = self.pose
        return x + _AHEAD * math.cos(yaw), y + _AHEAD * math.sin(yaw)

    def to_map(self, points: np.ndarray) -> np.ndarray:
        """Points [..., 2] as seen from the robot now, in the odometry's frame."""
        x, y, yaw = self.pose
        cos, sin = math.cos(yaw), math.sin(yaw)
        dx, dy = points[..., 0], points[..., 1]
        return np.stack([x + cos * dx - sin * dy, y + sin * dx + cos * dy], axis=-1)

    def from_here(self, points: np.ndarray) -> np.ndarray:
        """Points [..., 2] of the odometry's frame, as seen from the robot now."""
        x, y, yaw = self.pose
        dx, dy = points[..., 0] - x, points[..., 1] - y
        cos, sin = math.cos(yaw), math.sin(yaw)
        return np.stack([cos * dx + sin * dy, cos * dy - sin * dx], axis=-1)

    def allowed(self, v: float, w: float) -> np.ndarray:
        """The nearest velocity within the limits, forward m/s and left rad/s, float64 [2]."""
        return np.clip([v, w], self.limits.min_velocity, self.limits.max_velocity)

    def _scanned(self, values: np.ndarray, pose: Pose) -> Scan:
        x, y, yaw = pose
        cos, sin = math.cos(yaw), math.sin(yaw)
        dx, dy = self.lidar_xy
        sensor = (x + cos * dx - sin * dy, y + sin * dx + cos * dy, yaw)
        ranges = np.where(np.isnan(values), np.inf, values).astype(float)
        ranges = np.maximum(ranges, self._nearest)
        hit = np.isfinite(ranges)
        angles, away = self.angles[hit] + yaw, ranges[hit]
        points = np.stack([away * np.cos(angles), away * np.sin(angles)], axis=1)
        return Scan(ranges, sensor, points + sensor[:2])

    def _pose_at(self, stamp_ns: int) -> Pose:
        """From the last odometry measured before, along the arc that it reports."""
        known = next((past for past in reversed(self._past) if past[0] <= stamp_ns), self._past[0])
        then_ns, (x, y, yaw), (v, w) = known
        dt = max(stamp_ns - then_ns, 0) * 1e-9
        middle = yaw + w * dt / 2
        return x + v * dt * math.cos(middle), y + v * dt * math.sin(middle), yaw + w * dt
