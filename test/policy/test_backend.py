"""Every way to run a policy gives the numbers of its own modules, on the devices that are here."""

import numpy as np
import pytest
import torch

from liquid_control.liquid import SOLVERS
from liquid_control.policy import ImuSpec, LidarSpec, LtcSpec, NcpSpec, Policy, PolicySpec
from liquid_control.policy import backend as backend_module
from liquid_control.policy.backend import build_backend

DEVICES = ['cpu', *(['cuda'] if torch.cuda.is_available() else [])]
SENSORS = {'scan': LidarSpec(beams=90, pool=3), 'imu': ImuSpec()}


def policy(solver='semi_implicit'):
    torch.manual_seed(0)
    return Policy(
        PolicySpec(sensors=SENSORS, network=LtcSpec(NcpSpec(), solver=solver, unfolds=2))
    ).eval()


def event(policy, batch):
    rng = np.random.default_rng(0)
    sizes = (policy.core.inputs,), (policy.core.state_size,), ()
    x, state, dt = (rng.random((batch, *size), dtype=np.float32) for size in sizes)
    return x, state, dt


@pytest.mark.parametrize('device', DEVICES)
@pytest.mark.parametrize('solver', SOLVERS)
@pytest.mark.parametrize('batch', [1, 3])
def test_steps_and_features_are_the_policys(device, solver, batch):
    reference, runs = policy(solver), build_backend(policy(solver), device)
    for _ in range(2):  # the second time from what the first one made
        inputs = event(reference, batch)
        with torch.no_grad():
            wanted = reference.core.step(*(torch.from_numpy(array) for array in inputs))
        for got, value in zip(runs.step(*inputs), wanted, strict=True):
            np.testing.assert_allclose(got, value, atol=1e-5)
        scans = np.random.default_rng(1).random((batch, 30), dtype=np.float32)
        with torch.no_grad():
            features = reference.encoder('scan')(torch.from_numpy(scans))
        np.testing.assert_allclose(runs.encode('scan', scans), features, atol=1e-5)


def test_the_cpu_runs_compiled_and_says_so():
    assert build_backend(policy(), 'cpu').name == 'cpu, compiled step'


def test_without_numba_a_policy_still_runs_and_says_why_slowly(monkeypatch):
    def missing(ltc):
        raise ImportError('No module named numba')

    monkeypatch.setattr(backend_module, 'CompiledStepper', missing)
    runs = build_backend(policy(), 'cpu')
    assert 'No module named numba' in runs.name
    y, _ = runs.step(*event(policy(), 1))
    assert np.isfinite(y).all()


def test_auto_takes_cuda_where_it_is():
    assert build_backend(policy(), 'auto').name.startswith('cpu') == (DEVICES == ['cpu'])


@pytest.mark.skipif('cuda' in DEVICES, reason='needs a machine without CUDA')
def test_a_device_that_is_not_there_is_named():
    with pytest.raises(ValueError, match='device is cuda:1, but torch finds no CUDA device'):
        build_backend(policy(), 'cuda:1')
