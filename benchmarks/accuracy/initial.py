"""Initial values that spread over the times that a task knows.

A cell that must tell a run of 5 bits from one of 6 needs units that switch there. As cells are
initialised otherwise, all of their units switch near dt = 0, and their time constants are alike.
"""

import math
from typing import cast

import torch
from torch import Tensor, nn

from liquid_control.liquid import LTC, CfC
from liquid_control.liquid.closed_form import ClosedForm


@torch.no_grad()
def spread_gates(cfc: CfC, longest: float, time_unit: float) -> CfC:
    """Time gates sigmoid(k (t - theta)), each with another theta up to the longest t; k is steep
    enough to tell one unit of t from the next. The cell's dt is t / time_unit: the bias of P is
    k time_unit and that of Q is -k theta.
    """
    layer = cast(ClosedForm, cfc.layers[0])
    slope = torch.empty(layer.units).uniform_(4.0, 16.0)
    threshold = torch.linspace(0.5, longest, layer.units)[torch.randperm(layer.units)]
    _, p, q = layer.heads.bias.split([2 * layer.units, layer.units, layer.units])
    p.copy_(slope * time_unit)
    q.copy_(-slope * threshold)
    return cfc


@torch.no_grad()
def spread_sensory(ltc: LTC, longest: float) -> LTC:
    """The same for the synapses from an LTC's last input, dt: sigma is k and mu is theta."""
    edges = ltc.sensory.source == ltc.inputs - 1
    synapses = int(edges.sum())
    ltc.sensory.sigma[edges] = torch.empty(synapses).uniform_(2.0, 8.0)
    ltc.sensory.mu[edges] = torch.empty(synapses).uniform_(0.5, longest)
    return ltc


@torch.no_grad()
def lively(ltc: LTC, capacitance: tuple[float, float] = (0.5, 20.0), reversal: float = 3.0) -> LTC:
    """Neurons that can keep what they know.

    A potential is an average over reversal potentials, so a network of many synapses contracts and
    forgets. Here the potentials reach further than the synapses' thresholds, which lie around 0,
    there are as many inhibitory as excitatory synapses, and the time constants span more than a
    decade.
    """
    low, high = map(math.log, capacitance)
    ltc.cm.copy_(_inverse_softplus(torch.empty_like(ltc.cm).uniform_(low, high).exp()))
    nn.init.uniform_(ltc.recurrent.mu, -1.0, 1.0)
    nn.init.uniform_(ltc.sensory.mu, -0.5, 0.5)
    for synapses in (ltc.recurrent, ltc.sensory):
        sign = torch.randint(0, 2, synapses.erev.shape) * 2 - 1
        synapses.erev.copy_(reversal * sign)
    return ltc


def _inverse_softplus(y: Tensor) -> Tensor:
    return y + torch.log(-torch.expm1(-y))
