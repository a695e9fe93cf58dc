"""The expert finds what it could have seen, drives there safely, and knows nothing else."""

import math
from dataclasses import replace

import numpy as np
import pytest

from liquid_control.safety.limiter import Limiter, Limits
from liquid_control_sim.planners import BeaconExpert, Grid
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.worlds import Box

SINGLE = scenario(task={'type': 'beacon', 'mode': 'single'})


def drive(seed: int, config: Scenario = SINGLE, seconds: float = 60.0) -> Simulation:
    simulation = Simulation(config, seed)
    expert, limiter = BeaconExpert(simulation), Limiter(Limits())
    last = simulation.now_ns
    while simulation.elapsed < seconds and not simulation.task.finished:
        expert.observe(simulation.next_message())
        wished = expert.act() * np.array(limiter.limits.max_velocity)
        simulation.command(*limiter.limit(wished, (simulation.now_ns - last) * 1e-9))
        last = simulation.now_ns
    return simulation


@pytest.mark.parametrize('seed', [1, 2, 3])
def test_it_reaches_the_beacon(seed):
    simulation = drive(seed)
    assert simulation.task.finished
    assert simulation.collisions == 0


@pytest.mark.slow
def test_it_reaches_nearly_every_beacon_and_hits_nothing():
    runs = [drive(seed) for seed in range(500, 512)]
    assert sum(run.task.finished and not run.collisions for run in runs) >= 11
    assert sum(run.collisions > 0 for run in runs) == 0
    assert np.mean([run.elapsed for run in runs]) < 25.0


def test_it_goes_from_beacon_to_beacon():
    simulation = drive(12, scenario(), seconds=30.0)
    assert simulation.beacons >= 2
    assert simulation.collisions == 0


def test_a_beacon_is_not_known_before_an_image_of_it_has_arrived():
    simulation = Simulation(SINGLE, seed=1)
    expert = BeaconExpert(simulation)
    simulation.command(0.0, 1.0)
    while not expert.seeing:
        message = simulation.next_message()
        assert not expert.seeing
        expert.observe(message)
    assert message.event.sensor == 'camera'
    assert message.beacon_pixels >= 3


def test_a_beacon_out_of_sight_is_forgotten_after_a_while():
    simulation = Simulation(SINGLE, seed=1)
    expert = BeaconExpert(simulation)
    image = replace(simulation.next_message(), beacon_pixels=50)
    expert.observe(image)
    simulation.run_until(simulation.now_ns + 2_900_000_000)
    assert expert.seeing
    simulation.run_until(simulation.now_ns + 200_000_000)
    assert not expert.seeing


def test_where_an_unseen_beacon_stands_changes_nothing():
    """Two runs that differ in the beacon's place alone are the same until one of them sees it."""
    one, other = Simulation(SINGLE, seed=9), Simulation(SINGLE, seed=9)
    other.task.beacon_xy = (50.0, 50.0)
    experts = BeaconExpert(one), BeaconExpert(other)
    while not experts[0].seeing:
        actions = [expert.act().tolist() for expert in experts]
        assert actions[0] == actions[1]
        for simulation, expert, action in zip((one, other), experts, actions, strict=True):
            expert.observe(simulation.next_message())
            simulation.command(action[0], 1.5 * action[1])


def test_an_image_of_the_last_beacon_says_nothing_about_the_next():
    simulation = Simulation(scenario(), seed=1)
    expert = BeaconExpert(simulation)
    message = simulation.next_message()
    expert.observe(replace(message, beacon_pixels=50, beacon=0))
    assert expert.seeing
    simulation.task.update(*simulation.beacon_xy)
    assert not expert.seeing
    expert.observe(replace(message, beacon_pixels=50, beacon=0))
    assert not expert.seeing


def test_actions_are_legal_wherever_the_robot_is():
    simulation = Simulation(scenario(), seed=2)
    expert = BeaconExpert(simulation)
    expert.observe(replace(simulation.next_message(), beacon_pixels=50))
    simulation.command(1.0, 0.3)
    for _ in range(600):
        expert.observe(simulation.next_message())
        action = expert.act()
        assert action.dtype == np.float32
        assert np.isfinite(action).all()
        assert (np.abs(action) <= 1.0).all()
        assert action[0] >= 0.0


def test_the_way_leads_around_what_stands_between(room):
    wall = Box(0.0, 0.0, 0.0, 0.2, 3.0, 1.0, (0.5, 0.5, 0.5))
    grid = Grid(room(wall, half_size=(5.0, 5.0)), comfort_price=0.0)
    way = grid.cost_to(3.0, 0.0)
    path = way.path(-3.0, 0.0, length=20.0)
    assert math.dist(path[-1].at, (3.0, 0.0)) < 0.1
    assert min(place.clearance for place in path) >= 0.3
    around = 2 * math.hypot(2.65, 3.3) + 0.7
    assert way.cost(-3.0, 0.0) == pytest.approx(around, rel=0.05)


def test_the_cost_of_open_ground_is_its_length(room):
    way = Grid(room(half_size=(5.0, 5.0)), comfort_price=0.0).cost_to(2.0, 1.0)
    for place in ((-3.0, 1.0), (2.0, -3.0), (-1.0, -2.0), (0.33, 3.71)):
        assert way.cost(*place) == pytest.approx(math.dist(place, (2.0, 1.0)), rel=0.03, abs=0.1)
