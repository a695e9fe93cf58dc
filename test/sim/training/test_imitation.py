"""What one pass over recorded drives does to a policy."""

import numpy as np
import pytest
import torch

from liquid_control.policy import LtcSpec, NcpSpec, OdometrySpec, Policy, PolicySpec
from liquid_control.stream import Event
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.episode import Recorder
from liquid_control_sim.training.imitation import Learner

SPEC = PolicySpec(sensors={'odometry': OdometrySpec()}, network=LtcSpec(NcpSpec(), unfolds=1))
RATE, CORE_RATE, WARMUP = 1e-3, 8.0, 4


@pytest.fixture
def drive(tmp_path):
    """A file with 12 events: batches of 4 make 3 of it."""
    rng, recorder = np.random.default_rng(1), Recorder(Policy(SPEC))
    for step in range(12):
        event = Event(10_000_000 * step, 'odometry', rng.normal(size=2))
        recorder.add(event, rng.uniform(-1.0, 1.0, 2).astype(np.float32))
    recorder.save(tmp_path / 'drive.npz')
    return tmp_path / 'drive.npz'


def test_rates_rise_over_the_first_batches_whoever_goes_on(drive):
    """Adam moves a weight by its rate, and by no more, in its first step."""
    config = ImitationConfig(
        lanes=1, window=4, learning_rate=RATE, core_rate=CORE_RATE, warmup=WARMUP
    )
    torch.manual_seed(0)
    learner = Learner(Policy(SPEC), config)
    before = {name: p.detach().clone() for name, p in learner.policy.named_parameters()}
    batches = learner.epoch([drive], np.random.default_rng(0), 0.0)
    next(batches)
    moved = {
        name: (p - before[name]).abs().max().item()
        for name, p in learner.policy.named_parameters()
    }
    most = {
        part: max(far for name, far in moved.items() if name.startswith(part))
        for part in ('encoders', 'core')
    }
    assert most['encoders'] == pytest.approx(RATE / WARMUP, rel=0.05)
    assert most['core'] == pytest.approx(CORE_RATE * RATE / WARMUP, rel=0.05)
    assert len([*batches]) == 2

    resumed = Learner(learner.policy, config)
    resumed.optimizer.load_state_dict(learner.optimizer.state_dict())
    again = resumed.epoch([drive], np.random.default_rng(0), 0.0)
    rates = [resumed.optimizer.param_groups[0]['lr'] for _ in again]
    assert rates == pytest.approx([RATE, RATE, RATE])
