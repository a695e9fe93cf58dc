"""The ODE-RNN moves by its differential equation between events and by a GRU at them."""

import itertools

import pytest
import torch

from liquid_control.liquid.odernn import ODERNN


def linear_flow(cell, matrix):
    """dh/dt = M h, whose solution is known: expm(M t) h."""
    cell.flow = torch.nn.Linear(*matrix.shape, bias=False).to(matrix)
    cell.flow.weight.data = matrix


@torch.no_grad()
def test_the_solver_converges_to_the_equation_in_fourth_order():
    torch.manual_seed(0)
    cell = ODERNN(3, 4).double()
    matrix = torch.randn(4, 4).double()
    linear_flow(cell, matrix)
    h, dt = torch.randn(2, 4).double(), torch.tensor([0.4, 1.1]).double()
    wanted = torch.stack(
        [torch.linalg.matrix_exp(matrix * t) @ v for v, t in zip(h, dt, strict=True)]
    )
    errors = []
    for cell.unfolds in (2, 4, 8):
        errors.append((cell.drift(h, dt) - wanted).abs().max())
    assert errors[-1] < 1e-4
    for coarse, fine in itertools.pairwise(errors):
        assert 11 < coarse / fine < 21


def test_the_time_before_an_event_passes_before_its_input_arrives():
    cell = ODERNN(3, 4)
    x, state, dt = torch.randn(2, 3), torch.randn(2, 4), torch.rand(2)
    _, after = cell.step(x, state, dt)
    torch.testing.assert_close(after, cell.gru(x, cell.drift(state, dt)))


def test_at_an_event_of_no_time_only_the_gru_acts():
    cell = ODERNN(3, 4)
    x, state = torch.randn(2, 3), torch.randn(2, 4)
    torch.testing.assert_close(cell.step(x, state, torch.zeros(2))[1], cell.gru(x, state))


def test_no_solver_step_is_refused():
    with pytest.raises(ValueError, match='unfolds is 0'):
        ODERNN(3, 4, unfolds=0)
