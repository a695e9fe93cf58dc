"""Follows a run from outside, by the topics that anybody could listen to."""

import math
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from nav_msgs.msg import Odometry
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

Point = tuple[float, float]


@dataclass
class Track:
    """The way driven and what happened on it.

    poses: x, y, yaw. speeds: m/s, one for each pose. reached: places of the beacons, in order.
    collisions: where the robot was. next_beacon: the one ahead.
    """

    poses: list[tuple[float, float, float]] = field(default_factory=list)
    speeds: list[float] = field(default_factory=list)
    reached: list[Point] = field(default_factory=list)
    collisions: list[Point] = field(default_factory=list)
    next_beacon: Point | None = None


class Observer(Node):
    """Listens to sim_node and drive_node.

    figures: the simulator's status, by name; empty until it is heard. track: the way so far.
    driving: whether the drive node says so. drive_says: its words. reports: how many there were.
    drive: the drive node's figures, by part ('drive' or a sensor) and name.
    interrupted: set it from a signal's handler, and listen() raises KeyboardInterrupt. The handler
    itself must not raise: in the midst of taking a message rclpy makes another error of it.
    """

    def __init__(self, simulator: str = 'sim_node', driver: str = 'drive_node') -> None:
        super().__init__('demo')
        self.figures: dict[str, float] = {}
        self.track = Track()
        self.driving = False
        self.drive_says = 'nothing'
        self.drive: dict[str, dict[str, str]] = {}
        self.reports = 0
        self.interrupted = False
        self._driver = driver
        self.create_subscription(Odometry, 'ground_truth', self._on_pose, 10)
        self.create_subscription(DiagnosticStatus, f'{simulator}/status', self._on_status, 10)
        self.create_subscription(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)

        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self)

    def listen(self, seconds: float) -> None:
        """Hear what comes in the next seconds. Raises KeyboardInterrupt once interrupted."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.interrupted:
                raise KeyboardInterrupt
            self._executor.spin_once(timeout_sec=left)

    def _on_pose(self, message: Odometry) -> None:
        position, turn = message.pose.pose.position, message.pose.pose.orientation
        self.track.poses.append((position.x, position.y, 2 * math.atan2(turn.z, turn.w)))
        self.track.speeds.append(message.twist.twist.linear.x)

    def _on_status(self, message: DiagnosticStatus) -> None:
        figures = {pair.key: float(pair.value) for pair in message.values}
        track = self.track
        if self.figures and figures['reached'] > self.figures['reached'] and track.next_beacon:
            track.reached.append(track.next_beacon)
        if self.figures and figures['collisions'] > self.figures['collisions'] and track.poses:
            track.collisions.append(track.poses[-1][:2])
        track.next_beacon = (figures['target_x'], figures['target_y'])
        self.figures = figures

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            name, _, part = status.name.partition(': ')
            if name.rpartition('/')[2] != self._driver:
                continue
            self.drive[part] = {pair.key: pair.value for pair in status.values}
            if part == 'drive':
                self.driving = status.message == 'driving'
                self.drive_says = status.message
                self.reports += 1


@contextmanager
def observing() -> Iterator[Observer]:
    """An observer on a ROS network of its own; processes started meanwhile are on it, too."""
    os.environ.update(_network())
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield Observer()
    finally:
        rclpy.shutdown()


def _network() -> dict[str, str]:
    """Environment of a ROS network that nobody else is in, on this machine alone.

    Plain UDP: Fast DDS would otherwise leave shared memory behind when a node is killed.
    """
    return {
        'ROS_DOMAIN_ID': str(1 + secrets.randbelow(100)),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'ROS_STATIC_PEERS': '',
        'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
        'OMP_NUM_THREADS': '1',
    }
