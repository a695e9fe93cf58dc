"""A liquid network's synapses as they were learned, and as they worked in a drive."""

from typing import NamedTuple

import numpy as np
import torch
from torch.nn.functional import softplus

from liquid_control.liquid import LTC, Wiring
from liquid_control.liquid.synapses import Synapses
from liquid_control.policy import Policy
from liquid_control_sim.inspection.thoughts import Thoughts


class Strengths(NamedTuple):
    """Signed weights w of all synapses, 0 where there is none: from row to column.

    A synapse with reversal potential E drives its target's potential v by w sigma (E - v). It
    counts as excitatory (+) if E is above the median of v over the drive, else as inhibitory (-).

    sensory: [inputs, neurons]. recurrent: [neurons, neurons]. turned: how many have another sign
    than the wiring gave them before training.
    """

    wiring: Wiring
    sensory: np.ndarray
    recurrent: np.ndarray
    turned: int


class Bundle(NamedTuple):
    """All synapses from one group to another. excitatory: their share. w: mean without sign."""

    source: str
    target: str
    synapses: int
    excitatory: float
    w: float


def strengths(policy: Policy, seen: Thoughts) -> Strengths | None:
    """None for a network without synapses of its own."""
    ltc = policy.core
    if not isinstance(ltc, LTC):
        return None
    usual = torch.from_numpy(np.median(seen.states, axis=0))
    sensory = _signed(ltc.sensory, usual, ltc.inputs)
    recurrent = _signed(ltc.recurrent, usual, ltc.state_size)
    turned = np.count_nonzero(sensory * ltc.wiring.sensory < 0)
    turned += np.count_nonzero(recurrent * ltc.wiring.recurrent < 0)
    return Strengths(ltc.wiring, sensory, recurrent, int(turned))


def bundles(policy: Policy, found: Strengths) -> list[Bundle]:
    """From each sensor and layer to each layer that it reaches."""
    layers = {name: found.wiring.neurons_of(name) for name in reversed(list(found.wiring.layers))}
    between = [
        (source, target, found.sensory[rows][:, columns])
        for source, rows in policy.parts.items()
        for target, columns in layers.items()
    ] + [
        (source, target, found.recurrent[list(rows)][:, columns])
        for source, rows in layers.items()
        for target, columns in layers.items()
    ]
    return [
        Bundle(source, target, len(w), float(np.mean(w > 0)), float(np.mean(np.abs(w))))
        for source, target, matrix in between
        if len(w := matrix[matrix != 0])
    ]


@torch.no_grad()
def _signed(synapses: Synapses, usual: torch.Tensor, sources: int) -> np.ndarray:
    matrix = usual.new_zeros(sources, len(usual))
    above = torch.where(synapses.erev > usual[synapses.target], 1.0, -1.0)
    matrix[synapses.source, synapses.target] = softplus(synapses.w) * above
    return matrix.numpy()
