"""A whole training run, small: it ends with a bundle, and being killed changes nothing."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from safetensors.torch import load_file

from liquid_control.policy import load_bundle
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import ConfigError
from liquid_control_sim.cli import main
from liquid_control_sim.training.config import load_train_config
from liquid_control_sim.training.run import start

CONFIG = Path(__file__).parents[3] / 'config' / 'train' / 'smoke.yaml'


@pytest.mark.slow
def test_a_killed_run_resumes_to_the_same_weights(tmp_path):
    assert main(['train', '--config', str(CONFIG), '--run', str(tmp_path / 'whole')]) == 0
    killed = tmp_path / 'killed'
    command = [sys.executable, '-m', 'liquid_control_sim.cli', 'train']
    process = subprocess.Popen(
        [*command, '--config', str(CONFIG), '--run', str(killed)], start_new_session=True
    )
    give_up = time.monotonic() + 60.0
    while not (killed / 'checkpoint.safetensors').exists():
        assert process.poll() is None
        assert time.monotonic() < give_up
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (killed / 'bundle').exists(), 'the run was killed too late to show anything'

    assert main(['train', '--resume', str(killed)]) == 0
    whole = load_file(tmp_path / 'whole' / 'checkpoint.safetensors')
    resumed = load_file(killed / 'checkpoint.safetensors')
    assert whole.keys() == resumed.keys()
    assert all(whole[name].equal(resumed[name]) for name in whole)
    assert load_bundle(killed / 'bundle').spec == load_bundle(tmp_path / 'whole' / 'bundle').spec
    began = json.loads((killed / 'origin.json').read_text())
    story = read_bundle_file(killed / 'bundle').training
    assert began.items() <= story.items()
    assert 0.9 < story['recorded_hours'] * 3600 / story['drives'] <= 1.0, 'drives last a second'


def test_a_run_says_where_it_comes_from(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['liquid_control', 'train', '--config', 'a file.yaml'])
    start(CONFIG, tmp_path / 'run')
    began = json.loads((tmp_path / 'run' / 'origin.json').read_text())
    assert began['command'] == "liquid_control train --config 'a file.yaml'"
    assert began['seeds'] == {'run': 3, 'first_drive': 4_000_000, 'first_validation': 4_900_000}
    assert {'started', 'revision', 'versions'} < began.keys()


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        ({'imitation': {'lanes': 0}}, 'imitation.lanes is 0'),
        ({'bags': {'folder': 'nowhere'}}, 'nowhere: no bag there'),
        ({'ppo': {'bundle': 'nowhere'}}, 'nowhere/policy.json: No such file'),
        (
            {'drives': [{'scenario': {'sensors': {'camera': None}}}]},
            'drives.0: policy: hears camera, but the robot has none',
        ),
        (
            {'drives': [{}, {'scenario': {'robot': 'turtlebot3'}}]},
            'drives.1: policy: sensors.lidar is of shape [720], but the robot has one of [360]',
        ),
    ],
)
def test_a_run_that_cannot_begin_leaves_nothing(tmp_path, change, said, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file, run = tmp_path / 'config.yaml', tmp_path / 'runs' / 'run'
    file.write_text(yaml.safe_dump({**yaml.safe_load(CONFIG.read_text()), **change}))
    assert main(['train', '--config', str(file), '--run', str(run)]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count('\n') == 1
    assert not (tmp_path / 'runs').exists()
    file.write_text(CONFIG.read_text())
    assert start(file, run).progress.round == 0


def test_a_folder_that_holds_a_run_is_not_overwritten(tmp_path, capsys):
    (tmp_path / 'run').mkdir()
    (tmp_path / 'run' / 'config.yaml').write_text('precious')
    assert main(['train', '--config', str(CONFIG), '--run', str(tmp_path / 'run')]) == 2
    assert 'holds a run already' in capsys.readouterr().err
    assert (tmp_path / 'run' / 'config.yaml').read_text() == 'precious'


@pytest.mark.parametrize(
    ('path', 'value', 'said'),
    [
        (('imitation', 'window'), 0, 'imitation.window is 0'),
        (('imitation', 'speed'), 1, 'imitation.speed is not a known field'),
        (
            ('drives', 0, 'scenario', 'weather'),
            'rain',
            'drives.0.scenario.weather is not a known field',
        ),
        (('policy', 'network', 'unfolds'), 'many', "policy.network.unfolds is 'many'"),
        (('policy', 'sensors', 'lidar', 'type'), 'sonar', 'policy.sensors.lidar'),
        (('drives', 0, 'faults'), ['stormy'], 'stormy'),
    ],
)
def test_wrong_field_is_named(tmp_path, path, value, said):
    data = yaml.safe_load(CONFIG.read_text())
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    file = tmp_path / 'wrong.yaml'
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError) as error:
        load_train_config(file)
    assert said in str(error.value)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('name', ['beacon', 'smoke'])
def test_shipped_configurations_are_valid(name):
    load_train_config(CONFIG.with_name(f'{name}.yaml'))
