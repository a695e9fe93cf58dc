"""What goes on inside an LTC over a sequence, as tensors without gradients.

`plots` makes pictures of it, `drawing` of the wiring.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from liquid_control.liquid.cell import checked
from liquid_control.liquid.ltc import LTC
from liquid_control.liquid.synapses import Synapses
from liquid_control.liquid.wiring import Wiring

_EVENTS_AT_ONCE = 64


class Trace(NamedTuple):
    """A sequence of T events seen from inside.

    outputs: [batch, T, motors]. states: [batch, T, neurons], after each event.
    time_constants: [batch, T, neurons], C_i / D_i at the end of each event, in the unit of dt; NaN
        at masked events, which have no input.
    times: [batch, T] float64, the end of each event; the sequence begins at 0.
    wiring: whose neurons they are.
    """

    outputs: Tensor
    states: Tensor
    time_constants: Tensor
    times: Tensor
    wiring: Wiring


class SynapticCurrents(NamedTuple):
    """values: [..., synapses]; the k-th synapse leads from source[k] to target[k]."""

    source: Tensor
    target: Tensor
    values: Tensor


class Currents(NamedTuple):
    """What flows through an LTC's synapses; positive currents raise the target's potential.

    sensory: from inputs to neurons. recurrent: from neurons to neurons.
    """

    sensory: SynapticCurrents
    recurrent: SynapticCurrents


class SignedWeights(NamedTuple):
    """Matrices from row to column, 0 where there is no synapse.

    sensory: [inputs, neurons]. recurrent: [neurons, neurons].
    """

    sensory: Tensor
    recurrent: Tensor


@torch.no_grad()
def trace(
    ltc: LTC,
    x: Tensor,
    state: Tensor | None = None,
    dt: Tensor | None = None,
    mask: Tensor | None = None,
) -> Trace:
    """Run a sequence as `LTC.sequence` does and keep what happens; without gradients."""
    x, state, dt, mask = checked(ltc, x, state, dt, mask)
    states = ltc.states(x, state, dt, mask)
    parts = zip(x.split(_EVENTS_AT_ONCE, dim=1), states.split(_EVENTS_AT_ONCE, dim=1), strict=True)
    time_constants = torch.cat([ltc.time_constants(*part) for part in parts], dim=1)
    if mask is not None:
        time_constants[~mask] = torch.nan
        dt = dt * mask
    times = dt.double().cumsum(dim=1)
    return Trace(ltc.output(states), states, time_constants, times, ltc.wiring)


@torch.no_grad()
def currents(ltc: LTC, x: Tensor, states: Tensor) -> Currents:
    """The current of every synapse under the inputs x: [..., inputs] at the states: [...,
    neurons]; without gradients.

        I_ji = w_ji sigmoid(s_ji (v_j - mu_ji)) (E_ji - v_i)

    They are as many as there are events times synapses: of a long sequence, ask for a part.
    """
    u = x * ltc.input_w + ltc.input_b
    return Currents(_through(ltc.sensory, u, states), _through(ltc.recurrent, states, states))


def _through(synapses: Synapses, before: Tensor, after: Tensor) -> SynapticCurrents:
    """before, after: [..., sources] and [..., targets], on both sides of the synapses."""
    source, target = synapses.source, synapses.target
    openness = torch.sigmoid(synapses.sigma * (before[..., source] - synapses.mu))
    values = softplus(synapses.w) * openness * (synapses.erev - after[..., target])
    return SynapticCurrents(source, target, values)


@torch.no_grad()
def signed_weights(ltc: LTC) -> SignedWeights:
    """w E of every synapse: the current that it drives, fully open, into a neuron at potential
    0.
    """
    return SignedWeights(
        _matrix(ltc.sensory, ltc.inputs, ltc.state_size),
        _matrix(ltc.recurrent, ltc.state_size, ltc.state_size),
    )


def _matrix(synapses: Synapses, sources: int, targets: int) -> Tensor:
    matrix = synapses.w.new_zeros(sources, targets)
    matrix[synapses.source, synapses.target] = softplus(synapses.w) * synapses.erev
    return matrix
