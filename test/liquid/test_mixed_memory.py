"""Our mixed memory is ncps's, in front of a CfC and of an LTC."""

import ncps.torch
import ncps.wirings
import pytest
import torch

from liquid_control.liquid.cfc import CfC
from liquid_control.liquid.ctrnn import CTRNN
from liquid_control.liquid.ltc import LTC
from liquid_control.liquid.mixed_memory import MixedMemory

INPUTS = 5
NETWORKS = {
    'cfc': lambda: ncps.torch.CfC(INPUTS, 7, mixed_memory=True),
    'cfc_pure': lambda: ncps.torch.CfC(INPUTS, 7, mode='pure', mixed_memory=True),
    'cfc_projected': lambda: ncps.torch.CfC(INPUTS, 7, proj_size=2, mixed_memory=True),
    'cfc_wired': lambda: ncps.torch.CfC(INPUTS, ncps.wirings.AutoNCP(12, 3), mixed_memory=True),
    'ltc': lambda: ncps.torch.LTC(INPUTS, 7, mixed_memory=True),
    'ltc_wired': lambda: ncps.torch.LTC(INPUTS, ncps.wirings.AutoNCP(12, 3), mixed_memory=True),
}


def theirs_of(network):
    torch.manual_seed(2)
    return NETWORKS[network]()


@pytest.mark.parametrize('network', NETWORKS)
def test_outputs_states_and_gradients_equal_ncps(network):
    theirs = theirs_of(network)
    ours = MixedMemory.from_ncps(theirs)
    batch, width = 3, ours.state_size // 2
    x, dt = torch.randn(batch, 10, INPUTS), 0.1 + torch.rand(batch, 10)
    memory, h = torch.randn(batch, width), torch.randn(batch, width)
    alone = []
    for i in range(batch):
        y, (h_i, memory_i) = theirs(x[i : i + 1], (h[i : i + 1], memory[i : i + 1]), dt[i : i + 1])
        alone.append((y, torch.cat((memory_i, h_i), dim=1)))
    expected = [torch.cat(parts) for parts in zip(*alone, strict=True)]
    got = ours(x, torch.cat((memory, h), dim=1), dt)
    for values in (expected, got):
        sum(value.square().sum() for value in values).backward()
    for ours_value, theirs_value in zip(got, expected, strict=True):
        torch.testing.assert_close(ours_value, theirs_value, atol=1e-5, rtol=0)
    for name, parameter in theirs.lstm.named_parameters():
        grad = ours.get_parameter(name).grad
        torch.testing.assert_close(grad, parameter.grad, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize('network', ['cfc_projected', 'cfc_wired', 'ltc'])
def test_a_state_dict_is_enough(network):
    theirs = theirs_of(network)
    ours = MixedMemory.from_ncps(theirs.state_dict())
    x = torch.randn(1, 8, INPUTS)
    torch.testing.assert_close(ours(x)[0], theirs(x)[0], atol=1e-5, rtol=0)


def test_taking_over_a_network_leaves_it_unchanged():
    theirs = theirs_of('cfc_wired')
    x = torch.randn(1, 8, INPUTS)
    before = theirs(x)[0]
    for parameter in MixedMemory.from_ncps(theirs).parameters():
        parameter.data.zero_()
    assert theirs.use_mixed
    assert torch.equal(theirs(x)[0], before)


@pytest.mark.parametrize('family', [ncps.torch.CfC, ncps.torch.LTC])
def test_a_network_without_memory_is_refused(family):
    for source in (family(INPUTS, 4), family(INPUTS, 4).state_dict()):
        with pytest.raises(ValueError, match='mixed_memory is False'):
            MixedMemory.from_ncps(source)


@pytest.mark.parametrize('cell', [CfC(INPUTS, 4), LTC(INPUTS, 4), CTRNN(INPUTS, 4)])
def test_the_memory_outlasts_the_cell(cell):
    """With the forget gate open and the input gate shut, c stays however long it takes."""
    mixed = MixedMemory(cell)
    torch.nn.init.zeros_(mixed.input_map.weight)
    torch.nn.init.zeros_(mixed.recurrent_map.weight)
    mixed.input_map.bias.data = torch.tensor([0.0, -40.0, 40.0, 0.0]).repeat_interleave(4)
    memory = torch.randn(2, 4)
    _, state = mixed(torch.randn(2, 20, INPUTS), torch.cat((memory, memory), 1))
    torch.testing.assert_close(state[:, :4], memory)
