"""Suites: what they are made of, and that errors name the field before anything is driven."""

import json

import pytest
import yaml

from liquid_control.schema import ConfigError
from liquid_control_sim.evaluation.suite_config import read_suite
from liquid_control_sim.paths import share

SUITE = {
    'drivers': {'teacher': 'expert', 'gap': 'follow_the_gap'},
    'scenarios': {'hall': {'world': 'sudden_obstacle', 'task': {'type': 'goal', 'timeout': 9.0}}},
    'faults': ['nominal', 'lossy'],
    'sweeps': {
        'rate': {
            'title': 'LiDAR rate',
            'unit': 'Hz',
            'values': [10, 2.5],
            'patch': {'sensors': {'lidar': {'clock': {'rate': 'x'}}}},
        }
    },
    'seeds': {'first': 5, 'count': 3},
}


SHIPPED = sorted((share() / 'config' / 'evaluate').glob('*.yaml'))


@pytest.fixture
def read(tmp_path):
    """Reads the suite above, with other parts."""

    def of(worlds=None, **parts):
        file = tmp_path / 'suite.yaml'
        file.write_text(yaml.safe_dump({**SUITE, **parts}, sort_keys=False))
        return read_suite(file, worlds)

    return of


@pytest.fixture
def worlds(tmp_path):
    file = {
        'cylinder_radius': 0.1,
        'cylinder_height': 1.0,
        'start': {'x': 0.0, 'y': 0.0, 'yaw': 0.0},
        'goal': {'x': 5.0, 'y': 0.0},
        'goal_radius': 0.7,
        'timeout': 8.0,
        'worlds': [{'index': 3, 'cylinders': [(0.0, 2.5)], 'optimal_path_length': 5.0}],
    }
    path = tmp_path / 'worlds.json'
    path.write_text(json.dumps(file))
    return path


def test_every_driver_meets_every_condition_with_the_same_seeds(read):
    cells = read().cells
    assert [(cell.condition, cell.driver) for cell in cells] == [
        (condition, driver)
        for condition in ('nominal', 'lossy', 'rate=10', 'rate=2.5')
        for driver in ('teacher', 'gap')
    ]
    assert {cell.evaluation.seeds for cell in cells} == {range(5, 8)}
    assert len({cell.path for cell in cells}) == len(cells)


def test_faults_and_sweeps_are_laid_over_the_scenario(read):
    clocks = {
        cell.condition: cell.evaluation.scenario.sensors.lidar.clock
        for cell in read().cells
        if cell.driver == 'gap'
    }
    assert clocks['nominal'].rate == 20.0
    assert clocks['lossy'].dropout == 0.25
    assert clocks['rate=2.5'].rate == 2.5
    assert clocks['rate=2.5'].latency == clocks['nominal'].latency


def test_a_file_of_worlds_says_what_the_scenario_does_not(read, worlds):
    task = {'type': 'goal', 'timeout': 30.0}
    suite = read(worlds, scenarios={'barn': {'world': 'barn', 'task': task}})
    driven = suite.cells[0].evaluation.scenario
    assert driven.world.file == worlds
    assert (driven.task.reach, driven.task.timeout) == (0.7, 30.0)


@pytest.mark.parametrize('file', SHIPPED, ids=lambda file: file.stem)
def test_suites_that_come_along_can_be_driven(file, worlds):
    assert read_suite(file, worlds).cells


def test_a_scenario_may_have_a_guard(read):
    guards = {'guarded': {'guard': {'min_points': 5}}, 'alone': {}}
    scenarios = {cell.scenario: cell.evaluation.scenario for cell in read(scenarios=guards).cells}
    assert scenarios['guarded'].guard.min_points == 5
    assert scenarios['alone'].guard is None


BLIND = {'arena': {'sensors': {'camera': None}}}
COARSE = {'arena': {'sensors': {'lidar': {'beams': 360}}}}


@pytest.mark.parametrize(
    ('parts', 'said'),
    [
        ({'drivers': {}}, 'drivers is {}'),
        ({'drivers': {'a': 'nowhere'}}, "drivers.a: is 'nowhere', wanted a bundle or one of"),
        ({'drivers': {'a/b': 'expert'}}, "drivers.a/b.[key] is 'a/b'"),
        ({'drivers': {'a': 'models'}}, 'drivers.a: '),
        ({'scenarios': {'x': {'world': 'moon'}}}, 'scenarios.x: '),
        ({'scenarios': {'x': {'robot': 'spot'}}}, "scenarios.x: robot is 'spot', wanted one of"),
        ({'scenarios': {'x': {'faults': 'lossy'}}}, 'faults is not a known field'),
        ({'scenarios': {'x': {'world': 'barn'}}}, 'scenarios.x: world is barn, so give its file'),
        ({'faults': ['ghosts']}, "faults: faults is 'ghosts', wanted one of"),
        ({'faults': ['lossy', 'lossy']}, 'wanted each once'),
        ({'seeds': {'count': 0}}, 'seeds.count is 0'),
        ({'seeds': {'first': 999_999, 'count': 2}}, 'seeds from 1000000 on are for training'),
        ({'robots': 3}, 'robots is not a known field'),
        ({'faults': [], 'sweeps': {}}, 'wanted one of them at least'),
    ],
)
def test_errors_name_file_and_field(read, parts, said):
    with pytest.raises(ConfigError) as caught:
        read(**parts)
    assert 'suite.yaml: ' in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'patch': {'sensors': {}}}, 'patch has no x'),
        ({'values': [5, 5]}, 'wanted each once'),
        ({'values': [-5]}, 'rate=-5: sensors.lidar.clock.rate is -5.0'),
        ({'patch': {'sensor': {'lidar': 'x'}}}, 'sensor is not a known field'),
    ],
)
def test_a_sweep_that_cannot_be_is_refused(read, change, said):
    sweep = {**SUITE['sweeps']['rate'], **change}
    with pytest.raises(ConfigError) as caught:
        read(sweeps={'rate': sweep})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ('scenarios', 'said'),
    [
        (BLIND, 'hears camera, but the robot has none'),
        (COARSE, 'sensors.lidar is of shape [720], but the robot has one of [360]'),
    ],
)
def test_a_policy_that_lacks_a_sensor_is_refused(read, scenarios, said):
    with pytest.raises(ConfigError) as caught:
        read(drivers={'liquid': 'models/beacon'}, scenarios=scenarios)
    assert 'scenarios.arena does not fit drivers.liquid' in str(caught.value)
    assert said in str(caught.value)


def test_a_robot_without_a_sensor_lacks_its_faults(read):
    blind = {'blind': {'world': 'rooms', 'task': 'goal', 'sensors': {'lidar': None}}}
    assert all(
        cell.evaluation.scenario.sensors.lidar is None for cell in read(scenarios=blind).cells
    )
