"""Each robot has the body of the real one, and its files agree."""

from dataclasses import fields

import numpy as np
import pytest
import yaml

from liquid_control.safety import Limits
from liquid_control.schema import ConfigError, plain
from liquid_control.stream import Timeline
from liquid_control_sim.paths import share
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.worlds import Box

ROBOTS = ['jackal', 'turtlebot3', 'turtlebot4']
START_NS = 1_000_000_000
GROUPS = ('lidar', 'imu', 'camera', 'odometry', 'goal', 'guard')


def on_the_robot(name: str) -> dict:
    """The parameters of drive_node for this robot."""
    files = [share() / 'config' / 'drive.yaml', share() / 'config' / 'robots' / f'{name}.yaml']
    default, own = (
        yaml.safe_load(file.read_text())['/**/drive_node']['ros__parameters'] for file in files
    )
    groups = {key: {**default[key], **value} for key, value in own.items() if key in GROUPS}
    return {**default, **own, **groups}


def outline(robot) -> list[float]:
    """A footprint as drive_node's guard takes it."""
    if robot.shape == 'round':
        return [robot.length / 2]
    front, back = robot.chassis_x + robot.length / 2, robot.chassis_x - robot.length / 2
    left = robot.width / 2
    return [front, left, back, left, back, -left, front, -left]


@pytest.mark.parametrize('name', ROBOTS)
def test_a_robot_is_as_large_as_the_guard_on_it_takes_it_to_be(name):
    assert outline(scenario(robot=name).robot) == pytest.approx(
        on_the_robot(name)['guard']['footprint'], abs=1e-9
    )


@pytest.mark.parametrize('name', ROBOTS)
def test_the_lidar_is_where_the_robot_has_it(name):
    assert scenario(robot=name).robot.lidar_position[0] == on_the_robot(name)['lidar']['x']


@pytest.mark.parametrize('name', ROBOTS)
@pytest.mark.parametrize('limit', [entry.name for entry in fields(Limits)])
def test_the_limits_are_those_on_the_robot(name, limit):
    simulated = plain(scenario(robot=name).limits)[limit]
    assert simulated == on_the_robot(name)[limit]


@pytest.mark.parametrize('name', ROBOTS)
def test_event_time_has_the_rules_that_it_has_on_the_robot(name):
    rules = plain(scenario(robot=name).event_time)
    assert rules.items() <= on_the_robot(name).items()


@pytest.mark.parametrize('name', ROBOTS)
def test_scans_are_not_too_late_for_event_time(name):
    simulation = Simulation(scenario(robot=name, sensors={'camera': None}), seed=1)
    timeline = Timeline(simulation.config.event_time)
    while simulation.elapsed < 10.0:
        message = simulation.next_message()
        timeline.add(message.event, message.delivered_ns)
    counts = timeline.counts['lidar']
    assert counts['late'] <= 1  # the first one may have been measured before all else
    assert counts['accepted'] > 40


@pytest.mark.parametrize('name', ROBOTS)
def test_a_silent_sensor_is_noticed_later_than_a_message_is_due(name):
    sensors = scenario(robot=name).sensors
    for sensor in ('lidar', 'imu', 'camera', 'odometry'):
        clock = getattr(sensors, sensor).clock
        due = 1.0 / clock.rate + clock.latency.mean
        assert due < on_the_robot(name)[sensor]['source_timeout'], sensor


@pytest.mark.parametrize('name', ROBOTS)
def test_beams_are_apart_by_one_step_all_around(name):
    lidar = scenario(robot=name).sensors.lidar
    gap = 2 * np.pi - lidar.fov
    assert gap > 0.99 * np.diff(lidar.angles).min()


@pytest.mark.parametrize('name', ROBOTS)
def test_a_robot_weighs_what_its_file_says_and_stands_level(room, name):
    robot = scenario(robot=name).robot
    physics = Physics(room(), robot, START_NS)
    weights = physics.model.body_subtreemass[physics.model.body('base').id]
    assert weights == pytest.approx(robot.mass)
    physics.advance(START_NS + 1_000_000_000)
    tilt = 2 * np.linalg.norm(physics.data.qpos[4:6])
    assert tilt < 0.01
    assert physics.pose == pytest.approx((0.0, 0.0, 0.0), abs=1e-3)


@pytest.mark.parametrize('name', ROBOTS)
def test_a_robot_reaches_its_greatest_velocity_and_turns_as_told(room, name):
    config = scenario(robot=name)
    v, w = config.limits.max_velocity
    physics = Physics(room(), config.robot, START_NS)
    for _ in range(100):
        physics.command(v * min((physics.now_ns - START_NS) * 1e-9, 1.0), 0.0)
        physics.advance(physics.now_ns + 20_000_000)
    speeds = []
    for _ in range(50):
        physics.advance(physics.now_ns + 13_000_000)
        speeds.append(physics.twist[0])
    assert speeds == pytest.approx([v] * 50, rel=0.01)
    physics = Physics(room(), config.robot, START_NS)
    physics.command(0.0, w)
    physics.advance(START_NS + 2_000_000_000)
    assert physics.twist == pytest.approx((0.0, w), abs=0.02 * w)


def wall_beside(robot, gap: float) -> Box:
    """A long wall to the left, so far from the robot's side."""
    return Box(0.0, robot.width / 2 + gap + 0.1, 0.0, 3.0, 0.1, 1.0, (0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    ('name', 'hits'), [('turtlebot4', False), ('jackal', True), ('turtlebot3', True)]
)
def test_only_a_round_robot_turns_freely_beside_a_wall(room, name, hits):
    robot = scenario(robot=name).robot
    physics = Physics(room(wall_beside(robot, 0.01)), robot, START_NS)
    physics.command(0.0, 1.0)
    physics.advance(START_NS + 7_000_000_000)
    assert (physics.collisions > 0) == hits
    assert hits or physics.odometry.yaw > 2 * np.pi


def test_a_chassis_behind_its_axle_reaches_farther_back_than_ahead(room):
    robot = scenario(robot='turtlebot3').robot
    ends = {1.0: robot.length / 2 + robot.chassis_x, -1.0: robot.length / 2 - robot.chassis_x}
    for side, reach in ends.items():
        block = Box(side, 0.0, 0.0, 0.1, 1.0, 1.0, (0.5, 0.5, 0.5))
        physics = Physics(room(block), robot, START_NS)
        physics.command(side * 0.2, 0.0)
        physics.advance(START_NS + 6_000_000_000)
        assert physics.collisions == 1
        assert side * physics.pose[0] == pytest.approx(0.9 - reach, abs=0.01)


@pytest.mark.parametrize(
    ('given', 'field'),
    [
        ({'type': 'turtlebot4', 'width': 0.3}, 'width'),
        ({'type': 'jackal', 'height': 0.05}, 'height'),
        ({'type': 'jackal', 'mass': -1.0}, 'robot.mass'),
        ({'type': 'jackal', 'variation': {'friction': [1.0, 0.5]}}, 'friction'),
        ({'type': 'jackal', 'variation': {'delay': [-0.1, 0.5]}}, 'delay'),
        ({'type': 'jackal', 'variation': {'wind': [0.0, 0.5]}}, 'wind'),
    ],
)
def test_a_robot_that_cannot_be_is_refused_by_field(given, field):
    with pytest.raises(ConfigError, match=field):
        scenario(robot=given)
