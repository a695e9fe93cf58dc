"""The expert that cruises: it gets on and hits nothing."""

import numpy as np
import pytest

from liquid_control_sim.drive import Drive
from liquid_control_sim.planners import expert
from liquid_control_sim.scenario import scenario


def drive(world, seed, seconds):
    config = scenario(
        world=world,
        task={'type': 'cruise', 'timeout': seconds},
        sensors={'camera': None, 'imu': None},
    )
    drive = Drive(config, seed)
    planner = expert(drive.simulation)
    while not drive.over:
        planner.observe(drive.message)
        drive.act(planner.act())
    return drive.simulation


@pytest.mark.parametrize('world', ['arena', 'corridors', 'pedestrians'])
def test_it_gets_on_without_hitting_anything(world):
    simulation = drive(world, 3, seconds=15.0)
    assert simulation.succeeded
    assert simulation.distance_m > 4.0


def test_people_who_turn_towards_it_do_not_run_into_it():
    simulation = drive('pedestrians', 14, seconds=6.0)
    assert simulation.succeeded
    assert simulation.distance_m > 2.0


def test_it_looks_for_a_way_out_where_it_faces_a_wall():
    config = scenario(world='arena', task='cruise', sensors={'camera': None, 'imu': None})
    drive = Drive(config, 1)
    planner = expert(drive.simulation)
    turned = 0.0
    for _ in range(400):
        drive.act(planner.act())
        turned = max(turned, abs(drive.simulation.twist[1]))
    assert drive.simulation.collisions == 0
    assert drive.simulation.distance_m > 1.0
    assert np.isfinite(turned)
    assert turned > 0.2
