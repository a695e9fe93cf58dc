"""The LTC's loops for the GPU, in Triton: one program per sample, its time loop inside.

A program holds the potentials of all neurons of its sample as one vector. The synapses come as
`Rows`. Going forward these belong to the targets:

    s_e = sigmoid(offset_e + sigma_e v_source)
    N_i = drive N_i + sum_e current_e s_e        D_i = drive D_i + sum_e weight_e s_e

Going backward they belong to the sources, and the gradients of the edges, which no step waits
for, are summed afterwards over all points at once. No two programs add to one number: every run
gives the same.

All lengths of vectors are powers of two. Lanes that stand for no neuron compute with zeros, and
nothing of them is stored. Arrays come as addresses and are contiguous. `liquid.solver` is the
reference; `kernels.cpu` has the same loops.
"""

from typing import Any, NamedTuple

import triton
import triton.language as tl
from triton.language import tensor as Tensor  # noqa: N812


class Rows(NamedTuple):
    """Synapses as a rectangle [height, width]: every row belongs to one neuron, and its slots are
    edges of that neuron, or empty: zeros.

    far: [height, width] int32, the neuron at an edge's other end, -1 for no edge. own: [height]
        int32, the neuron of a row. first: [lanes + 1] int32, neuron i has the rows first[i] up to
        first[i + 1], at most depth; depth 1 means that row i is neuron i's. edges: [4, height,
        width], sigma, offset, weight, current.
    lanes: neurons, rounded up. chunk: so many columns are done at a time.
    """

    far: Any
    own: Any
    first: Any
    edges: Any
    lanes: tl.constexpr
    height: tl.constexpr
    width: tl.constexpr
    chunk: tl.constexpr
    depth: tl.constexpr


class Events(NamedTuple):
    """dt, counts: [batch, time]; counts int32, solver steps, 0 leaves the state as it is.

    steps: the most that an event can have.
    """

    dt: Any
    counts: Any
    time: int
    steps: int
    neurons: int


class Gradients(NamedTuple):
    """Where the gradients of a trajectory go.

    sums: [batch, time, steps, stages, 2, neurons], those of N and D at every point. v and
        capacitance: [batch, neurons]. drive: [batch, time, 2, neurons]. dt: [batch, time].
    """

    sums: Any
    v: Any
    capacitance: Any
    drive: Any
    dt: Any


@triton.jit
def conductances(p: Tensor, rows: Rows) -> tuple[Tensor, Tensor]:
    """What the synapses add to N and D [lanes] at the potentials p [sources]; rows of targets."""
    slots = tl.arange(0, rows.height)[:, None] * rows.width + tl.arange(0, rows.chunk)[None, :]
    current = tl.zeros([rows.height, rows.chunk], p.dtype)
    total = current
    for column in range(0, rows.width, rows.chunk):
        source = tl.load(rows.far + slots + column)
        sigma, offset, weight, reversal = _edges(rows, slots + column)
        s = tl.sigmoid(offset + sigma * tl.where(source < 0, 0.0, _picked(p, source)))
        current += reversal * s
        total += weight * s
    return _of_neurons(tl.sum(current, 1), rows), _of_neurons(tl.sum(total, 1), rows)


@triton.jit
def conductances_vjp(point: Tensor, g_current: Tensor, g_total: Tensor, rows: Rows) -> Tensor:
    """The gradient of `conductances` for the potentials that lie at the address point; rows of
    sources.

        gp_j = sum over the edges that leave j of (current_e gN + weight_e gD) s (1 - s) sigma_e
    """
    v = tl.load(point + tl.load(rows.own + tl.arange(0, rows.height)))[:, None]
    slots = tl.arange(0, rows.height)[:, None] * rows.width + tl.arange(0, rows.chunk)[None, :]
    g_p = tl.zeros([rows.height, rows.chunk], g_total.dtype)
    for column in range(0, rows.width, rows.chunk):
        target = tl.load(rows.far + slots + column)
        sigma, offset, weight, reversal = _edges(rows, slots + column)
        s = tl.sigmoid(offset + sigma * v)
        g_s = reversal * _picked(g_current, target) + weight * _picked(g_total, target)
        g_p += tl.where(target < 0, 0.0, g_s * s * (1 - s) * sigma)
    return _of_neurons(tl.sum(g_p, 1), rows)


