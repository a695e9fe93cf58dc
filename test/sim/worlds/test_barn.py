"""Worlds of BARN come from a file as they stand there, or not at all."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest

from liquid_control.schema import ConfigError
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.worlds import Barn, read_barn

FILE = {
    'source': 'made up',
    'cylinder_radius': 0.075,
    'cylinder_height': 1.0,
    'start': {'x': -2.0, 'y': 3.0, 'yaw': 1.57},
    'goal': {'x': -2.0, 'y': 13.0},
    'goal_radius': 1.0,
    'timeout': 100.0,
    'robot': 'Jackal',
    'metric': 'as published',
    'worlds': [
        {'index': 1, 'cylinders': [[-0.075, 0.075], [-4.4, 9.5]], 'optimal_path_length': 12.3},
        {'index': 16, 'cylinders': [[-1.0, 6.0]], 'optimal_path_length': 10.5},
        {'index': 121, 'cylinders': [[-3.0, 7.0]], 'optimal_path_length': 11.0},
    ],
}


@pytest.fixture
def write(tmp_path):
    def written(data) -> Path:
        path = tmp_path / 'barn.json'
        path.write_text(data if isinstance(data, str) else json.dumps(data))
        return path

    return written


def test_a_world_stands_as_in_its_file(write):
    layout = Barn(file=write(FILE), index=1).build(np.random.default_rng(0))
    x, y, yaw = layout.start
    shift = np.array([x, y]) - (-2.0, 3.0)
    assert yaw == 1.57
    assert np.array(layout.goal) - shift == pytest.approx((-2.0, 13.0))
    places = np.array([(o.x, o.y) for o in layout.obstacles]) - shift
    assert places == pytest.approx(np.array([[-0.075, 0.075], [-4.4, 9.5]]))
    assert {(o.radius, o.height) for o in layout.obstacles} == {(0.075, 1.0)}
    assert layout.optimal_length == 12.3


def test_the_ground_is_open_and_holds_all_with_room_around(write):
    layout = Barn(file=write(FILE), index=1).build(np.random.default_rng(0))
    assert layout.wall_height == 0.0
    things = np.array([(o.x, o.y) for o in layout.obstacles] + [layout.goal, layout.start[:2]])
    assert (np.array(layout.half_size) - np.abs(things)).min() == pytest.approx(1.5)


def test_seeds_in_a_row_meet_each_world_once(write):
    config = scenario(
        world={'type': 'barn', 'file': str(write(FILE))},
        task='goal',
        sensors={'camera': None, 'lidar': None},
    )
    lengths = [Simulation(config, seed).layout.optimal_length for seed in range(4)]
    assert lengths == [12.3, 10.5, 11.0, 12.3]


def test_the_goal_task_takes_the_goal_of_the_world(write):
    config = scenario(
        world={'type': 'barn', 'file': str(write(FILE)), 'index': 16},
        task='goal',
        sensors={'camera': None, 'lidar': None},
    )
    task = Simulation(config, seed=0).task
    assert task.goal == pytest.approx((10.0, 0.0), abs=0.01)
    assert (task.timeout, read_barn(write(FILE)).timeout) == (100.0, 100.0)


def test_a_changed_file_is_read_again(write):
    assert len(read_barn(write(FILE)).worlds) == 3
    path = write({**FILE, 'worlds': FILE['worlds'][:1], 'source': 'a shorter one'})
    assert len(read_barn(path).worlds) == 1


def broken(*path, value=None):
    data = copy.deepcopy(FILE)
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        (broken('goal'), 'goal is missing'),
        (broken('start', 'yaw', value='north'), "start.yaw is 'north'"),
        (broken('cylinder_radius', value=-1.0), 'cylinder_radius is -1.0'),
        (broken('worlds', value=[]), r'worlds is \[\]'),
        (broken('worlds', 1, 'cylinders', value=[[1.0]]), r'worlds\.1\.cylinders\.0\.1'),
        (broken('worlds', 2, 'optimal_path_length'), r'worlds\.2\.optimal_path_length is missing'),
        (broken('colour', value='blue'), 'colour is not a known field'),
        ('{', 'is not JSON'),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_field(write, data, message):
    with pytest.raises(ConfigError, match=f'barn.json: .*{message}'):
        read_barn(write(data))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r'none\.json: No such file'):
        Barn(file=tmp_path / 'none.json').build(np.random.default_rng(0))


def test_a_world_that_is_not_there_is_refused(write):
    with pytest.raises(ConfigError, match='index is 2, wanted one of 1, 16, 121'):
        Barn(file=write(FILE), index=2).build(np.random.default_rng(0))
