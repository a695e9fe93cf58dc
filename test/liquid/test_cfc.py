"""Our CfC is ncps's, in outputs, states and gradients, sample by sample with its own dt."""

import copy

import ncps.torch
import ncps.wirings
import pytest
import torch

from liquid_control.liquid.cfc import CfC
from liquid_control.liquid.ncps_cfc import read_cfc
from liquid_control.liquid.recipes import NCP, AutoNCP, FullyConnected

INPUTS = 6
DENSE = [
    {},
    {'proj_size': 3},
    {'backbone_layers': 0},
    {'backbone_layers': 3, 'backbone_units': 11, 'backbone_dropout': 0.3},
    *({'activation': name} for name in ('lecun_tanh', 'tanh', 'relu', 'silu', 'gelu')),
]
WIRINGS = {
    'ncp': lambda: ncps.wirings.NCP(9, 7, 3, 4, 3, 6, 4, seed=5),
    'auto_ncp': lambda: ncps.wirings.AutoNCP(14, 4),
    'fully_connected': lambda: ncps.wirings.FullyConnected(8),
    'fully_connected_with_few_motors': lambda: ncps.wirings.FullyConnected(8, 3),
    'random': lambda: ncps.wirings.Random(8, sparsity_level=0.5),
}
MODES = ('default', 'no_gate', 'pure')


class ThreeInARow(ncps.wirings.FullyConnected):
    """A wiring of somebody's own."""

    num_layers = 2

    def get_neurons_of_layer(self, layer_id):
        return [[0, 1, 2], [3, 4]][layer_id]


def theirs_of(units, **options):
    torch.manual_seed(4)
    module = ncps.torch.CfC(INPUTS, units, **options).eval()
    for parameter in module.parameters():
        if parameter.requires_grad:
            parameter.data += 0.1 * torch.randn_like(parameter)
    return module


def gradients_of(module):
    """The gradients of an ncps module by our names."""
    mirror = copy.deepcopy(module)
    for parameter, original in zip(mirror.parameters(), module.parameters(), strict=True):
        if original.requires_grad:
            parameter.data = original.grad
    state = read_cfc(mirror, 'default', 'lecun_tanh').state
    return {name: value for name, value in state.items() if not name.endswith('mask')}


def assert_parity(theirs, ours):
    torch.manual_seed(6)
    # as many samples as units: there ncps would mistake a dt of each sample for one of each neuron
    batch = ours.state_size
    x, dt = torch.randn(batch, 5, INPUTS), 2.0 * torch.rand(batch, 5)
    start = torch.randn(batch, ours.state_size)
    with torch.no_grad():
        wanted, got = run_alone(theirs, x, start, dt), ours(x, start, dt)
    torch.testing.assert_close(got, wanted, atol=1e-5, rtol=0)

    theirs, ours = theirs.double(), ours.double()
    events = [value.double() for value in (x, start, dt)]
    wanted, got = run_alone(theirs, *events), ours(*events)
    for values in (wanted, got):
        sum(value.square().sum() for value in values).backward()
    torch.testing.assert_close(got, wanted, atol=1e-9, rtol=0)
    gradients = {name: parameter.grad for name, parameter in ours.named_parameters()}
    torch.testing.assert_close(gradients, gradients_of(theirs), atol=1e-9, rtol=1e-9)


def run_alone(theirs, x, start, dt):
    """Sample by sample, for ncps takes one dt for all of them."""
    runs = [theirs(*(value[i : i + 1] for value in (x, start, dt))) for i in range(len(x))]
    return tuple(torch.cat(parts) for parts in zip(*runs, strict=True))


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('options', DENSE, ids=str)
def test_a_dense_network_equals_ncps(mode, options):
    theirs = theirs_of(7, mode=mode, **options)
    assert_parity(theirs, CfC.from_ncps(theirs).eval())


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('wiring', WIRINGS)
def test_a_wired_network_equals_ncps(mode, wiring):
    theirs = theirs_of(WIRINGS[wiring](), mode=mode)
    assert_parity(theirs, CfC.from_ncps(theirs))


def test_a_wired_network_with_projection_equals_ncps():
    theirs = theirs_of(WIRINGS['ncp'](), proj_size=2)
    assert_parity(theirs, CfC.from_ncps(theirs))


@pytest.mark.parametrize('mode', MODES)
@pytest.mark.parametrize('wiring', [None, 'ncp'])
def test_a_state_dict_is_enough(mode, wiring):
    theirs = theirs_of(WIRINGS[wiring]() if wiring else 7, mode=mode, proj_size=2)
    ours = CfC.from_ncps(dict(sorted(theirs.state_dict().items())), mode)
    assert_parity(theirs, ours)


