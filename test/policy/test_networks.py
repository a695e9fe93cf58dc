"""Whatever network a policy has, it trains as it deploys, and its bundle holds all of it."""

import numpy as np
import pytest
import torch

from liquid_control.policy import (
    CfcSpec,
    Engine,
    FrameStackSpec,
    GruSpec,
    ImuSpec,
    LstmSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    load_bundle,
    save_bundle,
)
from liquid_control.policy.window import Window
from liquid_control.stream import Event, Timeline

NETWORKS = {
    'ltc': LtcSpec(NcpSpec(), unfolds=2),
    'cfc': CfcSpec(units=12, backbone_units=16),
    'cfc in memory': CfcSpec(units=12, backbone_units=16, memory=True),
    'lstm': LstmSpec(units=12),
    'lstm with dt': LstmSpec(units=12, use_dt=True),
    'gru': GruSpec(units=12),
    'gru with dt': GruSpec(units=12, use_dt=True),
    'perceptron': FrameStackSpec(units=12),
    'stacked frames': FrameStackSpec(units=12, frames=4),
}
TIMES_MS = [0, 9, 12, 31, 33, 60]


def policy(network):
    torch.manual_seed(0)
    return Policy(PolicySpec(sensors={'imu': ImuSpec()}, network=network)).eval()


def readings():
    return np.random.default_rng(1).normal(size=(len(TIMES_MS), 6)).astype(np.float32)


def deployed(policy, times_ms=TIMES_MS):
    engine, timeline, actions = Engine(policy, device='cpu'), Timeline(), []
    for time_ms, value in zip(times_ms, readings(), strict=True):
        stamp_ns = 10**9 + time_ms * 10**6
        features = engine.encode('imu', value[None])[0]
        actions += map(engine.drive, timeline.add(Event(stamp_ns, 'imu', features), stamp_ns))
    return np.array(actions)


@pytest.mark.parametrize('network', NETWORKS.values(), ids=NETWORKS)
def test_the_whole_sequence_gives_the_deployed_actions(network):
    pilot, count = policy(network), len(TIMES_MS)
    window = Window(
        {'imu': torch.from_numpy(pilot.encoder('imu').prepare(readings()))},
        {'imu': 1 + torch.arange(count)[None]},
        torch.zeros(1, count, 1),
        torch.from_numpy(np.diff(TIMES_MS, prepend=0)[None] / 1000.0).float(),
        torch.ones(1, count),
    )
    with torch.no_grad():
        actions, _ = pilot.unroll(window, pilot.blank(1))
    np.testing.assert_allclose(deployed(pilot), actions[0], atol=1e-5)


@pytest.mark.parametrize('network', NETWORKS.values(), ids=NETWORKS)
def test_a_bundle_brings_the_same_policy_back(network, tmp_path):
    pilot = policy(network)
    save_bundle(pilot, tmp_path, {})
    again = load_bundle(tmp_path)
    assert again.spec == pilot.spec
    np.testing.assert_array_equal(deployed(again), deployed(pilot))


@pytest.mark.parametrize('name', ['ltc', 'cfc', 'lstm with dt', 'gru with dt'])
def test_true_time_makes_a_difference(name):
    pilot = policy(NETWORKS[name])
    slower = [3 * time for time in TIMES_MS]
    assert np.abs(deployed(pilot) - deployed(pilot, slower)).max() > 1e-4


@pytest.mark.parametrize('name', ['lstm', 'gru', 'perceptron', 'stacked frames'])
def test_the_baselines_without_time_do_not_see_it(name):
    pilot = policy(NETWORKS[name])
    slower = [3 * time for time in TIMES_MS]
    np.testing.assert_array_equal(deployed(pilot), deployed(pilot, slower))
