"""A robot of one's own for the node's tests: sensors that publish over DDS, ears for commands."""

import gc
import math
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import rclpy
import torch
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import TwistStamped
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control.nodes.lifecycle import DriveNode
from liquid_control.policy import (
    CameraSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    save_bundle,
)

DOMAIN = 1 + os.getpid() % 100
PERIODS = {'lidar': 0.05, 'imu': 0.02, 'camera': 0.066}


def scan():
    message = LaserScan(range_min=0.1, range_max=10.0)
    message.angle_min, message.angle_max = math.radians(-135), math.radians(135)
    message.angle_increment = math.radians(270) / 719
    message.ranges = np.full(720, 3.0, np.float32)
    return message


def imu():
    message = Imu()
    message.linear_acceleration.z = 9.81
    return message


def image():
    message = Image(encoding='rgb8', height=48, width=64, step=192)
    message.data = bytes(48 * 192)
    return message


def random_policy():
    """A policy of random weights whose motors are biased to drive forward in a left curve."""
    torch.manual_seed(1)
    sensors = {'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()}
    return drive_forward(Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec()))))


def drive_forward(policy):
    with torch.no_grad():
        policy.core.output_w.fill_(0.1)
        policy.core.output_b.copy_(torch.tensor([1.0, 0.5]))
    return policy


class Rig:
    """Publishes what `messages` holds at the sensors' rates, stamped by the clock plus offset_ns.

    dead: sensors that are silent. commands: each one heard, (monotonic seconds, linear, angular).
    """

    def __init__(self):
        self.node = rclpy.create_node('rig')
        self.messages = {'lidar': scan(), 'imu': imu(), 'camera': image()}
        self.dead = set()
        self.is_stamped = True
        self.offset_ns = 0
        self.commands = []
        self.statuses = {}
        self.drives = []
        self.processes = []
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        topics = {'lidar': (LaserScan, 'scan'), 'imu': (Imu, 'imu'), 'camera': (Image, 'image')}
        for sensor, (kind, topic) in topics.items():
            publisher = self.node.create_publisher(kind, topic, qos_profile_sensor_data)
            self.node.create_timer(
                PERIODS[sensor], lambda s=sensor, p=publisher: self.publish(s, p)
            )
        self.node.create_subscription(TwistStamped, 'cmd_vel', self.hear, 100)
        self.node.create_subscription(DiagnosticArray, '/diagnostics', self.read, 10)

    def simulate(self):
        """Publish the sensors' clock as /clock."""
        publisher = self.node.create_publisher(Clock, '/clock', 10)
        message = Clock()

        def tick():
            if 'clock' not in self.dead:
                self.set_to_now(message.clock)
                publisher.publish(message)

        self.node.create_timer(0.01, tick)

    def publish(self, sensor, publisher):
        if sensor not in self.dead:
            message = self.messages[sensor]
            if self.is_stamped:
                self.set_to_now(message.header.stamp)
            publisher.publish(message)

    def double(self, topic):
        """Another publisher on a sensor's topic, which says nothing."""
        kinds = {'scan': LaserScan, 'imu': Imu, 'image': Image}
        self.node.create_publisher(kinds[topic], topic, qos_profile_sensor_data)

    def set_to_now(self, stamp):
        stamp_ns = self.node.get_clock().now().nanoseconds + self.offset_ns
        stamp.sec, stamp.nanosec = divmod(stamp_ns, 10**9)

    random_policy = staticmethod(random_policy)

    def hear(self, message):
        twist = message.twist
        self.commands.append((time.monotonic(), twist.linear.x, twist.angular.z))

    def read(self, message):
        for status in message.status:
            self.statuses[status.name.split(': ')[1]] = status

    def start(self, *arguments, **parameters):
        """The drive node in this process; arguments after --ros-args."""
        overrides = [Parameter(name.replace('__', '.'), value=v) for name, v in parameters.items()]
        cli_args = ['--ros-args', *arguments]
        self.drives.append(DriveNode(cli_args=cli_args, parameter_overrides=overrides))
        self.executor.add_node(self.drives[-1])
        return self.drives[-1]

    def launch(self, *arguments):
        """The drive node in a process of its own; arguments after --ros-args."""
        command = [sys.executable, '-m', 'liquid_control.nodes.drive_node', '--ros-args']
        process = subprocess.Popen(
            [*command, *arguments],
            env={**os.environ, 'ROS_DOMAIN_ID': str(DOMAIN)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return process

    def spin(self, seconds):
        self.spin_until(lambda: False, seconds)

    def spin_until(self, holds, seconds=10.0):
        """Whether it held within the time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            self.executor.spin_once(timeout_sec=0.01)
        return holds()

    def drives_now(self):
        return bool(self.commands) and self.commands[-1][1] > 0.1

    def time_to_zero(self, since, seconds=3.0):
        """Seconds from `since` to the first command from which on all are zero."""
        self.spin(seconds)
        moving = [at for at, linear, angular in self.commands if (linear, angular) != (0.0, 0.0)]
        zeros = [at for at, *_ in self.commands if at > moving[-1]]
        assert zeros, 'the last command heard is not zero'
        return zeros[0] - since

    def diagnostics(self, part):
        """The newest values of one status, as text by key."""
        return {pair.key: pair.value for pair in self.statuses[part].values}

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()
        for drive in self.drives:
            drive.close()
            drive.destroy_node()
        self.executor.shutdown()
        self.node.destroy_node()
        self.drives.clear()
        gc.collect()  # a lifecycle node is part of a cycle, and of the graph until it is collected


@pytest.fixture(scope='session')
def ros():
    torch.set_num_threads(1)
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    rclpy.init(domain_id=DOMAIN)
    yield
    rclpy.try_shutdown()


@pytest.fixture
def rig(ros):
    rig = Rig()
    yield rig
    rig.close()


@pytest.fixture(scope='session')
def policy():
    return random_policy()


@pytest.fixture(scope='session')
def small_bundle(tmp_path_factory):
    """A policy without a camera, whose LiDAR has another name."""
    torch.manual_seed(2)
    sensors = {'front': LidarSpec(), 'imu': ImuSpec()}
    policy = drive_forward(Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec()))))
    folder = tmp_path_factory.mktemp('small')
    save_bundle(policy, folder, {'command': 'none: random weights'})
    return str(folder)


@pytest.fixture(scope='session')
def bundle(policy, tmp_path_factory):
    folder = tmp_path_factory.mktemp('bundle')
    save_bundle(policy, folder, {'command': 'none: random weights'})
    return str(folder)