def test_taking_over_a_network_leaves_it_unchanged():
    theirs = theirs_of(WIRINGS['ncp'](), mode='pure', proj_size=2)
    before = {name: value.clone() for name, value in theirs.state_dict().items()}
    for parameter in CfC.from_ncps(theirs).parameters():
        parameter.data.zero_()
    assert all(torch.equal(before[name], value) for name, value in theirs.state_dict().items())


@pytest.mark.parametrize(
    ('theirs', 'message'),
    [
        (lambda: ncps.torch.CfC(INPUTS, 5, mixed_memory=True), 'mixed_memory is True'),
        (lambda: ncps.torch.CfC(INPUTS, 5, mixed_memory=True).state_dict(), 'mixed_memory is'),
        (lambda: ncps.torch.LTC(INPUTS, 5), 'the module is LTC, wanted ncps.torch.CfC'),
        (lambda: ncps.torch.LTC(INPUTS, 5).state_dict(), 'rnn_cell.ff1.weight is missing'),
        (lambda: ncps.torch.CfC(INPUTS, ThreeInARow(5)), 'the wiring has 2 layers, wanted 1 or 3'),
        (
            lambda: ncps.torch.CfC(INPUTS, ncps.wirings.FullyConnected(8, 3), proj_size=2),
            'proj_size maps 3 outputs, but the cell has 8',
        ),
    ],
)
def test_what_has_no_equal_here_is_refused_by_name(theirs, message):
    with pytest.raises(ValueError, match=message):
        CfC.from_ncps(theirs())


def test_the_state_is_inter_command_motor():
    recipe = NCP(9, 7, 3, 4, 3, 6, 4)
    cfc = CfC(INPUTS, recipe)
    assert cfc.sizes == [9, 7, 3]
    y, state = cfc(torch.randn(2, 5, INPUTS))
    torch.testing.assert_close(y[:, -1], state[:, -3:])


def test_of_a_wiring_without_layers_only_the_motors_are_outputs():
    cfc = CfC(INPUTS, FullyConnected(8, 3))
    y, state = cfc(torch.randn(2, 5, INPUTS))
    torch.testing.assert_close(y[:, -1], state[:, :3])


def test_two_networks_of_one_recipe_have_the_same_synapses():
    recipe = AutoNCP(14, 4)
    first, second = CfC(INPUTS, recipe), CfC(INPUTS, recipe)
    for name, mask in first.named_buffers():
        assert torch.equal(mask, second.get_buffer(name))


def test_missing_synapses_get_no_gradient():
    cfc = CfC(INPUTS, AutoNCP(14, 4))
    y, _ = cfc(torch.randn(3, 5, INPUTS))
    y.square().sum().backward()
    for layer in cfc.layers:
        assert not layer.heads.weight.grad[~layer.mask].any()
        assert layer.heads.weight.grad[layer.mask].any()


def test_weights_start_as_those_of_ncps():
    torch.manual_seed(0)
    for mode in MODES:
        theirs = read_cfc(ncps.torch.CfC(64, 400, mode=mode), mode, 'lecun_tanh').state
        for name, value in CfC(64, 400, mode).named_parameters():
            torch.testing.assert_close(value.std(), theirs[name].std(), rtol=0.15, atol=0)


def test_dropout_works_in_training_and_after_the_first_layer_only():
    x = torch.randn(2, 5, INPUTS)
    one, two = (CfC(INPUTS, 7, backbone_layers=n, backbone_dropout=0.5) for n in (1, 2))
    assert torch.equal(one(x)[0], one(x)[0])
    assert not torch.equal(two(x)[0], two(x)[0])
    two.eval()
    assert torch.equal(two(x)[0], two(x)[0])


@pytest.mark.parametrize(
    ('units', 'options', 'message'),
    [
        (5, {'mode': 'gated'}, "mode is 'gated', wanted one of"),
        (5, {'activation': 'sine'}, "activation is 'sine', wanted one of"),
        (AutoNCP(14, 4), {'backbone_units': 8}, 'a wired CfC has no backbone'),
        (AutoNCP(14, 4), {'activation': 'relu'}, 'a wired CfC has no backbone'),
        (AutoNCP(14, 4).build(3), {}, 'wiring has 3 inputs, wanted 6'),
    ],
)
def test_what_cannot_be_built_is_one_clear_error(units, options, message):
    with pytest.raises(ValueError, match=message):
        CfC(INPUTS, units, **options)
