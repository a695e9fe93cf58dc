"""Synapses laid out as rectangles: all of them, and little else."""

import numpy as np
import pytest
import torch

from liquid_control.liquid import AutoNCP, FullyConnected
from liquid_control.liquid.kernels.rectangle import layout, rectangle

CPU = torch.device('cpu')
HUB = np.array([0] * 100 + list(range(1, 30))), np.array([*range(100), *([0] * 29)])


def ends(recipe):
    return np.nonzero(recipe.build(16).recurrent)


@pytest.mark.parametrize('edges', [ends(AutoNCP(40, 4)), ends(FullyConnected(7)), HUB])
def test_every_edge_has_one_slot_in_a_row_of_its_neuron(edges):
    own, far = edges
    made = rectangle(own, far, 100, CPU)
    slots = made.edge < len(own)
    edge = made.edge[slots].numpy()
    assert sorted(edge) == list(range(len(own)))
    assert np.array_equal(made.far[slots], far[edge])
    rows = np.broadcast_to(np.arange(len(made.own))[:, None], slots.shape)[slots]
    assert np.array_equal(made.own[rows], own[edge])
    assert (made.first[own[edge]].numpy() <= rows).all()
    assert (rows < made.first[own[edge] + 1].numpy()).all()
    assert (made.first[1:] - made.first[:-1]).max() <= made.depth


def test_rows_are_neurons_where_that_costs_least():
    made = rectangle(*ends(FullyConnected(8)), 8, CPU)
    assert (made.edge.shape, made.depth) == ((8, 8), 1)
    assert made.own.tolist() == list(range(8))


@pytest.mark.parametrize('neurons', [19, 64, 128])
def test_a_sparse_wiring_costs_what_its_synapses_cost(neurons):
    source, target = ends(AutoNCP(neurons, 4))
    for own, far in ((source, target), (target, source)):
        assert rectangle(own, far, neurons, CPU).edge.numel() <= 3 * len(own) + neurons


def test_a_layout_is_made_once_for_a_wiring():
    source, start = torch.tensor([0, 1, 1]), torch.tensor([0, 1, 3])
    made = layout(source, start, 2)
    assert made.target.tolist() == [0, 1, 1]
    assert layout(source, start, 2) is made
    assert layout(source, start.clone(), 2) is not made
