"""The reward counts metres of the way, wherever the robot is."""

from types import SimpleNamespace

import pytest

from liquid_control_sim.envs.reward import AT_TARGET, COLLISION, Reward
from liquid_control_sim.scenario import scenario


@pytest.fixture
def simulation(room):
    """A robot 0.25 m from a wall on its left, with a target 6 m ahead of it."""
    return SimpleNamespace(
        config=scenario(),
        layout=room(half_size=(5.0, 2.0)),
        task=SimpleNamespace(target=(3.0, 1.75), reached=[]),
        pose=(-3.0, 1.75, 0.0),
        elapsed=0.0,
        collisions=0,
        distance_m=0.0,
    )


def test_a_metre_ahead_along_a_wall_is_a_metre(simulation):
    reward = Reward(simulation)
    for step in range(1, 5):
        simulation.pose = (-3.0 + step, 1.75, 0.0)
        assert reward.since_last() == pytest.approx(1.0, abs=0.02)


def test_going_back_takes_it_away_again(simulation):
    reward = Reward(simulation)
    simulation.pose = (-1.0, 1.0, 0.0)
    there = reward.since_last()
    simulation.pose = (-3.0, 1.75, 0.0)
    assert there > 1.5
    assert reward.since_last() == pytest.approx(-there)


@pytest.mark.parametrize(('given', 'price'), [({}, COLLISION), ({'collision': -40.0}, -40.0)])
def test_time_and_collisions_cost(simulation, given, price):
    reward = Reward(simulation, **given)
    simulation.elapsed = 2.0
    assert reward.since_last() == pytest.approx(-0.2)
    simulation.collisions = 1
    assert reward.since_last() == pytest.approx(price)


def test_a_target_reached_pays_and_the_next_one_begins_at_nought(simulation):
    reward = Reward(simulation)
    simulation.pose = (2.5, 1.5, 0.0)
    simulation.task.reached.append(simulation.task.target)
    simulation.task.target = (-3.0, 0.0)
    assert reward.since_last() == pytest.approx(AT_TARGET)
    simulation.pose = (1.5, 1.5, 0.0)
    assert 0.8 < reward.since_last() <= 1.05
