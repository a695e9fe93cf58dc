"""Time from a sensor's message to the command it causes, beside a bare rclpy echo node.

python benchmarks/node_latency.py --seconds 600 --json runs/node_latency.json

A LiDAR (40 Hz, 720 beams), an IMU (200 Hz) and a camera (30 Hz, 640 x 480) are published here. The
drive node and an echo node, each a process, hear the same messages with the same QoS, and each
answers every one with a TwistStamped. Answers are matched to messages in order, second by second;
every second ends with a pause in which the last ones arrive. A second in which their numbers
differ counts the difference as lost (or unasked, if there are too many), and its times are left
out.

The echo node is rclpy's simplest: subscriptions of message objects and the standard executor. With
--echo-executor events it runs on the drive node's executor.
"""

import argparse
import os
import secrets
import signal
import statistics
import struct
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from figures import report
from geometry_msgs.msg import TwistStamped
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.experimental import EventsExecutor
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.serialization import serialize_message
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image, Imu, LaserScan

ROOT = Path(__file__).resolve().parents[1]
TOPICS = {'lidar': (LaserScan, 'scan'), 'imu': (Imu, 'imu'), 'camera': (Image, 'image')}
RATES = {'lidar': 40, 'imu': 200, 'camera': 30}
PHASES_MS = {'lidar': 2.5, 'imu': 0.0, 'camera': 1.25}
DRIVEN_S, PAUSE_S = 0.95, 0.05  # of every second
START_S = 90.0
ANSWERS_DEPTH = 1000  # a robot needs only the newest command, this benchmark every one
SENSOR_QOS = QoSProfile(depth=20, reliability=ReliabilityPolicy.BEST_EFFORT)  # the drive node's
EXECUTORS = {'standard': SingleThreadedExecutor, 'events': EventsExecutor}
STAMP, STAMP_AT = struct.Struct('<iI'), 4  # where a serialised message with a header holds it


@dataclass
class Answers:
    """One node's answers. sent, (ns, sensor), and heard_ns: of the second under way."""

    sent: list[tuple[int, str]] = field(default_factory=list)
    heard_ns: list[int] = field(default_factory=list)
    latency_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    asked: int = 0
    lost: int = 0
    unasked: int = 0

    def hear(self, message: bytes, info: dict[str, int]) -> None:
        self.heard_ns.append(info['received_timestamp'])

    def settle(self) -> bool:
        """End a second: the k-th answer belongs to the k-th message. Whether none was lost."""
        missing = len(self.sent) - len(self.heard_ns)
        if missing == 0:
            for (sent_ns, sensor), heard_ns in zip(self.sent, sorted(self.heard_ns), strict=True):
                self.latency_ms[sensor].append((heard_ns - sent_ns) * 1e-6)
        self.asked += len(self.sent)
        self.lost += max(missing, 0)
        self.unasked += max(-missing, 0)
        self.sent.clear()
        self.heard_ns.clear()
        return missing == 0

    def forget(self) -> None:
        self.latency_ms.clear()
        self.asked = self.lost = self.unasked = 0


