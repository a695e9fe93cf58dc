"""The expert that drives to goals: fast where it is open, careful where it is not."""

import numpy as np
import pytest

from liquid_control_sim.drive import Drive
from liquid_control_sim.planners import GoalExpert
from liquid_control_sim.rollout import THINK_S
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation

LIGHT = {'camera': None, 'imu': None}


def drive(config, seed=0):
    """The simulation after the drive; commands [n, 2] every THINK_S; true speeds there."""
    drive = Drive(config, seed)
    expert = GoalExpert(drive.simulation)
    asked, speeds, last = [], [], -1.0
    while not drive.over:
        expert.observe(drive.message)
        if drive.simulation.elapsed - last >= THINK_S:
            last = drive.simulation.elapsed
            asked.append(expert.act())
            speeds.append(drive.simulation.twist[0])
        drive.act(asked[-1])
    return drive.simulation, np.array(asked), np.array(speeds)


@pytest.mark.parametrize('world', ['arena', 'corridors', 'rooms', 'pedestrians'])
@pytest.mark.parametrize('seed', [301, 302])
def test_it_reaches_goals_in_every_world(world, seed):
    simulation, _, _ = drive(scenario(world=world, task='goal', sensors=LIGHT), seed)
    assert simulation.succeeded


@pytest.mark.parametrize('robot', ['turtlebot3', 'turtlebot4'])
def test_it_drives_other_robots(robot):
    config = scenario(world='rooms', task={'type': 'goal', 'timeout': 120.0}, robot=robot)
    simulation, asked, _ = drive(config, 5)
    assert simulation.succeeded
    assert asked[:, 0].max() == pytest.approx(config.limits.max_velocity[0])


def test_it_drives_fast_where_it_is_open_and_slowly_between_pillars(field):
    _, _, open_ = drive(field([(4.0, 3.0)], 0.2))
    gate = [(sign * x, 3.0) for sign in (1, -1) for x in np.arange(0.55, 5.0, 0.35)]
    simulation, _, tight = drive(field(gate, 0.2))
    assert simulation.succeeded
    assert open_.max() > 1.5
    assert 0.4 < tight[len(tight) // 3 : -len(tight) // 4].min() < 0.9


def test_it_keeps_off_what_it_passes(field):
    config = field([(0.1, 3.0)], 0.4)
    drive = Drive(config, 0)
    expert, nearest = GoalExpert(drive.simulation), np.inf
    while not drive.over:
        x, y, _ = drive.simulation.pose
        nearest = min(nearest, float(drive.simulation.layout.clearance(np.array([x, y]))))
        drive.act(expert.act())
    assert drive.simulation.succeeded
    assert 0.4 < nearest < 1.0


def test_what_it_asks_for_changes_smoothly(pillar):
    _, asked, _ = drive(pillar)
    change = np.abs(np.diff(asked, axis=0))
    assert np.percentile(change[:, 0], 90) < 0.1
    assert np.percentile(change[:, 1], 90) < 0.25


def test_it_waits_for_who_steps_into_its_way():
    config = scenario(world='sudden_obstacle', task='goal', sensors=LIGHT)
    for seed in (0, 15):
        simulation, _, _ = drive(config, seed)
        assert simulation.succeeded
        assert any(entered is not None for entered in simulation.movers.entered_at)


def test_a_task_without_a_goal_is_an_error():
    with pytest.raises(ValueError, match=r"task is 'cruise', which has no goal"):
        GoalExpert(Simulation(scenario(task='cruise'), 0))
