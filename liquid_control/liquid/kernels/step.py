"""Events of one sample at a time, compiled by numba: the robot's loop. Equations as in `cpu.py`.

With a single lane there is nothing to vectorise over but the edges: first the activations of all
of them, then the sums of each target.
"""

import math

import numpy as np

from liquid_control.liquid.kernels.compiled import ZERO, compiled, sigmoid
from liquid_control.liquid.kernels.cpu import Array, relaxed


@compiled
def step(
    form: int,
    stages: Array,
    most: int,
    max_step: float,
    neuron: Array,
    mapping: Array,
    sensory: Array,
    sensory_source: Array,
    sensory_start: Array,
    recurrent: Array,
    source: Array,
    start: Array,
    work: Array,
    x: Array,
    dt: Array,
    v: Array,
    y: Array,
) -> None:
    """Move each sample's potentials v [samples, neurons] over its event, in place; write y
    [samples, outputs].

    most, max_step: see `Unfolds`, infinite for none. neuron: [3, neurons], capacitance, leak
    current, leak. mapping: [4, inputs or neurons], scale and shift of inputs and of outputs.
    sensory, recurrent: [4, edges], sigma, offset, weight, current, with their source [edges] and
    start [neurons + 1]. x: [samples, inputs]. dt: [samples]. work: [7, inputs, neurons or edges],
    room.
    """
    neurons = v.shape[1]
    u, p, activation = work[0, : x.shape[1]], work[1, :neurons], work[6]
    drive_current, drive_total = work[2, :neurons], work[3, :neurons]
    current, total = work[4, :neurons], work[5, :neurons]
    for sample in range(len(v)):
        state = v[sample]
        for k in range(len(u)):
            u[k] = x[sample, k] * mapping[0, k] + mapping[1, k]
        drive_current[:], drive_total[:] = neuron[1], neuron[2]
        _add(u, sensory, sensory_source, sensory_start, activation, drive_current, drive_total)
        count = _count(dt[sample], most, max_step)
        h = dt[sample] / np.float32(count)
        for _ in range(count if h > ZERO else 0):
            p[:] = state
            for stage in range(len(stages)):
                current[:], total[:] = drive_current, drive_total
                _add(p, recurrent, source, start, activation, current, total)
                for i in range(neurons):
                    p[i] = relaxed(
                        form, state[i], current[i], total[i], neuron[0, i], stages[stage] * h
                    )
            state[:] = p
        for i in range(y.shape[1]):
            y[sample, i] = state[i] * mapping[2, i] + mapping[3, i]


@compiled
def _count(dt: float, most: int, max_step: float) -> int:
    """The solver steps of an event, as `Unfolds.steps`."""
    if max_step == math.inf:
        return most
    return min(max(math.ceil(dt / max_step * (1.0 - 1e-6)), 1), most)


@compiled
def _add(
    p: Array,
    edges: Array,
    source: Array,
    start: Array,
    activation: Array,
    current: Array,
    total: Array,
) -> None:
    """Add to N and D [targets] what the synapses conduct at the potentials p [sources]."""
    sigma, offset, weight, reversal = edges[0], edges[1], edges[2], edges[3]
    if len(source) == len(p) * len(current):  # fully connected: no need to look up the sources
        for i in range(len(current)):
            at = start[i]
            to_current, to_total = current[i], total[i]
            for j in range(len(p)):
                s = sigmoid(offset[at + j] + sigma[at + j] * p[j])
                to_current += reversal[at + j] * s
                to_total += weight[at + j] * s
            current[i], total[i] = to_current, to_total
        return
    for e in range(len(source)):
        activation[e] = p[source[e]]
    for e in range(len(source)):
        activation[e] = sigmoid(offset[e] + sigma[e] * activation[e])
    for i in range(len(current)):
        to_current, to_total = current[i], total[i]
        for e in range(start[i], start[i + 1]):
            to_current += reversal[e] * activation[e]
            to_total += weight[e] * activation[e]
        current[i], total[i] = to_current, to_total
