"""The hand-written gradient of a sequence, and its agreement with the solver step by step."""

import pytest
import torch

from liquid_control.liquid import LTC, fully_connected, ncp


def network(kind):
    torch.manual_seed(3)
    if kind == 'ncp':
        return LTC(ncp(4, 6, 5, 2, 3, 3, 8, 3, seed=1), unfolds=3)
    return LTC(fully_connected(4, 5, 2, seed=1), unfolds=3)


@pytest.mark.parametrize('kind', ['ncp', 'fully_connected'])
def test_gradients_are_those_of_the_numbers(kind):
    ltc = network(kind).double()
    names, weights = zip(*ltc.named_parameters(), strict=True)
    x = torch.randn(2, 4, 4, dtype=torch.double, requires_grad=True)
    v = torch.randn(2, ltc.neurons, dtype=torch.double, requires_grad=True)
    dt = torch.rand(2, 4, dtype=torch.double).requires_grad_()

    def run(x, v, dt, *weights):
        return torch.func.functional_call(ltc, dict(zip(names, weights, strict=True)), (x, v, dt))

    assert torch.autograd.gradcheck(run, (x, v, dt, *weights))


@pytest.mark.parametrize('kind', ['ncp', 'fully_connected'])
def test_sequence_equals_step_by_step(kind):
    ltc = network(kind)
    x, dt = torch.randn(3, 30, 4), torch.rand(3, 30) * 0.4
    y, last = ltc(x, None, dt)
    state = ltc.initial_state(3)
    for t in range(30):
        y_t, state = ltc.step(x[:, t], state, dt[:, t])
        torch.testing.assert_close(y[:, t], y_t, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(last, state, atol=1e-6, rtol=1e-5)


def test_sequence_in_two_parts_equals_the_whole():
    ltc = network('ncp')
    x, dt = torch.randn(2, 20, 4), torch.rand(2, 20)
    whole, _ = ltc(x, None, dt)
    first, state = ltc(x[:, :7], None, dt[:, :7])
    second, _ = ltc(x[:, 7:], state, dt[:, 7:])
    torch.testing.assert_close(torch.cat((first, second), dim=1), whole, atol=1e-6, rtol=1e-5)


def test_no_time_passed_leaves_the_state_as_it_was():
    ltc = network('ncp')
    state = torch.randn(3, ltc.neurons)
    _, after = ltc(torch.randn(3, 1, 4), state, torch.zeros(3, 1))
    torch.testing.assert_close(after, state, atol=1e-6, rtol=0)


def test_time_constants_shrink_where_synapses_open():
    ltc = network('ncp')
    trace = ltc.trace(torch.randn(2, 9, 4), dt=torch.rand(2, 9))
    assert trace.time_constants.shape == trace.states.shape == (2, 9, ltc.neurons)
    leak_only = torch.nn.functional.softplus(ltc.cm) / torch.nn.functional.softplus(ltc.gleak)
    assert (trace.time_constants > 0).all()
    assert (trace.time_constants <= leak_only).all()
    assert (trace.time_constants < 0.9 * leak_only).any()


def test_wrong_dt_is_one_clear_error():
    with pytest.raises(ValueError, match=r'dt is \[2, 5\], but x has \[batch, time\] = \[2, 4\]'):
        network('ncp')(torch.randn(2, 4, 4), None, torch.ones(2, 5))