class Peer:
    """A node under test, as a process, and what comes back from it."""

    def __init__(self, node: Node, name: str, topic: str, command: Sequence[str]) -> None:
        self.answers = Answers()
        self.rss_mb: list[float] = []
        qos = QoSProfile(depth=ANSWERS_DEPTH)
        node.create_subscription(TwistStamped, topic, self.answers.hear, qos, raw=True)
        with (ROOT / 'runs' / f'node_latency_{name}.log').open('wb') as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)

    def begin(self) -> None:
        """From now on it counts."""
        self.answers.forget()
        self._cpu_s, self._wall_s = self._cpu(), time.monotonic()

    def note_memory(self) -> None:
        status = Path(f'/proc/{self._process.pid}/status').read_text()
        line = next(line for line in status.splitlines() if line.startswith('VmRSS'))
        self.rss_mb.append(int(line.split()[1]) / 1024)

    def figures(self) -> dict[str, Any]:
        """rss_growth_mb: from the median of the first fifth of the run to that of the last."""
        by_sensor = self.answers.latency_ms
        latency_ms = [ms for sensor in by_sensor.values() for ms in sensor]
        fifth = max(len(self.rss_mb) // 5, 1)
        growth = statistics.median(self.rss_mb[-fifth:]) - statistics.median(self.rss_mb[:fifth])
        cpu_s, wall_s = self._cpu() - self._cpu_s, time.monotonic() - self._wall_s
        return {
            **percentiles(latency_ms),
            'by_sensor': {sensor: percentiles(ms) for sensor, ms in sorted(by_sensor.items())},
            'answered': len(latency_ms),
            'lost': self.answers.lost,
            'unasked': self.answers.unasked,
            'cpu_percent': round(100.0 * cpu_s / wall_s, 1),
            'cpu_ms_per_message': round(1000.0 * cpu_s / max(self.answers.asked, 1), 3),
            'rss_mb': round(self.rss_mb[-1], 1),
            'rss_growth_mb': round(growth, 2),
        }

    def stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(number)
                try:
                    self._process.wait(5.0)
                except subprocess.TimeoutExpired:
                    continue

    def _cpu(self) -> float:
        stat = Path(f'/proc/{self._process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf('SC_CLK_TCK')


def percentiles(latency_ms: Sequence[float]) -> dict[str, float]:
    p50, p99 = np.percentile(latency_ms or [np.nan], (50, 99))
    return {'p50_ms': round(float(p50), 3), 'p99_ms': round(float(p99), 3)}


class Sensors:
    """Publishes serialised messages on schedule, so that to publish costs little here."""

    def __init__(self, node: Node) -> None:
        self._publishers: dict[str, Publisher] = {}
        self._messages: dict[str, bytearray] = {}
        for sensor, (kind, topic) in TOPICS.items():
            self._publishers[sensor] = node.create_publisher(kind, topic, SENSOR_QOS)
            self._messages[sensor] = bytearray(serialize_message(message_of(sensor)))
        self._schedule = sorted(
            (PHASES_MS[sensor] * 1e-3 + k / rate, sensor)
            for sensor, rate in RATES.items()
            for k in range(driven(rate))
        )

    def second(self, peers: Sequence[Peer]) -> bool:
        """One second of messages and answers. Whether every message was answered."""
        began = time.monotonic()
        for at, sensor in self._schedule:
            time.sleep(max(began + at - time.monotonic(), 0.0))
            self._publish(sensor, peers)
        time.sleep(max(began + DRIVEN_S + PAUSE_S - time.monotonic(), 0.0))
        settled = [peer.answers.settle() for peer in peers]
        return all(settled)

    def _publish(self, sensor: str, peers: Sequence[Peer]) -> None:
        now_ns = time.time_ns()
        STAMP.pack_into(self._messages[sensor], STAMP_AT, *divmod(now_ns, 10**9))
        for peer in peers:
            peer.answers.sent.append((now_ns, sensor))
        self._publishers[sensor].publish(bytes(self._messages[sensor]))


def driven(rate: int) -> int:
    """Messages of such a sensor in each second."""
    return int(DRIVEN_S * rate)


def message_of(sensor: str) -> Any:
    """A message of the size that the benchmark is about."""
    rng = np.random.default_rng(0)
    if sensor == 'lidar':
        message = LaserScan(range_min=0.1, range_max=30.0)
        message.angle_min, message.angle_max = np.radians(-135), np.radians(135)
        message.angle_increment = np.radians(270) / 719
        message.ranges = rng.uniform(3.0, 20.0, 720).astype(np.float32)
        return message
    if sensor == 'imu':
        message = Imu()
        message.linear_acceleration.z = 9.81
        return message
    message = Image(encoding='rgb8', height=480, width=640, step=1920)
    message.data = rng.integers(0, 255, 480 * 1920, np.uint8).tobytes()
    return message


def echo(executor_class: type[Executor]) -> int:
    """The node to compare with: each message's stamp comes back in a TwistStamped."""
    rclpy.init(args=[])
    node = rclpy.create_node('echo')
    publisher = node.create_publisher(TwistStamped, 'echo', QoSProfile(depth=ANSWERS_DEPTH))
    answer = TwistStamped()

    def hear(message: Any) -> None:
        answer.header.stamp = message.header.stamp
        publisher.publish(answer)

    for kind, topic in TOPICS.values():
        node.create_subscription(kind, topic, hear, SENSOR_QOS)
    executor = executor_class()
    executor.add_node(node)
    try:
        while True:
            executor.spin_once(timeout_sec=1.0)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    return 0


def measure(seconds: float, policy: Path, executor: str) -> dict[str, dict[str, Any]]:
    """Both peers' figures."""
    (ROOT / 'runs').mkdir(exist_ok=True)
    os.environ.update(network())
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    node = rclpy.create_node('node_latency')
    sensors = Sensors(node)
    drive = [sys.executable, '-m', 'liquid_control.nodes.drive_node', '--ros-args']
    drive += ['-p', f'policy:={policy}']
    drive += ['-p', 'publish_rate:=10.0']  # a command without a cause is no answer
    drive += ['-p', f'qos_overrides./cmd_vel.publisher.depth:={ANSWERS_DEPTH}']
    echoing = [sys.executable, __file__, '--echo']
    peers = {
        'node': Peer(node, 'node', 'cmd_vel', drive),
        'echo': Peer(node, 'echo', 'echo', [*echoing, '--echo-executor', executor]),
    }
    listen(node)
    try:
        await_peers(sensors, list(peers.values()))
        for peer in peers.values():
            peer.begin()
        for _ in range(round(seconds)):
            sensors.second(list(peers.values()))
            for peer in peers.values():
                peer.note_memory()
        return {name: peer.figures() for name, peer in peers.items()}
    finally:
        for peer in peers.values():
            peer.stop()


def await_peers(sensors: Sensors, peers: Sequence[Peer]) -> None:
    """Until both have answered everything for three seconds. Raises SystemExit."""
    give_up, good = time.monotonic() + START_S, 0
    while good < 3:
        good = good + 1 if sensors.second(peers) else 0
        if time.monotonic() > give_up:
            heard = [sum(map(len, peer.answers.latency_ms.values())) for peer in peers]
            raise SystemExit(f'no steady answers within {START_S:g} s (answered: {heard})')


def listen(node: Node) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)

    def spin() -> None:
        while True:
            executor.spin_once(timeout_sec=1.0)

    threading.Thread(target=spin, daemon=True).start()


def network() -> dict[str, str]:
    """A ROS network of one's own on this machine, whose shared memory takes large images."""
    return {
        'ROS_DOMAIN_ID': str(1 + secrets.randbelow(100)),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'FASTDDS_DEFAULT_PROFILES_FILE': str(ROOT / 'config' / 'fastdds.xml'),
        'OMP_NUM_THREADS': '1',
    }


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seconds', type=float, default=60.0)
    parser.add_argument('--json', type=Path, help='where the figures go')
    parser.add_argument('--policy', type=Path, default=ROOT / 'models' / 'beacon')
    parser.add_argument(
        '--echo-executor', choices=EXECUTORS, default='standard', help="the echo node's"
    )
    parser.add_argument('--echo', action='store_true', help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.echo:
        return echo(EXECUTORS[arguments.echo_executor])
    figures: dict[str, Any] = {
        'seconds': arguments.seconds,
        'echo_executor': arguments.echo_executor,
    }
    policy = arguments.policy.resolve()
    figures |= measure(arguments.seconds, policy, arguments.echo_executor)
    for percentile in ('p50', 'p99'):
        ratio = figures['node'][f'{percentile}_ms'] / figures['echo'][f'{percentile}_ms']
        figures[f'ratio_{percentile}'] = round(ratio, 3)
    report(figures, arguments.json)
    return 0


if __name__ == '__main__':
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the listening thread has no end
