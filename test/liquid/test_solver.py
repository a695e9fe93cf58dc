"""The solvers against a converged solution: their order, and what their evaluations buy."""

import math

import pytest
import torch

from liquid_control.liquid import LTC, AutoNCP
from liquid_control.liquid.solver import Unfolds

EVALUATIONS = {'semi_implicit': 1, 'explicit_euler': 1, 'exponential_midpoint': 2, 'rk4': 4}
ORDER = {'semi_implicit': 1, 'explicit_euler': 1, 'exponential_midpoint': 2, 'rk4': 4}


@pytest.fixture(scope='module')
def error():
    """The greatest error of the potentials over 20 events of 0.1, by solver and unfolds."""
    torch.manual_seed(1)
    wiring = AutoNCP(19, 3, seed=1)
    weights = LTC(4, wiring).double().state_dict()
    x = torch.randn(16, 20, 4).double()
    dt = torch.full((16, 20), 0.1).double()

    def states(solver, unfolds):
        ltc = LTC(4, wiring, solver, unfolds).double()
        ltc.load_state_dict(weights)
        with torch.no_grad():
            return ltc.states(x, dt=dt)

    converged = states('rk4', 100)
    return lambda solver, unfolds: (states(solver, unfolds) - converged).abs().max().item()


@pytest.mark.parametrize('solver', ORDER)
def test_halving_the_step_gains_what_the_order_says(error, solver):
    order = math.log2(error(solver, 4) / error(solver, 8))
    assert order == pytest.approx(ORDER[solver], abs=0.3)


def test_six_evaluations_of_the_midpoint_scheme_beat_six_of_the_semi_implicit_one(error):
    assert error('exponential_midpoint', 3) < 8e-4
    assert error('semi_implicit', 6) < 1.7e-2


def test_two_evaluations_of_the_midpoint_scheme_beat_six_of_the_semi_implicit_one(error):
    assert error('exponential_midpoint', 1) < error('semi_implicit', 6) / 3


@pytest.mark.parametrize('solver', ['semi_implicit', 'exponential_midpoint'])
def test_a_long_gap_ends_in_the_range_of_the_reversal_potentials(solver):
    torch.manual_seed(0)
    ltc = LTC(3, AutoNCP(12, 2, seed=1), solver, unfolds=6)
    x, v = torch.randn(4, 1, 3), torch.randn(4, 12) * 5
    after = ltc.states(x, v, torch.full((4, 1), 1e4))
    assert after.isfinite().all()
    assert after.abs().max() <= 1.0 + 1e-5  # the potentials of synapses and leak, -1 to 1


def test_adaptive_steps_are_as_few_as_the_longest_step_allows():
    dt = torch.tensor([0.0, 0.02, 0.1, 0.25, 0.3, 3.0])
    assert Unfolds(6, 0.1).steps(dt).tolist() == [1, 1, 1, 3, 3, 6]
    assert Unfolds(6).steps(dt).tolist() == [6] * 6


def test_adaptive_steps_give_the_numbers_of_as_many_fixed_ones():
    torch.manual_seed(0)
    wiring = AutoNCP(12, 2, seed=1)
    adaptive = LTC(3, wiring, unfolds=8, max_step=0.1)
    x, v = torch.randn(1, 1, 3), torch.randn(1, 12)
    for dt, steps in ((0.05, 1), (0.15, 2), (0.35, 4), (9.0, 8)):
        fixed = LTC(3, wiring, unfolds=steps)
        fixed.load_state_dict(adaptive.state_dict())
        duration = torch.full((1, 1), dt)
        torch.testing.assert_close(adaptive.states(x, v, duration), fixed.states(x, v, duration))
