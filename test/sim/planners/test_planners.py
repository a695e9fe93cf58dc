"""What every planner does: gets there, hits nothing, keeps the limits, is the same each time."""

import math
from dataclasses import replace

import numpy as np
import pytest

from liquid_control.schema import ConfigError
from liquid_control.stream import Event
from liquid_control_sim.planners import PLANNERS, planner
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

CLASSICAL = sorted(set(PLANNERS) - {'expert'})


def drive(name, config, seconds=30.0):
    """The robot after its drive, and all that its planner asked for, [n, 2]."""
    robot = Robot.start(config, 0, advisor=name)
    asked = []
    for _ in Rollout(None, [robot], heard=()).run(lambda _, robot: robot.label):
        asked.append(robot.label)
        if robot.drive.simulation.elapsed > seconds:
            break
    return robot, np.array(asked)


@pytest.mark.parametrize('name', sorted(PLANNERS))
def test_it_gets_round_a_pillar_to_the_goal_within_the_limits(name, pillar):
    robot, asked = drive(name, pillar)
    simulation = robot.drive.simulation
    assert simulation.succeeded
    limits = pillar.limits
    assert asked.dtype == np.float64
    assert (asked >= limits.min_velocity).all()
    assert (asked <= limits.max_velocity).all()


@pytest.mark.parametrize('name', sorted(PLANNERS))
def test_what_cannot_be_left_is_not_bumped_into(name, fence):
    robot, _ = drive(name, fence, seconds=6.0)
    simulation = robot.drive.simulation
    assert simulation.collisions == 0
    assert math.dist(simulation.pose[:2], simulation.layout.start[:2]) < 0.7


@pytest.mark.parametrize('name', sorted(PLANNERS))
def test_slow_limits_are_kept(name, field):
    slow = {'max_velocity': [0.3, 0.5], 'min_velocity': [0.0, -0.5]}
    _, asked = drive(name, field([(0.3, 1.2)], 0.3, limits=slow), seconds=5.0)
    assert 0.2 < asked[:, 0].max() <= 0.3
    assert np.abs(asked[:, 1]).max() <= 0.5


@pytest.mark.parametrize('name', sorted(PLANNERS))
def test_the_same_messages_make_it_ask_the_same(name, pillar):
    _, first = drive(name, pillar, seconds=1.5)
    _, second = drive(name, pillar, seconds=1.5)
    assert np.array_equal(first, second)


@pytest.mark.parametrize('name', CLASSICAL)
def test_without_a_scan_it_stands(name, pillar):
    assert planner(name, Simulation(pillar, 0)).act().tolist() == [0.0, 0.0]


@pytest.mark.parametrize('name', CLASSICAL)
def test_when_the_lidar_falls_silent_it_stops(name, pillar):
    simulation = Simulation(pillar, 0)
    asked = planner(name, simulation)
    while simulation.elapsed < 0.5:
        asked.observe(simulation.next_message())
    assert asked.act()[0] > 0.0
    while simulation.elapsed < 1.2:
        message = simulation.next_message()
        if message.event.sensor != 'lidar':
            asked.observe(message)
    assert asked.act().tolist() == [0.0, 0.0]


@pytest.mark.parametrize('name', CLASSICAL)
@pytest.mark.parametrize('side', [1.0, -1.0])
def test_it_goes_where_the_goal_message_says(name, side, pillar):
    simulation = Simulation(pillar, 0)
    asked = planner(name, simulation)
    turns = []
    for _ in range(40):
        message = simulation.next_message()
        if message.event.sensor == 'goal':
            value = np.array([5.0, side * 1.2], np.float32)
            message = replace(message, event=Event(message.event.stamp_ns, 'goal', value))
        asked.observe(message)
        turns.append(side * asked.act()[1])
    assert np.mean(turns[20:]) > 0.05


@pytest.mark.parametrize('name', CLASSICAL)
def test_a_scan_of_nothing_does_not_stop_it(name, pillar):
    simulation = Simulation(pillar, 0)
    asked = planner(name, simulation)
    now_ns = simulation.now_ns
    empty = np.full(pillar.sensors.lidar.beams, np.inf, np.float32)
    for _ in range(20):
        now_ns += 50_000_000
        asked.observe(Message(Event(now_ns, 'lidar', empty), now_ns))
        velocity = asked.act()
    assert velocity[0] > 0.0
    assert np.isfinite(velocity).all()


@pytest.mark.parametrize('name', CLASSICAL)
def test_a_robot_without_lidar_is_one_error(name):
    blind = scenario(task='goal', sensors={'lidar': None})
    with pytest.raises(ConfigError, match=r'sensors\.lidar'):
        planner(name, Simulation(blind, 0))


def test_an_unknown_planner_is_one_error_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"planner is 'teb', wanted one of expert, follow_the"):
        planner('teb', Simulation(scenario(), 0))
