"""The CT-RNN follows its differential equation."""

import itertools

import pytest
import torch

from liquid_control.liquid.ctrnn import CTRNN


def converged(cell, x, v, dt):
    """Explicit Euler with very many steps."""
    steps = 5_000
    for _ in range(steps):
        slope = -v / cell.tau + torch.tanh(cell.input_map(x) + cell.recurrent_map(v))
        v = v + dt[:, None] / steps * slope
    return v


@torch.no_grad()
def test_the_solver_converges_to_the_equation_in_first_order():
    torch.manual_seed(0)
    cell = CTRNN(3, 4, tau=0.4).double()
    x, v = torch.randn(2, 3).double(), torch.randn(2, 4).double()
    dt = torch.tensor([0.3, 1.0]).double()
    wanted = converged(cell, x, v, dt)
    errors = []
    for cell.unfolds in (8, 16, 32):
        errors.append((cell.step(x, v, dt)[1] - wanted).abs().max())
    assert errors[-1] < 0.02
    for coarse, fine in itertools.pairwise(errors):
        assert 1.7 < coarse / fine < 2.3


def test_no_time_passed_leaves_the_state_as_it_was():
    cell = CTRNN(3, 4)
    state = torch.randn(2, 4)
    y, after = cell.step(torch.randn(2, 3), state, torch.zeros(2))
    assert torch.equal(y, state)
    assert torch.equal(after, state)


def test_left_alone_for_long_a_neuron_rests_where_leak_and_input_balance():
    cell = CTRNN(3, 4, tau=0.5)
    torch.nn.init.zeros_(cell.recurrent_map.weight)
    x = torch.randn(2, 3)
    _, state = cell.step(x, torch.randn(2, 4), torch.full((2,), 1e6))
    torch.testing.assert_close(state, cell.tau * torch.tanh(cell.input_map(x)))


@pytest.mark.parametrize('options', [{'tau': 0.0}, {'unfolds': 0}])
def test_what_cannot_be_solved_is_refused(options):
    with pytest.raises(ValueError, match='wanted tau > 0, unfolds >= 1'):
        CTRNN(3, 4, **options)
