"""The compiled step of the robot's loop is the network's step."""

import numpy as np
import pytest
import torch

from liquid_control.liquid import LTC, AutoNCP, Random
from liquid_control.liquid.stepper import CompiledStepper, TorchStepper

NETWORKS = {
    'ncp': lambda **options: LTC(9, AutoNCP(20, 3, seed=2), **options),
    'fully connected': lambda **options: LTC(9, 12, **options),
    'hardly connected': lambda **options: LTC(9, Random(8, 2, 0.97, seed=3), **options),
}
STEPPING = [
    {'solver': 'semi_implicit'},
    {'solver': 'explicit_euler', 'unfolds': 20},
    {'solver': 'exponential_midpoint', 'unfolds': 2},
    {'solver': 'semi_implicit', 'unfolds': 5, 'max_step': 0.1},
]


def network(kind, options):
    torch.manual_seed(1)
    ltc = NETWORKS[kind](**options)
    with torch.no_grad():
        for parameter in ltc.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return ltc


def event(ltc, batch):
    rng = np.random.default_rng(0)
    x, state = rng.normal(size=(batch, ltc.inputs)), rng.normal(size=(batch, ltc.state_size))
    dt = np.array([0.0, 0.004, 0.2, 0.9, 10.0])[:batch]
    return x.astype(np.float32), state.astype(np.float32), dt.astype(np.float32)


@pytest.mark.parametrize('kind', NETWORKS)
@pytest.mark.parametrize('options', STEPPING)
@pytest.mark.parametrize('stepper', [CompiledStepper, TorchStepper])
def test_a_step_is_the_networks_step(kind, options, stepper):
    ltc = network(kind, options)
    x, state, dt = event(ltc, 4 if options['solver'] == 'explicit_euler' else 5)
    tensors = (torch.from_numpy(array.copy()) for array in (x, state, dt))
    expected_y, expected_state = ltc.step(*tensors)
    y, after = stepper(ltc)(x, state, dt)
    np.testing.assert_allclose(y, expected_y.detach(), atol=1e-5)
    np.testing.assert_allclose(after, expected_state.detach(), atol=1e-5)


def test_what_went_in_is_left_as_it_was():
    ltc = network('ncp', {})
    inputs = event(ltc, 3)
    before = [array.copy() for array in inputs]
    CompiledStepper(ltc)(*inputs)
    assert all(np.array_equal(a, b) for a, b in zip(inputs, before, strict=True))


def test_no_time_leaves_the_state_and_nan_comes_out_as_nan():
    ltc = network('ncp', {})
    x, state, dt = event(ltc, 1)
    _, after = CompiledStepper(ltc)(x, state, dt)
    assert np.array_equal(after, state)
    y, _ = CompiledStepper(ltc)(x * np.nan, state, dt + 1)
    assert np.isnan(y).any()


def test_a_solver_without_compiled_step_is_named():
    with pytest.raises(ValueError, match="solver is 'rk4', compiled are semi_implicit"):
        CompiledStepper(LTC(3, 4, solver='rk4'))
