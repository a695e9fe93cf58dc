"""Evaluation: what is counted, and that neither workers nor company change it."""

import json
import math

import pytest
import torch

from liquid_control.policy import (
    CameraSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    save_bundle,
)
from liquid_control.schema import ConfigError
from liquid_control_sim.cli import main
from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate
from liquid_control_sim.scenario import scenario

SHORT = scenario(task={'type': 'beacon', 'timeout': 1.0})


@pytest.fixture(scope='module')
def bundle(tmp_path_factory):
    """A policy that knows nothing and drives on until it hits something, which ends an episode."""
    torch.manual_seed(0)
    sensors = {'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()}
    path = tmp_path_factory.mktemp('bundle')
    policy = Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec(), unfolds=2)))
    with torch.no_grad():
        policy.core.output_b.copy_(torch.tensor([1.0, 0.0]))
    save_bundle(policy, path, {})
    return path


@pytest.fixture
def worlds(tmp_path):
    """A file of two worlds: a pillar in the way, and a ring of posts round the robot."""
    ring = [
        (0.8 * math.cos(k * math.tau / 12), 0.8 * math.sin(k * math.tau / 12)) for k in range(12)
    ]
    file = {
        'cylinder_radius': 0.1,
        'cylinder_height': 1.0,
        'start': {'x': 0.0, 'y': 0.0, 'yaw': math.pi / 2},
        'goal': {'x': 0.0, 'y': 5.0},
        'goal_radius': 1.0,
        'timeout': 8.0,
        'worlds': [
            {'index': 3, 'cylinders': [(0.0, 2.5)], 'optimal_path_length': 5.0},
            {'index': 7, 'cylinders': ring, 'optimal_path_length': 5.0},
        ],
    }
    path = tmp_path / 'worlds.json'
    path.write_text(json.dumps(file))
    return path


@pytest.fixture(scope='module')
def heard(bundle):
    """Seven short episodes, by one worker."""
    return evaluate(Evaluation(bundle, range(7), SHORT), workers=1)


def test_workers_change_nothing(bundle, heard):
    assert evaluate(Evaluation(bundle, range(7), SHORT), workers=2) == heard


def test_a_silent_sensor_changes_the_drive(bundle, heard):
    silent = evaluate(Evaluation(bundle, range(2), SHORT, silent=('lidar',)), workers=1)
    driven = [outcome.distance_m for outcome in heard.outcomes[:2]]
    assert [outcome.distance_m for outcome in silent.outcomes] != driven


def test_an_unknown_planner_is_refused_before_any_drive():
    with pytest.raises(ConfigError, match="planner is 'teb', wanted one of expert"):
        evaluate(Evaluation('teb', range(2)), workers=1)


def test_a_file_of_worlds_is_driven_once_each_and_scored(worlds, tmp_path):
    file = tmp_path / 'deep' / 'result.json'
    arguments = [
        '--planner',
        'expert',
        '--task',
        'goal',
        '--world',
        'barn',
        '--worlds',
        str(worlds),
    ]
    assert main(['evaluate', *arguments, '--workers', '1', '--json', str(file)]) == 0
    result = json.loads(file.read_text())
    assert result['driver'] == 'expert'
    assert result['episodes'] == 2
    assert result['success_rate'] == result['timeout_rate'] == 0.5
    assert result['collision_rate'] == 0.0
    assert result['barn_metric'] == 0.25
    assert 0.4 < result['spl'] <= 0.5
    assert 8.0 < 2 * result['mean_time_s'] < 16.0
    names = ('success_rate', 'collision_rate', 'timeout_rate', 'barn_metric', 'spl', 'mean_jerk')
    for name in (*names, 'mean_time_s', 'mean_distance_m', 'mean_clearance_m'):
        low, high = result[f'{name}_ci95']
        assert low <= result[name] <= high


@pytest.mark.slow
def test_the_command_writes_what_others_read(bundle, tmp_path):
    file = tmp_path / 'result.json'
    arguments = ['--policy', str(bundle), '--episodes', '2', '--seed', '7', '--compare', '1']
    assert main(['evaluate', *arguments, '--workers', '1', '--json', str(file)]) == 0
    result = json.loads(file.read_text())
    rates = [result[f'{name}_rate'] for name in ('success', 'collision', 'timeout')]
    assert result['episodes'] == 2
    assert sum(rates) == pytest.approx(1.0)
    assert 'barn_metric' not in result
    assert list(result['compared']) == [
        'expert',
        'lidar silent',
        'imu silent',
        'camera silent',
    ]


@pytest.mark.slow
def test_a_guard_lets_nothing_be_hit_that_is_hit_without(bundle, worlds, tmp_path):
    results, asked = {}, ['--policy', str(bundle), '--task', 'goal', '--worlds', str(worlds)]
    for guard in ([], ['--guard']):
        file = tmp_path / 'result.json'
        arguments = [*asked, '--world', 'barn', '--workers', '1', '--json', str(file), *guard]
        assert main(['evaluate', *arguments]) == 0
        result = json.loads(file.read_text())
        results[result['guard']] = result
    assert (results[False]['collision_rate'], results[True]['collision_rate']) == (0.5, 0.0)
    assert results[False]['mean_impact_mps'] > 0.1
    assert 'mean_impact_mps' not in results[True]


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['--policy', 'nowhere'], 'nowhere/policy.json: No such file'),
        (['--planner', 'teb'], "planner is 'teb', wanted one of expert"),
        (['--episodes', '0'], '--episodes 0'),
        (['--workers', '0'], '--workers 0'),
        (['--compare', '-1'], '--compare -1'),
        (['--seed', '999999', '--episodes', '2'], 'those above are for training'),
        (['--robot', 'spot'], "robot is 'spot', wanted one of jackal"),
        (['--faults', 'ghosts'], "faults is 'ghosts', wanted one of nominal"),
        (['--world', 'moon'], "--world is 'moon', wanted one of arena, corridors"),
        (['--task', 'dance'], "--task is 'dance', wanted one of beacon, goal, cruise"),
        (['--world', 'barn'], '--world barn and --worlds FILE go together'),
        (['--worlds', 'some.json'], '--world barn and --worlds FILE go together'),
        (['--world', 'barn', '--worlds', 'none.json'], 'none.json: No such file'),
    ],
)
def test_bad_arguments_are_one_line(capsys, arguments, said):
    assert main(['evaluate', *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count('\n') == 1


def test_planner_and_policy_exclude_each_other(capsys):
    with pytest.raises(SystemExit):
        main(['evaluate', '--planner', 'dwa', '--policy', 'somewhere'])
    assert 'not allowed with' in capsys.readouterr().err
