"""A simulated robot behind the guard: it is the one of the real robot, and it holds."""

import numpy as np
import pytest
import yaml

from liquid_control.safety import Polygon, circle
from liquid_control.schema import ConfigError
from liquid_control_sim.drive import Drive
from liquid_control_sim.guard import footprint
from liquid_control_sim.paths import share
from liquid_control_sim.scenario import scenario

ONWARD = np.array([1.0, 0.0])


def driven(seconds: float = 12.0, **layers: object) -> Drive:
    """A robot that wants straight on, whatever comes."""
    config = scenario(
        task='cruise', sensors={'camera': None, 'imu': None, **layers.pop('sensors', {})}, **layers
    )
    drive = Drive(config, seed=4)
    while not drive.over and drive.simulation.elapsed < seconds:
        drive.act(ONWARD)
    return drive


def test_without_a_guard_it_drives_into_the_wall_and_with_one_it_stands_before_it():
    assert driven().simulation.collisions == 1
    drive = driven(guard={})
    assert drive.simulation.collisions == 0
    assert drive.simulation.distance_m > 1.0
    assert drive.command.tolist() == [0.0, 0.0]
    assert abs(drive.simulation.twist[0]) < 0.02


def test_a_longer_time_before_collision_drives_slower_towards_the_wall():
    early, late = (driven(3.0, guard={'time_before_collision': s}) for s in (4.0, 0.5))
    assert early.simulation.distance_m < late.simulation.distance_m - 0.2


def test_a_robot_that_gets_no_scans_stands():
    drive = driven(2.0, guard={}, sensors={'lidar': {'clock': {'dropout': 0.9999}}})
    assert drive.simulation.distance_m < 0.01


def test_it_may_be_driven_to_a_time_as_well():
    drive = Drive(scenario(task='cruise', sensors={'camera': None}, guard={}), seed=4)
    start = drive.simulation.now_ns
    for step in range(1, 120):
        drive.act_until(ONWARD, start + step * 100_000_000)
    assert drive.simulation.collisions == 0
    assert drive.command.tolist() == [0.0, 0.0]


def test_a_guard_without_eyes_is_refused():
    with pytest.raises(ConfigError, match=r'guard looks through sensors\.lidar, which is null'):
        scenario(guard={}, sensors={'lidar': None})


@pytest.mark.parametrize('robot', ['jackal', 'turtlebot3', 'turtlebot4'])
def test_the_outline_is_that_of_the_drive_nodes_parameters(robot):
    file = share() / 'config' / 'robots' / f'{robot}.yaml'
    parameters = yaml.safe_load(file.read_text())['/**/drive_node']['ros__parameters']
    numbers = parameters['guard']['footprint']
    simulated = footprint(scenario(robot=robot).robot)
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    real = Polygon(pairs) if pairs else circle(numbers[0])
    for bound in (np.min, np.max):
        expected = bound(real.vertices, axis=0)
        assert bound(simulated.vertices, axis=0) == pytest.approx(expected, abs=1e-3)
