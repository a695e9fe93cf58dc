"""The LTC: its compiled kernels against the reference, gradients, and the edges of time."""

import pytest
import torch
from torch.func import functional_call

from liquid_control.liquid import LTC, NCP, SOLVERS, AutoNCP
from liquid_control.liquid import sequence as sequence_module
from liquid_control.liquid.kernels import has_kernel

WIRINGS = {'ncp': NCP(6, 5, 2, 3, 3, 8, 3, seed=1), 'fully_connected': 5}
STEPPING = [
    ('semi_implicit', 3, None),
    ('explicit_euler', 3, None),
    ('rk4', 2, None),
    ('exponential_midpoint', 2, None),
    ('semi_implicit', 5, 0.1),
    ('exponential_midpoint', 4, 0.1),
]


def network(wiring='ncp', solver='semi_implicit', unfolds=3, max_step=None):
    torch.manual_seed(3)
    return LTC(4, WIRINGS[wiring], solver, unfolds, max_step)


def events(batch, time, scale=0.3):
    torch.manual_seed(4)
    mask = torch.rand(batch, time) < 0.8
    return torch.randn(batch, time, 4), torch.rand(batch, time) * scale, mask


@pytest.fixture
def reference(monkeypatch):
    """Take the kernels away while a function runs."""

    def run(function):
        with monkeypatch.context() as patch:
            patch.setattr(sequence_module, 'has_kernel', lambda *_: False)
            return function()

    return run


def gradients(ltc, *inputs, **options):
    """Output, last state, and the gradients of all inputs and weights."""
    inputs = [value.clone().requires_grad_() for value in inputs]
    ltc.zero_grad()
    y, state = ltc(*inputs, **options)
    torch.manual_seed(5)
    (y * torch.randn_like(y)).sum().backward()
    return y, state, *(value.grad for value in inputs), *(p.grad for p in ltc.parameters())


@pytest.mark.parametrize('wiring', WIRINGS)
@pytest.mark.parametrize(('solver', 'unfolds', 'max_step'), STEPPING)
@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_kernel_gives_the_numbers_and_gradients_of_the_reference(
    reference, wiring, solver, unfolds, max_step, dtype
):
    ltc = network(wiring, solver, unfolds, max_step).to(dtype)
    assert has_kernel(ltc.cm, solver) or solver == 'rk4'
    x, dt, mask = events(37, 12)
    x, dt, state = x.to(dtype), dt.to(dtype), torch.randn(37, ltc.state_size).to(dtype)

    def run():
        return gradients(ltc, x, state, dt, mask=mask)

    tolerance = {'atol': 2e-5, 'rtol': 1e-4} if dtype == torch.float32 else {}
    torch.testing.assert_close(run(), reference(run), **tolerance)


@pytest.mark.parametrize('wiring', WIRINGS)
@pytest.mark.parametrize(('solver', 'unfolds', 'max_step'), STEPPING)
def test_gradients_are_those_of_the_numbers(wiring, solver, unfolds, max_step):
    ltc = network(wiring, solver, unfolds, max_step).double()
    names, weights = zip(*ltc.named_parameters(), strict=True)
    x, dt, mask = events(2, 3)
    # away from where the number of adaptive steps changes
    inputs = x.double(), torch.randn(2, ltc.state_size).double(), (dt + 0.013).double()

    def run(x, v, dt, *weights):
        return functional_call(
            ltc, dict(zip(names, weights, strict=True)), (x, v, dt), {'mask': mask}
        )

    inputs = [value.requires_grad_() for value in inputs]
    assert torch.autograd.gradcheck(run, (*inputs, *weights), atol=1e-6)


@pytest.mark.parametrize(('solver', 'unfolds', 'max_step'), STEPPING)
def test_sequence_equals_step_by_step(solver, unfolds, max_step):
    ltc = network('ncp', solver, unfolds, max_step)
    x, dt, _ = events(3, 30, 0.2)
    y, last = ltc.sequence(x, None, dt)
    state = ltc.initial_state(3)
    for t in range(30):
        y_t, state = ltc.step(x[:, t], state, dt[:, t])
        torch.testing.assert_close(y[:, t], y_t, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(last, state, atol=1e-5, rtol=1e-5)


def test_the_same_numbers_whatever_the_threads():
    ltc = network()
    x, dt, _ = events(80, 40)
    before = torch.get_num_threads()
    results = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        results.append(gradients(ltc, x, torch.zeros(80, ltc.state_size), dt))
    torch.set_num_threads(before)
    for result in results[1:]:
        assert all(torch.equal(a, b) for a, b in zip(result[:5], results[0][:5], strict=True))
        torch.testing.assert_close(result, results[0], atol=1e-5, rtol=1e-5)


def test_weights_frozen_once_run_like_the_weights():
    ltc = network()
    x, dt, _ = events(3, 1)
    state = torch.randn(3, ltc.state_size)
    expected = ltc.step(x[:, 0], state, dt[:, 0])
    torch.testing.assert_close(ltc.step(x[:, 0], state, dt[:, 0], ltc.freeze()), expected)


def test_no_network_for_settings_that_cannot_be():
    with pytest.raises(ValueError, match="solver is 'euler', wanted one of semi_implicit"):
        LTC(4, 5, solver='euler')
    with pytest.raises(ValueError, match='unfolds is 0'):
        LTC(4, 5, unfolds=0)
    with pytest.raises(ValueError, match='max_step is -1'):
        LTC(4, 5, max_step=-1)


def test_weights_of_another_wiring_are_refused_even_if_they_are_as_many():
    one, other = (LTC(4, NCP(6, 5, 2, 3, 3, 0, 3, seed=seed)) for seed in (1, 2))
    assert len(one.sensory.w) == len(other.sensory.w)
    with pytest.raises(ValueError, match=r'sensory\.source: these weights are of another wiring'):
        one.load_state_dict(other.state_dict())


def test_every_solver_has_a_name():
    assert set(SOLVERS) == {'semi_implicit', 'explicit_euler', 'rk4', 'exponential_midpoint'}


def test_time_constants_shrink_where_synapses_open():
    ltc = network()
    x, dt, _ = events(2, 9)
    tau = ltc.time_constants(x, ltc.states(x, dt=dt))
    leak_only = torch.nn.functional.softplus(ltc.cm) / torch.nn.functional.softplus(ltc.gleak)
    assert tau.shape == (2, 9, ltc.state_size)
    assert (tau > 0).all()
    assert (tau <= leak_only).all()
    assert (tau < 0.9 * leak_only).any()


def test_memory_of_training_grows_with_synapses_not_with_neurons_squared():
    ltc = LTC(8, AutoNCP(128, 4, sparsity_level=0.9, seed=1))
    assert len(ltc.recurrent.w) < 128 * 128 / 20
    assert all(p.numel() <= len(ltc.recurrent.w) + 8 * 128 for p in ltc.parameters())