@triton.jit
def relaxed(
    v: Tensor, current: Tensor, total: Tensor, c: Tensor, h: Tensor, solver: tl.constexpr
) -> Tensor:
    """The next point from v under N and D; where h is 0 it is v, exactly.

    semi_implicit           (C v + h N) / (C + h D)
    explicit_euler          v + h (N - D v) / C
    exponential_midpoint    v + (N / D - v) (1 - exp(-h D / C))
    """
    if solver == 'semi_implicit':
        p = (c * v + h * current) / (c + h * total)
    elif solver == 'explicit_euler':
        p = v + h * (current - total * v) / c
    else:
        p = v + (current / total - v) * _decay(h * total / c)
    return tl.where(h > 0, p, v)


@triton.jit
def relaxed_vjp(
    v: Tensor,
    current: Tensor,
    total: Tensor,
    c: Tensor,
    h: Tensor,
    g: Tensor,
    solver: tl.constexpr,
) -> tuple[Tensor, ...]:
    """The gradient of `relaxed`: g of p gives those of N, D, v, C and, neuron by neuron, h.

    semi_implicit           q = g / (C + h D)    gN = q h    gD = -q h p    gh = q (N - D p)
    explicit_euler          q = g / C            gN = q h    gD = -q h v    gh = q (N - D v)
    exponential_midpoint    z = h D / C, r = N / D, gz = g (r - v) exp(-z)
                            gN = g (1 - exp(-z)) / D    gD = gz h / C - r gN    gh = gz D / C
    """
    if solver == 'semi_implicit':
        q = g / (c + h * total)
        p = (c * v + h * current) / (c + h * total)
        g_n, g_d, g_v = q * h, -q * h * p, q * c
        g_c, g_h = q * (v - p), q * (current - total * p)
    elif solver == 'explicit_euler':
        q, slope = g / c, current - total * v
        g_n, g_d, g_v = q * h, -q * h * v, g - q * h * total
        g_c, g_h = -q * h * slope / c, q * slope
    else:
        z, r = h * total / c, current / total
        g_z, g_n = g * (r - v) * (1 - _decay(z)), g * _decay(z) / total
        g_d, g_v = g_z * h / c - r * g_n, g * (1 - _decay(z))
        g_c, g_h = -g_z * z / c, g_z * total / c
    return g_n, g_d, g_v, g_c, g_h


@triton.jit
def trajectory(
    before: Tensor,
    capacitance: Tensor,
    drive: Tensor,
    events: Events,
    rows: Rows,
    states: Tensor,
    tape: Tensor,
    solver: tl.constexpr,
    fractions: tl.constexpr,
) -> None:
    """Integrate one sample over its events; rows of targets.

    before: [batch, neurons]. drive: [batch, time, 2, neurons], N and D of inputs and leak.
    fractions: where in h the stages of a step end. Writes states [batch, time, neurons] and, if
    there is one, tape [batch, time, steps, stages, 3, neurons]: every point and its N and D.
    """
    sample = tl.program_id(0).to(tl.int64)
    i = tl.arange(0, rows.lanes)
    here, neurons = i < events.neurons, events.neurons
    v = tl.load(before + sample * neurons + i, here, 0.0)
    c = tl.load(capacitance + i, here, 1.0)
    for t in range(events.time):
        event = sample * events.time + t
        count = tl.load(events.counts + event)
        h = tl.load(events.dt + event) / tl.maximum(count, 1)
        driven_n = tl.load(drive + 2 * event * neurons + i, here, 0.0)
        driven_d = tl.load(drive + (2 * event + 1) * neurons + i, here, 1.0)
        for k in range(count):
            p = v
            for stage in tl.static_range(len(fractions)):
                n, d = conductances(p, rows)
                n, d = n + driven_n, d + driven_d
                if tape is not None:
                    at = (event * events.steps + k) * len(fractions) + stage
                    tl.store(tape + 3 * at * neurons + i, p, here)
                    tl.store(tape + (3 * at + 1) * neurons + i, n, here)
                    tl.store(tape + (3 * at + 2) * neurons + i, d, here)
                p = relaxed(v, n, d, c, h * fractions[stage], solver)
            v = p
        tl.store(states + event * neurons + i, v, here)


