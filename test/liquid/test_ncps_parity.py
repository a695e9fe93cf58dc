"""Our LTC is ncps's, in outputs and gradients, wherever ncps is right."""

import ncps.torch
import ncps.wirings
import pytest
import torch

from liquid_control.liquid import LTC


def wiring(kind):
    if kind == 'ncp':
        return ncps.wirings.NCP(10, 8, 3, 4, 5, 6, 4, seed=5)
    return ncps.wirings.FullyConnected(12, 3)


@pytest.mark.parametrize('kind', ['ncp', 'fully_connected'])
@pytest.mark.parametrize('seed', [0, 1, 2])
def test_outputs_and_gradients_equal_ncps_over_irregular_times(kind, seed):
    torch.manual_seed(seed)
    theirs = ncps.torch.LTC(7, wiring(kind))
    for parameter in theirs.parameters():
        if parameter.requires_grad:
            parameter.data += 0.1 * torch.randn_like(parameter)
    ours = LTC.from_ncps(theirs)
    x = torch.randn(1, 20, 7)
    dt = torch.rand(1, 20) * 0.3 + 1e-3
    expected, expected_state = theirs(x, timespans=dt)
    y, state = ours(x, dt=dt)
    torch.testing.assert_close(y, expected, atol=1e-5, rtol=0)
    torch.testing.assert_close(state, expected_state, atol=1e-5, rtol=0)

    cotangent = torch.randn_like(y)
    (expected * cotangent).sum().backward()
    (y * cotangent).sum().backward()
    cell = theirs.rnn_cell
    for name in ('gleak', 'vleak', 'cm', 'input_w', 'input_b', 'output_w', 'output_b'):
        torch.testing.assert_close(
            getattr(ours, name).grad, getattr(cell, name).grad, atol=1e-5, rtol=1e-5
        )
    for synapses, prefix in ((ours.sensory, 'sensory_'), (ours.recurrent, '')):
        for name in ('w', 'mu', 'sigma', 'erev'):
            grad = getattr(cell, prefix + name).grad[synapses.source, synapses.target]
            torch.testing.assert_close(getattr(synapses, name).grad, grad, atol=1e-5, rtol=1e-5)


def test_each_sample_has_its_own_dt():
    torch.manual_seed(0)
    theirs = ncps.torch.LTC(4, wiring('ncp'))
    ours = LTC.from_ncps(theirs)
    x = torch.randn(3, 10, 4)
    dt = torch.rand(3, 10) * 0.5 + 0.01
    y, _ = ours(x, dt=dt)
    for sample in range(3):
        alone, _ = theirs(x[sample : sample + 1], timespans=dt[sample : sample + 1])
        torch.testing.assert_close(y[sample : sample + 1], alone, atol=1e-5, rtol=0)


def test_taking_over_a_network_leaves_it_unchanged():
    theirs = ncps.torch.LTC(4, wiring('ncp'))
    before = {name: value.clone() for name, value in theirs.state_dict().items()}
    ours = LTC.from_ncps(theirs)
    ours.cm.data.zero_()
    assert all(torch.equal(before[name], value) for name, value in theirs.state_dict().items())


@pytest.mark.parametrize(
    'options',
    [
        {'implicit_param_constraints': False},
        {'input_mapping': 'linear', 'output_mapping': 'linear'},
        {'input_mapping': None, 'output_mapping': None},
        {'ode_unfolds': 3},
    ],
)
def test_every_variant_of_ncps_is_taken_over(options):
    torch.manual_seed(0)
    theirs = ncps.torch.LTC(4, wiring('ncp'), **options)
    x, dt = torch.randn(1, 10, 4), torch.rand(1, 10) * 0.3 + 1e-3
    expected, _ = theirs(x, timespans=dt)
    y, _ = LTC.from_ncps(theirs)(x, dt=dt)
    torch.testing.assert_close(y, expected, atol=1e-5, rtol=0)


def test_a_state_dict_is_taken_over_without_its_module():
    theirs = ncps.torch.LTC(4, wiring('ncp'))
    x = torch.randn(1, 10, 4)
    expected, _ = theirs(x)
    y, _ = LTC.from_ncps(theirs.state_dict())(x)
    torch.testing.assert_close(y, expected, atol=1e-5, rtol=0)


def test_a_state_dict_without_outputs_asks_for_their_number():
    theirs = ncps.torch.LTC(4, wiring('ncp'), output_mapping=None).state_dict()
    with pytest.raises(ValueError, match='outputs is missing'):
        LTC.from_ncps(theirs)
    assert LTC.from_ncps(theirs, outputs=3).outputs == 3


def test_as_many_samples_as_neurons_are_no_problem():
    """ncps 1.0.1 mistakes a [batch] of time spans for one per neuron, silently."""
    torch.manual_seed(0)
    theirs = ncps.torch.LTC(4, ncps.wirings.FullyConnected(5, 5))
    ours = LTC.from_ncps(theirs)
    x, dt = torch.randn(5, 6, 4), torch.rand(5, 6) + 0.1
    y, _ = ours(x, dt=dt)
    for sample in range(5):
        alone, _ = theirs(x[sample : sample + 1], timespans=dt[sample : sample + 1])
        torch.testing.assert_close(y[sample : sample + 1], alone, atol=1e-5, rtol=0)


def test_mixed_memory_is_referred_to_its_own_class():
    theirs = ncps.torch.LTC(4, wiring('ncp'), mixed_memory=True)
    with pytest.raises(ValueError, match='MixedMemory'):
        LTC.from_ncps(theirs)
    with pytest.raises(ValueError, match='MixedMemory'):
        LTC.from_ncps(theirs.state_dict())
