"""A policy that learned from bags alone drives."""

import json

import pytest
import torch
import yaml

from liquid_control.policy import Policy, save_bundle
from liquid_control.schema import plain
from liquid_control_sim.cli import main
from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate
from liquid_control_sim.scenario import scenario
from liquid_control_sim.training.config import load_train_config

SCENARIO = scenario(
    world={'type': 'arena', 'obstacles': [0, 0]},
    task={'type': 'goal', 'timeout': 10.0},
    sensors={'camera': None, 'imu': None},
)
CONFIG = {
    'seed': 1,
    'policy': {
        'sensors': {
            'lidar': {'type': 'lidar', 'pool': 24, 'range_max': 10.0, 'features': 12},
            'odometry': {'type': 'odometry', 'features': 4},
            'goal': {'type': 'goal', 'features': 8},
        },
        'network': {
            'type': 'ltc',
            'wiring': {'type': 'fully_connected', 'neurons': 16},
            'unfolds': 1,
        },
        'time_scale': 4.0,
        'action': {'max_linear': 2.0, 'max_angular': 3.0},
    },
    'imitation': {'first_epochs': 24, 'lanes': 8, 'window': 96, 'learning_rate': 0.01},
}
SEEDS = range(1_000_000, 1_000_016)
EPISODES = 12


@pytest.fixture(scope='module')
def bags(tmp_path_factory):
    """Drives of the expert to a goal, past posts: a bag each, as `watch` writes them."""
    folder = tmp_path_factory.mktemp('bags')
    file = folder / 'scenario.json'
    file.write_text(json.dumps(plain(SCENARIO)))
    for seed in SEEDS:
        command = ['watch', '--planner', 'expert', '--scenario', str(file), '--seed', str(seed)]
        assert main([*command, '--mcap', '--out', str(folder / str(seed))]) == 0
    return folder


@pytest.mark.slow
def test_it_reaches_goals_in_worlds_that_are_in_no_bag(bags, tmp_path):
    config, run = tmp_path / 'config.yaml', tmp_path / 'run'
    config.write_text(yaml.safe_dump(CONFIG))
    command = ['train', '--config', str(config), '--run', str(run)]
    assert main([*command, '--bags', str(bags)]) == 0
    torch.manual_seed(1)
    save_bundle(Policy(load_train_config(config).policy), tmp_path / 'untrained', {})
    rates = [
        evaluate(Evaluation(bundle, range(EPISODES), SCENARIO), workers=1).success_rate
        for bundle in (tmp_path / 'untrained', run / 'bundle')
    ]
    assert rates[0] <= 1 / EPISODES
    assert rates[1] >= 0.5
