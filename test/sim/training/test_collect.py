"""Recorded drives hold what the policy would have heard, and what the expert would have done."""

import numpy as np
import torch

from liquid_control.policy import Policy, save_bundle
from liquid_control.schema import validated
from liquid_control_sim.training.collect import Collection, collect, recorded
from liquid_control_sim.training.config import TrainConfig
from liquid_control_sim.training.episode import load_episode

SEEDS = (4_000_001, 4_000_002)


BLIND = {
    'odometry': {'type': 'odometry', 'features': 2},
    'goal': {'type': 'goal', 'features': 2},
}


def record(tmp_path, policy=None, **drives):
    """Two short drives of the expert to a goal; as the policy's own raw actions."""
    policy = policy or {'sensors': BLIND}
    data = {
        'policy': {
            'network': {'type': 'ltc', 'wiring': {'type': 'fully_connected', 'neurons': 4}},
            'action': {'max_linear': 2.5, 'max_angular': 4.0},
            **policy,
        },
        'drives': [{'scenario': {'task': 'goal', 'sensors': {'camera': None}}, **drives}],
        'imitation': {'seconds': 1.5, 'disturbance': 0.0},
        'workers': 1,
    }
    config = validated(TrainConfig, data, 'test')
    torch.manual_seed(0)
    save_bundle(Policy(config.policy), tmp_path / 'driver', {})
    collection = Collection(config, 0, tmp_path / 'driver', tmp_path, SEEDS, expert_share=1.0)
    assert sum(collect(collection)) == len(SEEDS)
    return [load_episode(path, config.policy) for path in recorded(collection)]


def test_labels_are_raw_actions_of_the_policy(tmp_path):
    """The expert drives at most 2 m/s and 3 rad/s here, where a raw 1 is 2.5 and 4."""
    for episode in record(tmp_path):
        assert (np.abs(episode.labels).max(0) <= (0.8 + 1e-6, 0.75 + 1e-6)).all()
        driven = episode.values['odometry'][episode.newest[-1, 0]]
        assert np.abs(episode.labels[-1] * (2.5, 4.0) - driven).max() < 0.7


def test_a_drive_holds_the_policys_sensors_alone_in_the_order_of_their_stamps(tmp_path):
    for episode in record(tmp_path):
        assert set(episode.values) == {'odometry', 'goal'}
        assert len(episode.dt) == sum(map(len, episode.values.values()))
        assert (episode.dt >= 0).all()
        assert 1.0 < episode.dt.sum() < 1.6


def test_the_expert_rests_where_the_policy_has_gone_blind(tmp_path):
    """Its LiDAR dies after half a second, and age_cap is half a second more."""
    dies = {'clock': {'outage': {'after': [0.5, 0.5], 'lasts': None}}}
    sensors = {'camera': None, 'lidar': dies}
    heard = {
        'lidar': {'type': 'lidar', 'features': 2},
        'odometry': {'type': 'odometry', 'features': 2},
    }
    policy = {'sensors': heard, 'age_cap': 0.5}
    for episode in record(tmp_path, policy, scenario={'task': 'goal', 'sensors': sensors}):
        elapsed, speed = np.cumsum(episode.dt), np.abs(episode.labels).max(1)
        seeing = (elapsed > 0.2) & (elapsed < 0.6)
        assert (speed[seeing] > 0.1).all()
        assert (speed[elapsed > 1.1] == 0.0).all()
        assert (elapsed > 1.1).sum() > 5
