"""The simulator node, heard and commanded through topics in a ROS context of its own."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip('rclpy')

import rclpy
from geometry_msgs.msg import Twist, TwistStamped
from nav_msgs.msg import Odometry
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control_sim.sim_node import CLOCK_QOS, SimNode

DOMAIN = 101 - os.getpid() % 100
NETWORK = {
    'ROS_DOMAIN_ID': str(DOMAIN),
    'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
    'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
}


class World:
    """A SimNode and a listener; heard: all messages by topic, each with the simulation's time."""

    def __init__(self, context, **parameters):
        overrides = [Parameter(name, value=value) for name, value in parameters.items()]
        self.node = SimNode(context=context, parameter_overrides=overrides)
        self.listener = Node('listener', context=context)
        self.executor = SingleThreadedExecutor(context=context)
        self.executor.add_node(self.node)
        self.executor.add_node(self.listener)
        self.heard = {topic: [] for topic in ('scan', 'imu', 'image', 'odom', 'ground_truth')}
        self.clocks = []
        kinds = {'scan': LaserScan, 'imu': Imu, 'image': Image}
        for topic in self.heard:
            self.listener.create_subscription(
                kinds.get(topic, Odometry),
                topic,
                lambda message, topic=topic: self.hear(topic, message),
                qos_profile_sensor_data,
            )
        self.listener.create_subscription(
            Clock, '/clock', lambda message: self.clocks.append(ns(message.clock)), CLOCK_QOS
        )
        stamped = self.node.parameters.enable_stamped_cmd_vel
        self._kind = TwistStamped if stamped else Twist
        self._commands = self.listener.create_publisher(self._kind, 'cmd_vel', 10)

    def hear(self, topic, message):
        self.heard[topic].append((self.node.simulation.now_ns, message))

    def command(self, linear, angular=0.0):
        message = self._kind()
        twist = message if isinstance(message, Twist) else message.twist
        twist.linear.x, twist.angular.z = linear, angular
        self._commands.publish(message)

    def run(self, until, each=lambda: None, seconds=20.0):
        """Spin until it holds, calling each() at every turn."""
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, 'it did not happen'
            each()
            self.executor.spin_once(timeout_sec=0.01)

    def run_for(self, simulated, each=lambda: None):
        simulation = self.node.simulation
        end = simulation.elapsed + simulated
        self.run(lambda: simulation.elapsed >= end, each)

    def close(self):
        self.executor.shutdown()
        self.listener.destroy_node()
        self.node.destroy_node()


def ns(stamp):
    return stamp.sec * 1_000_000_000 + stamp.nanosec


@pytest.fixture
def world():
    context = Context()
    rclpy.init(context=context, domain_id=DOMAIN)
    worlds = []

    def build(**parameters):
        worlds.append(World(context, **parameters))
        return worlds[-1]

    yield build
    for each in worlds:
        each.close()
    rclpy.shutdown(context=context)


def test_every_sensor_is_heard_at_its_rate(world):
    world = world()
    world.run(lambda: all(world.heard.values()))
    before = {topic: len(messages) for topic, messages in world.heard.items()}
    world.run_for(2.0)
    rates = {topic: (len(world.heard[topic]) - before[topic]) / 2.0 for topic in before}
    for topic, rate in {'scan': 20, 'imu': 100, 'image': 15, 'odom': 50}.items():
        assert rates[topic] == pytest.approx(rate, rel=0.25)


def test_stamps_are_the_measurements_times_and_delivery_comes_later(world):
    world = world()
    world.run(lambda: len(world.heard['image']) > 10)
    for topic in ('scan', 'imu', 'image'):
        lags = [now_ns - ns(message.header.stamp) for now_ns, message in world.heard[topic]]
        assert min(lags) >= 0
        assert max(lags) < 0.5e9
    stamps = [ns(message.header.stamp) for _, message in world.heard['imu']]
    assert stamps == sorted(stamps)


def test_the_clock_goes_on_and_never_back(world):
    world = world()
    world.run(lambda: len(world.clocks) > 50)
    assert world.clocks == sorted(world.clocks)
    assert world.clocks[0] >= 1_000_000_000


def test_the_robot_drives_as_commanded_and_stops_when_commands_end(world):
    world = world(real_time_factor=2.0)
    simulation = world.node.simulation
    world.run(lambda: world.node.commands > 0, each=lambda: world.command(0.0, 0.5))
    world.run_for(1.0, each=lambda: world.command(0.0, 0.5))
    assert simulation.twist[1] == pytest.approx(0.5, abs=0.15)
    world.run_for(0.35)
    assert simulation.twist[1] > 0.2
    world.run_for(0.8)
    assert simulation.twist[1] == pytest.approx(0.0, abs=0.05)


def test_a_command_that_is_no_number_stops_the_robot(world):
    world = world(real_time_factor=2.0)
    world.run(lambda: world.node.commands > 0, each=lambda: world.command(0.0, 0.5))
    world.run_for(0.5, each=lambda: world.command(0.0, 0.5))
    world.run_for(0.6, each=lambda: world.command(0.0, float('nan')))
    assert world.node.simulation.twist[1] == pytest.approx(0.0, abs=0.05)


def test_plain_twist_drives_the_robot_when_asked_for(world):
    world = world(enable_stamped_cmd_vel=False)
    world.run(lambda: world.node.commands > 0, each=lambda: world.command(0.0, 0.5))
    world.run_for(0.5, each=lambda: world.command(0.0, 0.5))
    assert world.node.simulation.twist[1] > 0.2


def test_the_seed_makes_the_world(world):
    first, second, other = world(seed=4), world(seed=4), world(seed=5)
    assert first.node.simulation.layout == second.node.simulation.layout
    assert first.node.simulation.layout != other.node.simulation.layout


@pytest.mark.parametrize(
    ('argument', 'complaint'),
    [
        ('mode:=race', "parameter mode is 'race', wanted 'continue' or 'single'"),
        ('real_time_factor:=0.0', 'parameter real_time_factor is 0.0, wanted a number'),
        ('seed:=one', "parameter seed is 'one', wanted an integer from 0 to 2147483647"),
        ('sede:=1', 'parameter sede is unknown'),
    ],
)
def test_a_parameter_that_cannot_be_is_one_clear_error(argument, complaint):
    process = launch('-p', argument)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert complaint in output
    assert len(output.strip().splitlines()) == 1


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_cleanly_on(number):
    process = launch()
    assert 'simulating seed 0' in process.stdout.readline()
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output == ''


def launch(*arguments):
    return subprocess.Popen(
        [sys.executable, '-m', 'liquid_control_sim.sim_node', '--ros-args', *arguments],
        env={**os.environ, **NETWORK},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
