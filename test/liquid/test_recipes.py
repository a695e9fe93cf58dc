"""Recipes: the same seed, the same synapses, as many as asked for, and every neuron fed."""

import dataclasses
import hashlib
import json
from pathlib import Path

import ncps.wirings
import numpy as np
import pytest
import yaml
from safetensors.numpy import load_file

from liquid_control.liquid import LTC, NCP, AutoNCP, FullyConnected, Random, Recipe
from liquid_control.liquid.recipes import built
from liquid_control.schema import ConfigError, plain, validated

CIRCUIT = NCP(
    inter_neurons=12,
    command_neurons=8,
    motor_neurons=3,
    sensory_fanout=4,
    inter_fanout=3,
    recurrent_command_synapses=10,
    motor_fanin=5,
    seed=4,
)
RECIPES = [
    CIRCUIT,
    AutoNCP(19, 4, seed=2),
    FullyConnected(7, 2, self_connections=False),
    FullyConnected(5),
    Random(16, 4, sparsity_level=0.75, seed=3),
    Random(6),
]
BEACON = Path(__file__).parents[2] / 'models' / 'beacon' / 'weights.safetensors'


def digest(wiring):
    return hashlib.sha256(wiring.sensory.tobytes() + wiring.recurrent.tobytes()).hexdigest()[:16]


@pytest.mark.parametrize('recipe', RECIPES, ids=repr)
def test_the_seed_decides_every_synapse(recipe):
    wiring = recipe.build(9)
    assert digest(recipe.build(9)) == digest(wiring)
    assert digest(dataclasses.replace(recipe, seed=99).build(9)) != digest(wiring)


@pytest.mark.parametrize(
    ('recipe', 'inputs', 'expected'),
    [
        (NCP(32, 16, 2, 12, 8, 64, 10, seed=1), 59, '5037b29aaa7e9a0b'),
        (NCP(6, 5, 2, 1, 1, 8, 3, seed=3), 4, 'ce53daa0ad8ca036'),
        (FullyConnected(12, 3, seed=1), 7, 'f2b7b6d2c69d907f'),
    ],
)
def test_the_random_numbers_are_those_that_bundles_were_trained_with(recipe, inputs, expected):
    assert digest(recipe.build(inputs)) == expected


def test_the_shipped_policy_has_the_synapses_of_its_recipe():
    weights = load_file(BEACON)
    wiring = NCP(32, 16, 2, 12, 8, 64, 10, seed=1).build(len(weights['core.input_w']))
    for group in ('sensory', 'recurrent'):
        source, target = np.nonzero(getattr(wiring, group))
        np.testing.assert_array_equal(source, weights[f'core.{group}.source'])
        np.testing.assert_array_equal(target, weights[f'core.{group}.target'])


@pytest.mark.parametrize('recipe', RECIPES, ids=repr)
def test_two_networks_of_one_recipe_are_alike_and_leave_it_as_it_was(recipe):
    before = plain(recipe)
    first, second = LTC(5, recipe), LTC(5, recipe)
    assert plain(recipe) == before
    assert digest(first.wiring) == digest(second.wiring) == digest(recipe.build(5))


@pytest.mark.parametrize('recipe', RECIPES, ids=repr)
def test_recipes_are_frozen(recipe):
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.seed = 5


@pytest.mark.parametrize('recipe', RECIPES, ids=repr)
def test_a_recipe_survives_json_and_yaml(recipe):
    for data in (
        json.loads(json.dumps(plain(recipe))),
        yaml.safe_load(yaml.safe_dump(plain(recipe))),
    ):
        assert validated(Recipe, data, 'recipe.yaml') == recipe


def test_ncp_connects_its_layers_as_asked():
    wiring = CIRCUIT.build(9)
    motor, command, inter = (list(wiring.neurons_of(layer)) for layer in wiring.layers)
    assert (len(motor), len(command), len(inter)) == (3, 8, 12)
    fanout = np.count_nonzero(wiring.sensory[:, inter], axis=1)
    assert (fanout >= 4).all()
    assert np.count_nonzero(wiring.sensory) == np.count_nonzero(wiring.sensory[:, inter])
    recurrent = wiring.recurrent != 0
    assert (recurrent[np.ix_(inter, command)].sum(axis=1) >= 3).all()
    assert (recurrent[np.ix_(command, motor)].sum(axis=0) >= 5).all()
    assert recurrent[np.ix_(command, motor)].any(axis=1).all()
    among_command = recurrent[np.ix_(command, command)].sum()
    assert 1 <= among_command <= 10
    between = recurrent[np.ix_(inter, command)].sum() + recurrent[np.ix_(command, motor)].sum()
    assert recurrent.sum() == between + among_command


def test_fan_outs_and_fan_ins_are_exact_where_nobody_was_left_out():
    wiring = dataclasses.replace(CIRCUIT, motor_neurons=20, inter_neurons=30).build(90)
    assert (np.count_nonzero(wiring.sensory, axis=1) == 4).all()
    inter = list(wiring.neurons_of('inter'))
    assert (np.count_nonzero(wiring.recurrent[inter], axis=1) == 3).all()
    assert (np.count_nonzero(wiring.recurrent[:, :20], axis=0) == 5).all()


