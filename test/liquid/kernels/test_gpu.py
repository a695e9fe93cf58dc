"""The GPU's kernels against the reference: on a GPU where there is one, else in Triton's
interpreter, which does not tell whether a kernel compiles.
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

if not torch.cuda.is_available():
    os.environ['TRITON_INTERPRET'] = '1'  # read where a kernel is defined
pytest.importorskip('triton', reason='Triton is not installed')

from liquid_control.liquid import LTC, NCP, Wiring
from liquid_control.liquid import sequence as sequence_module
from liquid_control.liquid.kernels import gpu_autograd, rectangle

DEVICE = 'cuda' if torch.cuda.is_available() else 'cpu'


def hub():
    """Neuron 0 has more synapses, in both directions, than all the others together."""
    recurrent = np.zeros((9, 9), np.int8)
    recurrent[0], recurrent[:, 0] = 1, -1
    sensory = np.eye(2, 9, dtype=np.int8)
    return Wiring(sensory, recurrent, 1, {'motor': 1, 'inter': 8})


WIRINGS = {'ncp': NCP(2, 3, 1, 2, 2, 3, 2, seed=1), 'fully_connected': 3, 'hub': hub()}
STEPPING = [
    ('ncp', 'semi_implicit', 2, None),
    ('ncp', 'explicit_euler', 1, None),
    ('ncp', 'exponential_midpoint', 3, 0.1),
    ('fully_connected', 'semi_implicit', 3, 0.1),
    ('fully_connected', 'exponential_midpoint', 1, None),
    ('hub', 'semi_implicit', 1, None),
]


@pytest.fixture
def both(monkeypatch):
    """What a function gives in the GPU's kernels, and what in the reference."""

    def run(function):
        results = []
        for in_kernel in (True, False):
            with monkeypatch.context() as patch:
                patch.setattr(sequence_module, 'has_kernel', lambda *_, answer=in_kernel: answer)
                patch.setattr(sequence_module, 'kernels_for', lambda _: gpu_autograd)
                results.append(function())
        return results

    return run


def network(wiring='ncp', solver='semi_implicit', unfolds=1, max_step=None):
    torch.manual_seed(3)
    return LTC(2, WIRINGS[wiring], solver, unfolds, max_step).to(DEVICE)


def events(ltc, batch, time):
    """Inputs, state, dt; and a mask."""
    torch.manual_seed(4)
    x, state = torch.randn(batch, time, ltc.inputs), torch.randn(batch, ltc.state_size)
    dt, mask = torch.rand(batch, time) * 0.3, torch.rand(batch, time) < 0.7
    return [value.to(ltc.cm) for value in (x, state, dt)], mask.to(DEVICE)


def gradients(ltc, inputs, mask=None):
    """Output, last state, and the gradients of all inputs and weights."""
    inputs = [value.clone().requires_grad_() for value in inputs]
    ltc.zero_grad()
    y, state = ltc(*inputs, mask=mask)
    torch.manual_seed(5)
    ((y * torch.randn(y.shape).to(y)).sum() + state.square().sum()).backward()
    return y, state, *(value.grad for value in inputs), *(p.grad for p in ltc.parameters())


@pytest.mark.parametrize(('wiring', 'solver', 'unfolds', 'max_step'), STEPPING)
def test_kernels_give_the_numbers_and_gradients_of_the_reference(
    both, wiring, solver, unfolds, max_step
):
    ltc = network(wiring, solver, unfolds, max_step)
    inputs, mask = events(ltc, 3, 3)
    ours, reference = both(lambda: gradients(ltc, inputs, mask))
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=1e-4)


def test_what_is_too_large_to_be_done_at_once_is_done_in_parts(both, monkeypatch):
    monkeypatch.setattr(rectangle, '_SLOTS', 4)
    monkeypatch.setattr(gpu_autograd, '_SHARE', gpu_autograd._POINTS)
    monkeypatch.setattr(gpu_autograd, '_EDGES', 4)
    ltc = network('fully_connected')
    inputs, mask = events(ltc, 3, 6)
    ours, reference = both(lambda: gradients(ltc, inputs, mask))
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=1e-4)


def test_kernels_keep_double_precision(both):
    ltc = network(solver='exponential_midpoint').double()
    inputs, mask = events(ltc, 2, 2)
    ours, reference = both(lambda: gradients(ltc, inputs, mask))
    torch.testing.assert_close(ours, reference, atol=1e-11, rtol=1e-11)


def test_one_event_of_one_sample(both):
    ltc = network()
    inputs, _ = events(ltc, 1, 1)
    ours, reference = both(lambda: gradients(ltc, inputs))
    torch.testing.assert_close(ours, reference, atol=1e-5, rtol=1e-4)


def test_no_event_at_all(both):
    ltc = network()
    inputs, _ = events(ltc, 2, 0)
    (y, state, g_x, g_state, *_), _ = both(lambda: gradients(ltc, inputs))
    assert y.shape == (2, 0, 1)
    assert torch.equal(state, inputs[1])
    assert torch.equal(g_state, 2 * state)
    assert g_x is None or g_x.shape == (2, 0, 2)


@pytest.mark.parametrize('solver', ['semi_implicit', 'explicit_euler', 'exponential_midpoint'])
def test_no_time_changes_nothing_and_a_small_one_no_more_than_it_should(both, solver):
    ltc = network(solver=solver)
    (x, state, dt), _ = events(ltc, 1, 2)
    dt = torch.tensor([[0.0, 1e-4]]).to(dt)
    ours, reference = both(lambda: gradients(ltc, (x, state, dt)))
    torch.testing.assert_close(ours, reference, atol=1e-6, rtol=1e-4)
    (states, _) = both(lambda: ltc.states(x[:, :1], state, dt[:, :1]))
    assert torch.equal(states[:, 0], state)


def test_an_infinite_input_saturates_its_own_synapses_only(both):
    ltc = network()
    (x, state, dt), _ = events(ltc, 1, 1)
    x[0, 0, 0] = torch.inf
    ours, reference = both(lambda: ltc.states(x, state, dt))
    assert ours.isfinite().all()
    torch.testing.assert_close(ours, reference)


def test_nothing_is_kept_without_gradients(both):
    ltc = network()
    inputs, mask = events(ltc, 1, 2)
    with torch.no_grad():
        ours, reference = both(lambda: ltc(*inputs, mask=mask)[0])
    assert not ours.requires_grad
    torch.testing.assert_close(ours, reference)


@pytest.mark.slow
def test_kernels_compile_for_a_gpu_that_is_not_here(tmp_path):
    """And are compiled, not interpreted, where nobody asks for the interpreter."""
    environment = {name: v for name, v in os.environ.items() if name != 'TRITON_INTERPRET'}
    environment['TRITON_CACHE_DIR'] = str(tmp_path)
    script = Path(__file__).with_name('compile_gpu.py')
    run = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    kernels = {
        'drive_of_inputs',
        'drive_of_inputs_vjp',
        'edge_gradients',
        'trajectory',
        'trajectory_vjp',
    }
    assert set(run.stdout.split()) == kernels
