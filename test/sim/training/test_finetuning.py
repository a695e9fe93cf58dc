"""A run that learns by trial: killed or not, it ends with the same weights."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import yaml
from safetensors import safe_open
from safetensors.torch import load_file

from liquid_control.policy import Policy, load_bundle, save_bundle
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import ConfigError, plain
from liquid_control_sim.cli import main
from liquid_control_sim.training.checkpoint import Progress
from liquid_control_sim.training.config import load_train_config
from liquid_control_sim.training.finetuning import Finetuning
from liquid_control_sim.training.run import start
from liquid_control_sim.training.simulated import SimulatedDrives

SMOKE = Path(__file__).parents[3] / 'config' / 'train' / 'smoke.yaml'
PPO = {
    'rounds': 1,
    'iterations': 3,
    'drives': 2,
    'seconds': 1.0,
    'warmup': 1,
    'lanes': 2,
    'window': 32,
}


@pytest.fixture
def config(tmp_path):
    """Writes the smallest run, with these settings of PPO changed."""

    def write(**ppo):
        data = yaml.safe_load(SMOKE.read_text())
        data['ppo'] = {**PPO, **ppo}
        path = tmp_path / 'config.yaml'
        path.write_text(yaml.safe_dump(data, sort_keys=False))
        return path

    return write


@pytest.fixture
def bundle(tmp_path):
    """A policy as it is configured, untrained."""
    torch.manual_seed(0)
    save_bundle(Policy(load_train_config(SMOKE).policy), tmp_path / 'given', {})
    return tmp_path / 'given'


def progress(checkpoint):
    with safe_open(checkpoint, framework='pt') as file:
        return json.loads(file.metadata()['progress'])


def killed_on_the_way(config, folder):
    """A run in a process of its own that is killed after its second iteration."""
    command = [sys.executable, '-m', 'liquid_control_sim.cli', 'train', '--config', str(config)]
    process = subprocess.Popen([*command, '--run', str(folder)], start_new_session=True)
    checkpoint, give_up = folder / 'finetuning.safetensors', time.monotonic() + 120.0
    while not checkpoint.exists() or progress(checkpoint)['batches'] < 2:
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert progress(checkpoint)['round'] == 1, 'the run was killed too late to show anything'


@pytest.mark.slow
def test_a_run_that_is_killed_while_it_tries_resumes_to_the_same_weights(tmp_path, config, bundle):
    path = config(bundle=str(bundle))
    whole, killed = tmp_path / 'whole', tmp_path / 'killed'
    assert main(['train', '--config', str(path), '--run', str(whole)]) == 0
    killed_on_the_way(path, killed)
    assert main(['train', '--resume', str(killed)]) == 0

    ends = [progress(run / 'finetuning.safetensors') for run in (whole, killed)]
    for end in ends:
        assert end.pop('wall_s') > 0.0
    assert ends[0] == ends[1]
    assert (ends[0]['round'], ends[0]['batches']) == (2, 3)

    expected = load_file(whole / 'finetuning.safetensors')
    resumed = load_file(killed / 'finetuning.safetensors')
    assert expected.keys() == resumed.keys()
    assert all(expected[name].equal(resumed[name]) for name in expected)
    heads = [n for n in expected if n.startswith('policy.') and n.endswith('head.weight')]
    assert heads
    assert all(not expected[n].equal(expected[n.replace('policy', 'anchor', 1)]) for n in heads)
    assert load_bundle(killed / 'bundle').spec == load_bundle(bundle).spec


@pytest.mark.slow
def test_a_run_imitates_and_then_tries(tmp_path, config):
    run = tmp_path / 'run'
    assert main(['train', '--config', str(config(iterations=1)), '--run', str(run)]) == 0
    imitated = load_train_config(SMOKE).imitation
    assert progress(run / 'finetuning.safetensors')['round'] == imitated.rounds + 2
    story = read_bundle_file(run / 'bundle').training
    assert story['drives'] == imitated.first_episodes + (imitated.rounds - 1) * imitated.episodes
    assert story['recorded_hours'] > 0.0
    assert story['trials'] in (0, PPO['drives']), 'before them, or after'


def test_it_begins_with_the_best_policy_of_the_rounds_before(tmp_path, config, bundle):
    shutil.copytree(bundle, tmp_path / 'run' / 'bundle')
    settings = load_train_config(config())
    before = Progress(round=2, batches=70, best_score=0.9, wall_s=5.0)
    finetuning = Finetuning(settings, settings.ppo, tmp_path / 'run', before)
    expected = load_bundle(bundle).state_dict()
    begun = finetuning.ppo.policy.state_dict()
    assert all(begun[name].equal(expected[name]) for name in expected)
    assert finetuning.progress.round == 2
    assert finetuning.progress.best_score < 0.0, 'judged anew, by driving'


@pytest.mark.slow
def test_it_keeps_the_last_policy_that_no_earlier_one_beat_by_more_than_chance(
    tmp_path, config, bundle, monkeypatch, capsys
):
    # Of the given policy and of two rounds; by chance 2 drives differ by 0.5.
    scores = [0.9, 0.5, 0.1]
    monkeypatch.setattr(SimulatedDrives, 'validate', lambda self, candidate: ({}, scores.pop(0)))
    path = config(bundle=str(bundle), rounds=2, iterations=2)
    assert main(['train', '--config', str(path), '--run', str(tmp_path / 'run')]) == 0
    assert not scores
    assert read_bundle_file(tmp_path / 'run' / 'bundle').training['round'] == 1
    assert 'bundle (round 1)' in capsys.readouterr().out


@pytest.mark.parametrize('names', [['lidar', 'camera'], ['camera', 'imu', 'lidar']])
def test_a_given_bundle_has_to_be_of_the_same_kind(tmp_path, config, bundle, names):
    data = yaml.safe_load(config(bundle=str(bundle)).read_text())
    sensors = data['policy']['sensors']
    data['policy']['sensors'] = {name: sensors[name] for name in names}
    (tmp_path / 'other.yaml').write_text(yaml.safe_dump(data, sort_keys=False))
    with pytest.raises(ConfigError, match=r'ppo\.bundle is .*given, a policy of other sensors'):
        start(tmp_path / 'other.yaml', tmp_path / 'run')
    assert not (tmp_path / 'run').exists()


def test_what_is_configured_is_what_is_read_again(tmp_path, config):
    """The run's own copy of the configuration is what it is resumed by."""
    given = load_train_config(config(bundle='models/beacon', gamma=0.8))
    assert given.ppo.gamma == 0.8
    copy = tmp_path / 'copy.yaml'
    copy.write_text(yaml.safe_dump(plain(given)))
    assert load_train_config(copy) == given


@pytest.mark.parametrize(
    ('field', 'value'), [('gamma', 1.0), ('decision', 0.0), ('patience', 3), ('drives', 0)]
)
def test_a_wrong_setting_is_named(config, field, value):
    with pytest.raises(ConfigError, match=rf'ppo\.{field} is '):
        load_train_config(config(**{field: value}))