@triton.jit
def trajectory_vjp(
    capacitance: Tensor,
    events: Events,
    rows: Rows,
    tape: Tensor,
    g_states: Tensor,
    gradients: Gradients,
    solver: tl.constexpr,
    fractions: tl.constexpr,
) -> None:
    """The gradient of `trajectory` for one sample, but for the edges; rows of sources."""
    sample = tl.program_id(0).to(tl.int64)
    i = tl.arange(0, rows.lanes)
    here, neurons = i < events.neurons, events.neurons
    c = tl.load(capacitance + i, here, 1.0)
    zero = tl.zeros([rows.lanes], c.dtype)
    g, g_c = zero, zero
    for from_end in range(events.time):
        event = sample * events.time + events.time - 1 - from_end
        g += tl.load(g_states + event * neurons + i, here, 0.0)
        count = tl.load(events.counts + event)
        h = tl.load(events.dt + event) / tl.maximum(count, 1)
        g_driven_n, g_driven_d, g_h = zero, zero, zero
        for undone in range(count):
            step = event * events.steps + count - 1 - undone
            v = tl.load(tape + 3 * step * len(fractions) * neurons + i, here, 0.0)
            g_v = zero
            for stage in tl.static_range(len(fractions) - 1, -1, -1):
                at = step * len(fractions) + stage
                n = tl.load(tape + (3 * at + 1) * neurons + i, here, 0.0)
                d = tl.load(tape + (3 * at + 2) * neurons + i, here, 1.0)
                part = h * fractions[stage]
                g_n, g_d, to_v, to_c, to_h = relaxed_vjp(v, n, d, c, part, g, solver)
                g_v, g_c, g_h = g_v + to_v, g_c + to_c, g_h + to_h * fractions[stage]
                g_driven_n, g_driven_d = g_driven_n + g_n, g_driven_d + g_d
                tl.store(gradients.sums + 2 * at * neurons + i, g_n, here)
                tl.store(gradients.sums + (2 * at + 1) * neurons + i, g_d, here)
                g = conductances_vjp(tape + 3 * at * neurons, g_n, g_d, rows)
            g += g_v
        tl.store(gradients.drive + 2 * event * neurons + i, g_driven_n, here)
        tl.store(gradients.drive + (2 * event + 1) * neurons + i, g_driven_d, here)
        tl.store(gradients.dt + event, tl.sum(g_h, 0) / tl.maximum(count, 1))
    tl.store(gradients.v + sample * neurons + i, g, here)
    tl.store(gradients.capacitance + sample * neurons + i, g_c, here)


@triton.jit
def drive_of_inputs(
    u: Tensor,
    leak_current: Tensor,
    leak: Tensor,
    rows: Rows,
    drive: Tensor,
    inputs: Tensor,
    neurons: Tensor,
    input_lanes: tl.constexpr,
) -> None:
    """N and D of leak and inputs for one event: u [events, inputs] to drive [events, 2, neurons];
    rows of targets.
    """
    event = tl.program_id(0).to(tl.int64)
    k, i = tl.arange(0, input_lanes), tl.arange(0, rows.lanes)
    here = i < neurons
    n, d = conductances(tl.load(u + event * inputs + k, k < inputs, 0.0), rows)
    tl.store(drive + 2 * event * neurons + i, n + tl.load(leak_current + i, here), here)
    tl.store(drive + (2 * event + 1) * neurons + i, d + tl.load(leak + i, here), here)


@triton.jit
def drive_of_inputs_vjp(
    u: Tensor,
    g_drive: Tensor,
    rows: Rows,
    g_u: Tensor,
    inputs: Tensor,
    neurons: Tensor,
    lanes: tl.constexpr,
) -> None:
    """The gradient of `drive_of_inputs` for the inputs of one event; rows of sources."""
    event = tl.program_id(0).to(tl.int64)
    k, i = tl.arange(0, rows.lanes), tl.arange(0, lanes)
    here = i < neurons
    g_n = tl.load(g_drive + 2 * event * neurons + i, here, 0.0)
    g_d = tl.load(g_drive + (2 * event + 1) * neurons + i, here, 0.0)
    g_p = conductances_vjp(u + event * inputs, g_n, g_d, rows)
    tl.store(g_u + event * inputs + k, g_p, k < inputs)