@pytest.mark.parametrize('seed', range(5))
@pytest.mark.parametrize(
    'recipe', [NCP(20, 9, 4, 1, 1, 0, 1), AutoNCP(64, 8, 1.0), AutoNCP(8, 2), FullyConnected(4)]
)
def test_every_neuron_is_fed(recipe, seed):
    wiring = dataclasses.replace(recipe, seed=seed).build(3)
    fed = np.count_nonzero(wiring.sensory, axis=0) + np.count_nonzero(wiring.recurrent, axis=0)
    assert fed.all()


@pytest.mark.parametrize(
    'arguments',
    [(64, 8, 0.5), (19, 4, 0.5), (128, 8, 0.9), (10, 3, 0.3), (5, 1, 1.0), (33, 7, 0.1), (4, 1)],
)
def test_auto_ncp_counts_as_ncps_does(arguments):
    theirs, ours = ncps.wirings.AutoNCP(*arguments), AutoNCP(*arguments).ncp
    for name in dataclasses.asdict(ours).keys() - {'type', 'seed'}:
        wanted = '_num_' + name if name.endswith('neurons') else '_' + name
        assert getattr(ours, name) == getattr(theirs, wanted), name


@pytest.mark.parametrize('sparsity', [0.0, 0.3, 0.5, 0.9])
def test_random_has_exactly_the_share_of_synapses_asked_for(sparsity):
    wiring = Random(20, 4, sparsity, seed=1).build(7)
    assert np.count_nonzero(wiring.recurrent) == round(400 * (1 - sparsity))
    assert np.count_nonzero(wiring.sensory) == round(140 * (1 - sparsity))
    assert wiring.motors == 4


def test_fully_connected_leaves_out_nothing_but_what_was_asked():
    wiring = FullyConnected(6).build(3)
    assert wiring.synapses == 18 + 36
    assert wiring.motors == 6
    alone = FullyConnected(6, self_connections=False).build(3)
    assert alone.synapses == 18 + 30
    assert not alone.recurrent.diagonal().any()


@pytest.mark.parametrize('recipe', RECIPES, ids=repr)
def test_both_polarities_occur_and_nothing_else(recipe):
    wiring = recipe.build(9)
    for matrix in (wiring.sensory, wiring.recurrent):
        assert {-1, 1} <= set(np.unique(matrix)) <= {-1, 0, 1}


def ncp(**changed):
    return dataclasses.replace(CIRCUIT, **changed)


@pytest.mark.parametrize(
    ('make', 'said'),
    [
        (lambda: ncp(sensory_fanout=13), 'sensory_fanout is 13, wanted 1 to 12, the size'),
        (lambda: ncp(inter_fanout=9), 'inter_fanout is 9, wanted 1 to 8, the size'),
        (lambda: ncp(motor_fanin=0), 'motor_fanin is 0, wanted 1 to 8'),
        (lambda: ncp(command_neurons=0), 'command_neurons is 0, wanted at least 1'),
        (lambda: ncp(recurrent_command_synapses=-1), 'recurrent_command_synapses is -1, wanted'),
        (lambda: ncp(seed=-1), 'seed is -1, wanted at least 0'),
        (lambda: ncp(inter_neurons=2.5), 'inter_neurons is 2.5, wanted an int'),
        (lambda: AutoNCP(10, 8), 'output_size is 8, wanted 1 to 7, fewer than units - 2 = 8'),
        (lambda: AutoNCP(3, 1), 'units is 3, wanted at least 4'),
        (lambda: AutoNCP(10, 2, 0.05), 'sparsity_level is 0.05, wanted 0.1 to 1.0'),
        (lambda: Random(10, sparsity_level=1.0), 'sparsity_level is 1.0, wanted 0.0 to less'),
        (lambda: Random(10, sparsity_level=float('nan')), 'sparsity_level is nan'),
        (lambda: FullyConnected(4, 5), 'output_dim is 5, wanted 1 to 4, the number of units'),
        (lambda: FullyConnected(0), 'units is 0, wanted at least 1'),
        (lambda: FullyConnected(4).build(0), 'inputs is 0, wanted at least 1'),
    ],
)
def test_a_bad_value_is_one_line_with_field_and_what_is_wanted(make, said):
    with pytest.raises(ValueError, match=said) as error:
        make()
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('data', 'said'),
    [
        ({'type': 'auto_ncp', 'units': 10, 'output_size': 8}, 'output_size is 8, wanted 1 to 7'),
        ({'type': 'auto_ncp', 'units': 10}, 'output_size is missing'),
        ({'type': 'random', 'units': 10, 'colour': 1}, 'colour is not a known field'),
        ({'type': 'spaghetti'}, "'ncp', 'auto_ncp', 'fully_connected', 'random'"),
    ],
)
def test_a_bad_file_is_named_with_its_field(data, said):
    with pytest.raises(ConfigError, match=said) as error:
        validated(Recipe, data, 'recipe.yaml')
    assert str(error.value).startswith('recipe.yaml: ')


def test_a_network_takes_a_recipe_a_wiring_or_a_number_of_neurons():
    wiring = CIRCUIT.build(5)
    assert built(5, wiring) is wiring
    assert digest(built(5, CIRCUIT)) == digest(wiring)
    assert digest(built(5, 6)) == digest(FullyConnected(6).build(5))


def test_a_wiring_of_other_inputs_is_refused():
    with pytest.raises(ValueError, match='wiring has 5 inputs, wanted 6'):
        built(6, CIRCUIT.build(5))
