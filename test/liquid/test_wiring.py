"""A wiring cannot be changed and says what does not fit together."""

import numpy as np
import pytest

from liquid_control.liquid import Wiring


def small(**changed):
    parts = {
        'sensory': np.array([[1, 0, -1]]),
        'recurrent': np.array([[0, 1, 0], [-1, 0, 1], [0, 0, 1]]),
        'motors': 1,
        'layers': {'motor': 1, 'command': 0, 'inter': 2},
    }
    return Wiring(**parts | changed)


def test_sizes_and_synapses_are_counted():
    wiring = small()
    assert (wiring.inputs, wiring.neurons, wiring.synapses) == (1, 3, 6)
    assert wiring.sensory.dtype == wiring.recurrent.dtype == np.int8


def test_layers_are_ranges_of_neurons_in_the_order_of_the_numbering():
    wiring = small()
    assert [list(wiring.neurons_of(layer)) for layer in wiring.layers] == [[0], [], [1, 2]]


@pytest.mark.parametrize('matrix', ['sensory', 'recurrent'])
def test_matrices_cannot_be_written_to(matrix):
    with pytest.raises(ValueError, match='read-only'):
        getattr(small(), matrix)[0, 0] = 1


def test_changing_the_matrices_it_was_made_of_does_not_change_it():
    sensory = np.array([[1, 0, -1]], np.int8)
    wiring = small(sensory=sensory)
    sensory[:] = 0
    assert wiring.sensory.tolist() == [[1, 0, -1]]


def test_fields_cannot_be_replaced():
    with pytest.raises(AttributeError):
        small().motors = 2


@pytest.mark.parametrize(
    ('changed', 'said'),
    [
        ({'sensory': np.ones((1, 4))}, r'sensory is \[1, 4\] and recurrent is \[3, 3\], wanted'),
        ({'recurrent': np.ones((3, 2))}, r'recurrent is \[3, 2\], wanted'),
        ({'recurrent': np.full((3, 3), 2)}, r'recurrent holds \[2\], wanted nothing but -1, 0'),
        ({'motors': 4}, 'motors is 4, wanted 1 to 3'),
        ({'motors': 0}, 'motors is 0, wanted 1 to 3'),
        ({'layers': {'motor': 1, 'inter': 1}}, 'layers is .* wanted 3 neurons in all'),
    ],
)
def test_what_does_not_fit_together_is_named(changed, said):
    with pytest.raises(ValueError, match=said):
        small(**changed)
