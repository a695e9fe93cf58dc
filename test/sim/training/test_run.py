"""A whole training run, small: it ends with a bundle, and being killed changes nothing."""

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
from liquid_control.schema import ConfigError
from liquid_control_sim.cli import main
from liquid_control_sim.training.config import load_train_config

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
