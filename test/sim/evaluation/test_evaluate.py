"""Evaluation: what is counted, and that neither workers nor company change it."""

import json

import pytest
import torch

from liquid_control.policy import (
    CameraSpec,
    ImuSpec,
    LidarSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    save_bundle,
)
from liquid_control_sim.cli import main
from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate
from liquid_control_sim.scenario import scenario


@pytest.fixture(scope='module')
def bundle(tmp_path_factory):
    torch.manual_seed(0)
    sensors = {'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()}
    path = tmp_path_factory.mktemp('bundle')
    save_bundle(Policy(PolicySpec(sensors=sensors, wiring=NcpSpec(), unfolds=2)), path, {})
    return path


def test_the_expert_reaches_the_beacon(bundle):
    result = evaluate(Evaluation(bundle, range(3), expert=True), workers=1)
    assert result.success_rate == 1.0
    assert result.collision_rate == 0.0
    assert 2.0 < result.mean_time_s < 60.0


def test_workers_change_nothing(bundle):
    short = scenario(task={'type': 'beacon', 'timeout': 2.0})
    evaluation = Evaluation(bundle, range(10), short)
    assert evaluate(evaluation, workers=1) == evaluate(evaluation, workers=2)


def test_a_silent_sensor_changes_the_drive(bundle):
    short = scenario(task={'type': 'beacon', 'timeout': 2.0})
    heard = evaluate(Evaluation(bundle, range(2), short), workers=1)
    silent = evaluate(Evaluation(bundle, range(2), short, silent=('lidar',)), workers=1)
    assert [a.distance_m for a in heard.outcomes] != [a.distance_m for a in silent.outcomes]


@pytest.mark.slow
def test_the_command_writes_what_others_read(bundle, tmp_path):
    file = tmp_path / 'deep' / 'result.json'
    arguments = ['--policy', str(bundle), '--episodes', '2', '--seed', '7', '--json', str(file)]
    assert main(['evaluate', *arguments]) == 0
    result = json.loads(file.read_text())
    rates = [result[f'{name}_rate'] for name in ('success', 'collision', 'timeout')]
    assert result['episodes'] == 2
    assert sum(rates) == pytest.approx(1.0)
    assert 0.0 < result['mean_time_s'] <= 60.1


@pytest.mark.parametrize(
    ('arguments', 'said'),
    [
        (['--policy', 'nowhere'], 'nowhere/policy.json: No such file'),
        (['--episodes', '0'], '--episodes 0'),
        (['--seed', '999999', '--episodes', '2'], 'those above are for training'),
    ],
)
def test_bad_arguments_are_one_line(bundle, capsys, arguments, said):
    assert main(['evaluate', '--policy', str(bundle), *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count('\n') == 1
