"""The expert finds what it could have seen, drives there safely, and knows nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control.coin import TOSS_NS, toss
from liquid_control_sim.drive import Drive
from liquid_control_sim.planners import BeaconExpert
from liquid_control_sim.planners.beacon_expert import ExpertConfig
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.simulation import Simulation

SINGLE = scenario(task={'type': 'beacon', 'mode': 'single'}, sensors={'imu': None})


def drive(seed: int, config: Scenario = SINGLE, seconds: float = 60.0) -> Simulation:
    drive = Drive(config, seed)
    expert = BeaconExpert(drive.simulation)
    while not drive.over and drive.simulation.elapsed < seconds:
        expert.observe(drive.message)
        drive.act(expert.act())
    return drive.simulation


@pytest.mark.parametrize('seed', [1, 3])
def test_it_reaches_the_beacon(seed):
    simulation = drive(seed)
    assert simulation.task.finished
    assert simulation.collisions == 0


@pytest.mark.slow
def test_it_reaches_nearly_every_beacon_and_hits_nothing():
    runs = [drive(seed) for seed in range(500, 508)]
    assert sum(run.task.finished and not run.collisions for run in runs) >= 7
    assert sum(run.collisions > 0 for run in runs) == 0
    assert np.mean([run.elapsed for run in runs]) < 25.0


def test_it_goes_from_beacon_to_beacon():
    simulation = drive(12, scenario(), seconds=20.0)
    assert len(simulation.task.reached) >= 1
    assert simulation.collisions == 0


def test_it_lets_who_steps_into_its_way_go_first():
    config = scenario(
        world='sudden_obstacle',
        task={'type': 'beacon', 'mode': 'single'},
        sensors={'imu': None},
    )
    simulation = drive(3, config)
    assert any(entered is not None for entered in simulation.movers.entered_at)
    assert simulation.succeeded


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
            simulation.command(*action)


def test_it_searches_to_the_side_of_the_coin():
    simulation = Simulation(SINGLE, seed=1)
    expert = BeaconExpert(simulation, ExpertConfig(search_bend=9.0))
    sides = {}
    for _ in range(8):
        sides.setdefault(toss(simulation.now_ns), set()).add(np.sign(expert.act()[1]))
        simulation.run_until(simulation.now_ns + TOSS_NS)
    assert sides == {1.0: {1.0}, -1.0: {-1.0}}


def test_before_a_wall_it_turns_on_the_spot_to_the_side_of_the_coin():
    empty = scenario(world={'type': 'arena', 'obstacles': [0, 0]}, sensors={'imu': None})
    simulation = Simulation(empty, seed=1)
    while simulation.layout.clearance(ahead(simulation.pose, 0.7)) > 0.0:
        simulation.command(0.5, 0.0)
        simulation.run_until(simulation.now_ns + 100_000_000)
    simulation.command(0.0, 0.0)
    expert = BeaconExpert(simulation)
    for _ in range(6):
        simulation.run_until(simulation.now_ns + TOSS_NS)
        speed, turn = expert.act()
        assert abs(speed) < 0.05
        assert turn * toss(simulation.now_ns) > 1.0


def ahead(pose, metres):
    x, y, yaw = pose
    return np.array([x + metres * np.cos(yaw), y + metres * np.sin(yaw)])


def test_it_searches_at_first_to_the_side_where_the_beacon_was():
    simulation = Simulation(SINGLE, seed=1)
    expert = BeaconExpert(simulation, ExpertConfig(search_bend=9.0))
    expert.observe(replace(simulation.next_message(), beacon_pixels=50))
    side = np.sign(expert.act()[1])
    for _ in range(5):
        simulation.run_until(simulation.now_ns + 1_100_000_000)
        assert np.sign(expert.act()[1]) == side


def test_an_image_of_the_last_beacon_says_nothing_about_the_next():
    simulation = Simulation(scenario(), seed=1)
    expert = BeaconExpert(simulation)
    message = simulation.next_message()
    expert.observe(replace(message, beacon_pixels=50, beacon=0))
    assert expert.seeing
    simulation.task.update((*simulation.task.beacon_xy, 0.0), 1.0)
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
        assert np.isfinite(action).all()
        assert 0.0 <= action[0] <= 1.0
        assert abs(action[1]) <= 1.5