@triton.jit
def edge_gradients(
    points: Tensor,
    g_sums: Tensor,
    source: Tensor,
    target: Tensor,
    edges: Tensor,
    g_edges: Tensor,
    length: Tensor,
    stride: Tensor,
    neurons: Tensor,
    synapses: Tensor,
    share_length: tl.constexpr,
    some_points: tl.constexpr,
    some_edges: tl.constexpr,
) -> None:
    """The gradient of `conductances` for some edges, summed over a share of all points.

        x_e = offset_e + sigma_e p,   dL/dx_e = (current_e gN + weight_e gD) s (1 - s)

    points: [length, stride], potentials in front. g_sums: [length, 2, neurons]. source, target:
    [synapses] int32. edges: [4, synapses]. Writes g_edges [shares, 4, synapses].
    """
    e = tl.program_id(0) * some_edges + tl.arange(0, some_edges)
    is_edge = e < synapses
    j, i = tl.load(source + e, is_edge, 0), tl.load(target + e, is_edge, 0)
    sigma = tl.load(edges + e, is_edge)
    offset = tl.load(edges + synapses + e, is_edge)
    weight = tl.load(edges + 2 * synapses + e, is_edge)
    current = tl.load(edges + 3 * synapses + e, is_edge)
    to_sigma = tl.zeros([some_points, some_edges], sigma.dtype)
    to_offset, to_weight, to_current = to_sigma, to_sigma, to_sigma
    share = tl.program_id(1).to(tl.int64)
    for done in range(0, share_length, some_points):
        row = (share * share_length + done + tl.arange(0, some_points))[:, None]
        here = (row < length) & is_edge[None, :]
        p = tl.load(points + row * stride + j, here, 0.0)
        g_n = tl.load(g_sums + 2 * row * neurons + i, here, 0.0)
        g_d = tl.load(g_sums + (2 * row + 1) * neurons + i, here, 0.0)
        s = tl.sigmoid(offset + sigma * p)
        g_x = (current * g_n + weight * g_d) * s * (1 - s)
        to_sigma, to_offset = to_sigma + g_x * p, to_offset + g_x
        to_weight, to_current = to_weight + g_d * s, to_current + g_n * s
    at = g_edges + share * 4 * synapses + e
    tl.store(at, tl.sum(to_sigma, 0), is_edge)
    tl.store(at + synapses, tl.sum(to_offset, 0), is_edge)
    tl.store(at + 2 * synapses, tl.sum(to_weight, 0), is_edge)
    tl.store(at + 3 * synapses, tl.sum(to_current, 0), is_edge)


@triton.jit
def _edges(rows: Rows, slots: Tensor) -> tuple[Tensor, ...]:
    size: tl.constexpr = rows.height * rows.width
    at = rows.edges + slots
    return tl.load(at), tl.load(at + size), tl.load(at + 2 * size), tl.load(at + 3 * size)


@triton.jit
def _picked(vector: Tensor, index: Tensor) -> Tensor:
    """vector[index] for an index of any shape; where it is negative, the first."""
    return tl.reshape(tl.gather(vector, tl.ravel(tl.maximum(index, 0)), 0), index.shape)


@triton.jit
def _of_neurons(sums: Tensor, rows: Rows) -> Tensor:
    """The sums of all rows of each neuron."""
    if rows.depth > 1:
        i = tl.arange(0, rows.lanes)
        row = tl.load(rows.first + i)[:, None] + tl.arange(0, rows.depth)[None, :]
        mine = row < tl.load(rows.first + i + 1)[:, None]
        picked = _picked(sums, tl.minimum(row, rows.height - 1))
        sums = tl.sum(tl.where(mine, picked, 0.0), 1)
    return sums


@triton.jit
def _decay(z: Tensor) -> Tensor:
    """1 - exp(-z), by its series where the difference would cancel."""
    series = tl.full(z.shape, 1.0, z.dtype)
    for k in tl.static_range(10):
        series = 1 - z / (11 - k) * series
    return tl.where(z < 0.125, z * series, 1 - tl.exp(-z))
