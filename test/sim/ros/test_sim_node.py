"""The simulator node, heard and commanded through topics in a ROS context of its own."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytest.importorskip('rclpy')

import rclpy
from geometry_msgs.msg import PoseStamped, Twist, TwistStamped
from nav_msgs.msg import Odometry
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.qos import QoSProfile, ReliabilityPolicy, qos_profile_sensor_data
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, Imu, LaserScan
from std_srvs.srv import SetBool, Trigger

from liquid_control_sim.ros.outputs import CLOCK_QOS, LATCHED_QOS
from liquid_control_sim.ros.parameters import ParameterError
from liquid_control_sim.ros.sim_node import SimNode

DOMAIN = 101 - os.getpid() % 100
NETWORK = {
    'ROS_DOMAIN_ID': str(DOMAIN),
    'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
    'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
}

# Holds what a busy machine has not taken yet, so that only the simulation loses messages.
LONG_QUEUE = QoSProfile(depth=1000, reliability=ReliabilityPolicy.BEST_EFFORT)


class World:
    """A SimNode and a listener; heard: all messages by topic, each with the simulation's time."""

    def __init__(self, context, queue, **parameters):
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
                queue,
            )
        self.listener.create_subscription(
            Clock, '/clock', lambda message: self.clocks.append(ns(message.clock)), CLOCK_QOS
        )
        self.goals, self.collisions = [], []
        self.listener.create_subscription(PoseStamped, 'goal_pose', self.goals.append, LATCHED_QOS)
        self.listener.create_subscription(
            PoseStamped, 'sim_node/collision', self.collisions.append, 10
        )
        stamped = self.node.parameters.enable_stamped_cmd_vel
        self._kind = TwistStamped if stamped else Twist
        self._commands = self.listener.create_publisher(self._kind, 'cmd_vel', 10)

    def hear(self, topic, message):
        self.heard[topic].append((self.node.now_ns, message))

    def stamped_s(self, topic):
        """The time between the first and the last stamp that was heard."""
        stamps_ns = [ns(message.header.stamp) for _, message in self.heard[topic]]
        return (max(stamps_ns) - min(stamps_ns)) * 1e-9 if stamps_ns else 0.0

    def rate(self, topic):
        return (len(self.heard[topic]) - 1) / self.stamped_s(topic)

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

    def call(self, kind, name, **fields):
        client = self.listener.create_client(kind, f'sim_node/{name}')
        self.run(client.service_is_ready)
        answer = client.call_async(kind.Request(**fields))
        self.run(answer.done)
        return answer.result()

    def set(self, **parameters):
        results = self.node.set_parameters(
            [Parameter(name, value=value) for name, value in parameters.items()]
        )
        return [result.reason for result in results if not result.successful]

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

    def build(queue=qos_profile_sensor_data, **parameters):
        worlds.append(World(context, queue, **parameters))
        return worlds[-1]

    yield build
    for each in worlds:
        each.close()
    rclpy.shutdown(context=context)


def test_every_sensor_is_heard_at_its_rate(world):
    world = world(LONG_QUEUE)
    world.run(lambda: all(world.stamped_s(topic) >= 2.0 for topic in world.heard), seconds=60.0)
    for topic, rate in {
        'scan': 20,
        'imu': 100,
        'image': 15,
        'odom': 30,
        'ground_truth': 50,
    }.items():
        assert world.rate(topic) == pytest.approx(rate, rel=0.25)


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
    world = world()
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


def test_odometry_is_that_of_the_sensor_lost_and_late_as_faults_have_it(world):
    world = world(LONG_QUEUE, faults='lossy', real_time_factor=4.0)
    world.run(lambda: world.stamped_s('odom') >= 6.0, seconds=60.0)
    assert 15.0 < world.rate('odom') < 28.0
    lags = [now_ns - ns(message.header.stamp) for now_ns, message in world.heard['odom']]
    assert min(lags) > 0
    message = world.heard['odom'][0][1]
    assert (message.header.frame_id, message.child_frame_id) == ('odom', 'base_link')
    assert abs(message.pose.pose.position.x) < 0.05


def test_a_goal_is_told_in_the_frame_of_the_odometry(world):
    world = world(task='goal', goal=[3.0, -1.0])
    world.run(lambda: world.goals)
    goal = world.goals[0]
    assert goal.header.frame_id == 'odom'
    assert (goal.pose.position.x, goal.pose.position.y) == (3.0, -1.0)


def test_a_collision_is_told_once_with_its_place(world):
    world = world(seed=8, real_time_factor=8.0)
    world.run(lambda: world.node.commands > 0, each=lambda: world.command(1.0))
    world.run(lambda: world.collisions, each=lambda: world.command(1.0))
    world.run_for(0.3)
    assert len(world.collisions) == 1
    place, (x, y, _) = world.collisions[0].pose.position, world.node.simulation.pose
    assert world.collisions[0].header.frame_id == 'world'
    assert abs(place.x - x) + abs(place.y - y) < 0.5


def test_reset_begins_the_episode_anew_and_time_goes_on(world):
    world = world(seed=4, real_time_factor=4.0)
    start = world.node.simulation.pose
    world.run_for(1.0, each=lambda: world.command(0.0, 1.0))
    assert world.node.simulation.pose[2] != pytest.approx(start[2], abs=0.1)
    before_ns = world.node.now_ns
    answer = world.call(Trigger, 'reset')
    assert (answer.success, answer.message) == (True, 'seed 4')
    assert world.node.simulation.pose[:2] == pytest.approx(start[:2], abs=0.05)
    world.run_for(0.5)
    assert world.node.simulation.elapsed < 5.0
    assert world.node.now_ns > before_ns
    assert world.clocks == sorted(world.clocks)
    stamps = [ns(message.header.stamp) for _, message in world.heard['imu']]
    assert stamps == sorted(stamps)
    assert stamps[-1] > before_ns


def test_reset_takes_the_parameters_as_they_are_then(world):
    world = world(seed=4)
    assert world.set(seed=5, task='goal') == []
    assert world.node.simulation.config.task.type == 'beacon'
    assert world.call(Trigger, 'reset').message == 'seed 5'
    world.run(lambda: world.goals)
    assert world.node.simulation.config.task.type == 'goal'


def test_pause_stops_time_until_it_is_let_go_on(world):
    world = world()
    world.run_for(0.1)
    assert world.call(SetBool, 'pause', data=True).message == 'paused'
    at_ns, heard = world.node.now_ns, len(world.clocks)
    world.run(lambda: len(world.clocks) > heard + 10)
    assert world.node.now_ns == at_ns
    assert world.call(SetBool, 'pause', data=False).message == 'running'
    world.run_for(0.1)
    assert world.node.now_ns > at_ns


def test_the_pace_changes_while_it_runs(world):
    world = world(real_time_factor=0.05)
    assert world.set(real_time_factor=0.0) == []
    began, elapsed = time.monotonic(), world.node.simulation.elapsed
    world.run_for(2.0)
    assert world.node.simulation.elapsed - elapsed > 4 * 0.05 * (time.monotonic() - began)


@pytest.mark.parametrize(
    ('change', 'complaint'),
    [
        ({'world': 'moon'}, "'moon'"),
        ({'faults': 'odd'}, "parameter faults is 'odd', wanted one of nominal"),
        ({'goal': [1.0]}, 'parameter goal is [1.0], wanted two numbers'),
        ({'world': 'barn'}, "parameter worlds is '', wanted a file for world barn"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_says_why(world, change, complaint):
    (reason,) = world().set(**change)
    assert complaint in reason


@pytest.mark.parametrize(
    ('parameter', 'complaint'),
    [
        ({'real_time_factor': -1.0}, 'parameter real_time_factor is -1.0, wanted a number'),
        ({'world': 'moon'}, "'moon'"),
        ({'robot': 'tank'}, "parameter robot is 'tank', wanted one of jackal"),
        ({'mode': 'race'}, "parameter mode is 'race', wanted 'continue' or 'single'"),
        ({'seed': 'one'}, "parameter seed is 'one', wanted an integer from 0 to 2147483647"),
        ({'sede': 1}, 'parameter sede is unknown'),
    ],
)
def test_a_parameter_that_cannot_be_names_itself(world, parameter, complaint):
    with pytest.raises(ParameterError) as error:
        world(**parameter)
    assert complaint in str(error.value)


def test_a_parameter_that_cannot_be_ends_the_process_with_one_line():
    process = launch('-p', 'mode:=race')
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = (line for line in output.splitlines() if '[INFO]' not in line)
    assert "parameter mode is 'race'" in line


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_the_process_ends_cleanly_on(number):
    process = launch()
    while 'simulating seed 0' not in (line := process.stdout.readline()):
        assert line, 'it ended'
    process.send_signal(number)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output == ''


def launch(*arguments):
    return subprocess.Popen(
        [sys.executable, '-m', 'liquid_control_sim.ros.sim_node', '--ros-args', *arguments],
        env={**os.environ, **NETWORK},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
