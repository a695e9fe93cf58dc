"""The LTC's loops for the CPU, compiled by numba: plain arithmetic on arrays, no torch.

All work arrays are [neurons, lanes]: a lane is a sample (or an event, where nothing depends on
their order), and the innermost loop runs over the lanes, so that it becomes vector instructions.
Edge e goes from source[e] to the target i with start[i] <= e < start[i + 1]:

    s_e = sigmoid(offset_e + sigma_e v_source)
    N_i = drive N_i + sum_e current_e s_e        D_i = drive D_i + sum_e weight_e s_e

A solver is a form of relaxation and the stages of its step, as fractions of h. Every stage
evaluates N and D at its point p (first v itself) and makes the next point of them and of v:

    IMPLICIT       (C v + h N) / (C + h D)                 stages [1]       semi_implicit
    EXPLICIT       v + h (N - D v) / C                     stages [1]       explicit_euler
    EXPONENTIAL    v + (N / D - v) (1 - exp(-h D / C))     stages [1/2, 1]  exponential_midpoint

`liquid.solver` is the reference beside it: the same tests run over both.
"""

from typing import Any

import numpy as np

from liquid_control.liquid.kernels.compiled import HALF, ONE, TWO, ZERO, compiled, sigmoid, tanh

IMPLICIT, EXPLICIT, EXPONENTIAL = 0, 1, 2
BLOCK = 64  # lanes of a block of events that do not depend on each other

Array = np.ndarray
Edges = tuple[Array, Array, Array, Array, Array, Array]
"""source [edges], start [targets + 1], sigma, offset, weight, current [edges]."""


@compiled
def add_conductances(p: Array, edges: Edges, current: Array, total: Array) -> None:
    """Add to N and D [targets, lanes] what the synapses conduct at the potentials p [sources,
    lanes].
    """
    source, start, sigma, offset, weight, reversal = edges
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            j, slope, shift, w, w_reversal = source[e], sigma[e], offset[e], weight[e], reversal[e]
            for b in range(p.shape[1]):
                s = sigmoid(shift + slope * p[j, b])
                current[i, b] += w_reversal * s
                total[i, b] += w * s


@compiled
def add_conductances_vjp(
    p: Array, edges: Edges, g_current: Array, g_total: Array, g_p: Array, g_edges: Array
) -> None:
    """The gradient of `add_conductances`: adds to g_p [sources, lanes] and to g_edges [4, edges],
    the gradients of sigma, offset, weight and current.

        x_e = offset_e + sigma_e p,   dL/dx_e = (current_e gN + weight_e gD) s (1 - s)
    """
    source, start, sigma, offset, weight, reversal = edges
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            j, slope, shift, w, w_reversal = source[e], sigma[e], offset[e], weight[e], reversal[e]
            to_sigma = to_offset = to_weight = to_current = ZERO
            for b in range(p.shape[1]):
                s = sigmoid(shift + slope * p[j, b])
                to_current += s * g_current[i, b]
                to_weight += s * g_total[i, b]
                g_x = (w_reversal * g_current[i, b] + w * g_total[i, b]) * s * (ONE - s)
                to_offset += g_x
                to_sigma += g_x * p[j, b]
                g_p[j, b] += g_x * slope
            g_edges[0, e] += to_sigma
            g_edges[1, e] += to_offset
            g_edges[2, e] += to_weight
            g_edges[3, e] += to_current


@compiled
def relax(form: int, v: Array, current: Array, total: Array, c: Array, h: Array, p: Array) -> None:
    """The next point p [neurons, lanes] from v under N and D; where h is 0 it is v, exactly.

    c: [neurons], the capacitance. h: [lanes].
    """
    for i in range(v.shape[0]):
        for b in range(v.shape[1]):
            new = relaxed(form, v[i, b], current[i, b], total[i, b], c[i], h[b])
            p[i, b] = new if h[b] > ZERO else v[i, b]


@compiled
def relaxed(form: int, v: Any, current: Any, total: Any, c: Any, h: Any) -> Any:
    """One potential after h; see the table above."""
    if form == IMPLICIT:
        return (c * v + h * current) / (c + h * total)
    if form == EXPLICIT:
        return v + h * (current - total * v) / c
    return v + (current / total - v) * _decay(h * total / c)


@compiled
def relax_vjp(
    form: int,
    v: Array,
    current: Array,
    total: Array,
    c: Array,
    h: Array,
    g: Array,
    g_sums: Array,
    g_v: Array,
    g_c: Array,
    g_h: Array,
) -> None:
    """The gradient of `relax`: g [neurons, lanes] of p gives g_sums [2, neurons, lanes], those of
    N and D, and adds to g_v, g_c [neurons] and g_h [lanes].

        IMPLICIT       q = g / (C + h D)     gN = q h         gD = -q h p       gh = q (N - D p)
        EXPLICIT       q = g / C             gN = q h         gD = -q h v       gh = q (N - D v)
        EXPONENTIAL    z = h D / C, r = N / D, gz = g (r - v) exp(-z)
                       gN = g (1 - exp(-z)) / D    gD = gz h / C - r gN         gh = gz D / C
    """
    for i in range(v.shape[0]):
        to_c = ZERO
        for b in range(v.shape[1]):
            n, d, x = current[i, b], total[i, b], v[i, b]
            if form == IMPLICIT:
                p = (c[i] * x + h[b] * n) / (c[i] + h[b] * d)
                q = g[i, b] / (c[i] + h[b] * d)
                g_n, g_d = q * h[b], -q * h[b] * p
                g_v[i, b] += q * c[i]
                to_c += q * (x - p)
                g_h[b] += q * (n - d * p)
            elif form == EXPLICIT:
                q = g[i, b] / c[i]
                g_n, g_d = q * h[b], -q * h[b] * x
                g_v[i, b] += g[i, b] - q * h[b] * d
                to_c -= q * h[b] * (n - d * x) / c[i]
                g_h[b] += q * (n - d * x)
            else:
                z, r = h[b] * d / c[i], n / d
                gain = _decay(z)
                g_z = g[i, b] * (r - x) * (ONE - gain)
                g_n = g[i, b] * gain / d
                g_d = g_z * h[b] / c[i] - r * g_n
                g_v[i, b] += g[i, b] * (ONE - gain)
                to_c -= g_z * z / c[i]
                g_h[b] += g_z * d / c[i]
            g_sums[0, i, b], g_sums[1, i, b] = g_n, g_d
        g_c[i] += to_c


@compiled
def _decay(z: Any) -> Any:
    """1 - exp(-z), accurate for small z too: 2 t / (1 + t) with t = tanh(z / 2)."""
    t = tanh(HALF * z)
    return TWO * t / (ONE + t)


@compiled
def steps_of(counts: Array) -> int:
    """Solver steps that a chunk of lanes takes: counts [lanes, time]; lanes go together."""
    steps = 0
    for t in range(counts.shape[1]):
        steps += counts[:, t].max()
    return steps


@compiled
def trajectory(
    form: int,
    stages: Array,
    v: Array,
    edges: Edges,
    c: Array,
    drive: Array,
    dt: Array,
    counts: Array,
    states: Array,
    tape: Array,
) -> None:
    """Integrate a chunk of samples over their events.

    v: [lanes, neurons] before. drive: [lanes, time, 2 neurons], N and D of inputs and leak. dt,
    counts: [lanes, time]; 0 steps leave the state as it is. Writes states [lanes, time, neurons],
    and tape [steps, stages, 3, neurons, lanes]: every point and its N and D. A tape of one step is
    used over and over: nothing is kept.
    """
    x, h = np.ascontiguousarray(v.T), np.empty(len(v), v.dtype)
    next_x = np.empty_like(x)
    current, total = np.empty_like(x), np.empty_like(x)
    at = 0
    for t in range(dt.shape[1]):
        _columns(drive, t, current, total)
        for k in range(counts[:, t].max()):
            points = tape[at]
            _step_lengths(dt, counts, t, k, h)
            points[0, 0] = x
            for stage in range(len(stages)):
                point = points[stage]
                point[1], point[2] = current, total
                add_conductances(point[0], edges, point[1], point[2])
                last = stage + 1 == len(stages)
                p = next_x if last else points[stage + 1, 0]
                relax(form, x, point[1], point[2], c, stages[stage] * h, p)
            x, next_x = next_x, x
            at = (at + 1) % len(tape)
        states[:, t] = x.T


@compiled
def trajectory_vjp(
    form: int,
    stages: Array,
    edges: Edges,
    c: Array,
    dt: Array,
    counts: Array,
    tape: Array,
    g_states: Array,
    g_x: Array,
    g_edges: Array,
    g_c: Array,
    g_drive: Array,
    g_dt: Array,
) -> None:
    """The gradient of `trajectory`: g_states [lanes, time, neurons] to g_x [neurons, lanes], that
    of the state before, g_edges [4, edges], g_c [neurons], g_drive and g_dt. All but g_states come
    in as zeros.
    """
    g_sums = np.empty((2, *g_x.shape), dt.dtype)
    h, g_h = np.empty(len(dt), dt.dtype), np.empty(len(dt), dt.dtype)
    g_v, g_p = np.empty_like(g_x), np.empty_like(g_x)
    at = len(tape)
    for t in range(dt.shape[1] - 1, -1, -1):
        g_x += g_states[:, t].T
        for k in range(counts[:, t].max() - 1, -1, -1):
            at -= 1
            points = tape[at]
            _step_lengths(dt, counts, t, k, h)
            g_v[:] = ZERO
            for stage in range(len(stages) - 1, -1, -1):
                point = points[stage]
                g_h[:] = ZERO
                part, v = stages[stage] * h, points[0, 0]
                relax_vjp(form, v, point[1], point[2], c, part, g_x, g_sums, g_v, g_c, g_h)
                g_p[:] = ZERO
                add_conductances_vjp(point[0], edges, g_sums[0], g_sums[1], g_p, g_edges)
                _add_columns(g_drive, t, g_sums)
                for b in range(len(dt)):
                    if k < counts[b, t]:
                        g_dt[b, t] += stages[stage] * g_h[b] / counts[b, t]
                g_x[:] = g_p
            g_x += g_v


@compiled
def drive_of_inputs(
    u: Array, edges: Edges, leak_current: Array, leak: Array, drive: Array
) -> None:
    """N and D of leak and inputs: u [events, inputs] gives drive [events, 2 neurons]."""
    neurons = len(leak)
    for first in range(0, len(u), BLOCK):
        rows = u[first : first + BLOCK]
        p = np.ascontiguousarray(rows.T)
        current = np.empty((neurons, len(rows)), u.dtype)
        total = np.empty_like(current)
        for i in range(neurons):
            current[i], total[i] = leak_current[i], leak[i]
        add_conductances(p, edges, current, total)
        drive[first : first + BLOCK, :neurons] = current.T
        drive[first : first + BLOCK, neurons:] = total.T


@compiled
def drive_of_inputs_vjp(
    u: Array, edges: Edges, g_drive: Array, g_u: Array, g_edges: Array
) -> None:
    """The gradient of `drive_of_inputs`; adds to g_edges [4, edges]."""
    neurons = g_drive.shape[1] // 2
    for first in range(0, len(u), BLOCK):
        p = np.ascontiguousarray(u[first : first + BLOCK].T)
        g_current = np.ascontiguousarray(g_drive[first : first + BLOCK, :neurons].T)
        g_total = np.ascontiguousarray(g_drive[first : first + BLOCK, neurons:].T)
        g_p = np.zeros_like(p)
        add_conductances_vjp(p, edges, g_current, g_total, g_p, g_edges)
        g_u[first : first + BLOCK] = g_p.T


@compiled
def _step_lengths(dt: Array, counts: Array, t: int, k: int, h: Array) -> None:
    """Step k of event t for each lane: dt / count, or 0 for a lane that has taken all of its."""
    for b in range(len(h)):
        h[b] = dt[b, t] / counts[b, t] if k < counts[b, t] else ZERO


@compiled
def _columns(drive: Array, t: int, current: Array, total: Array) -> None:
    neurons = len(current)
    for b in range(len(drive)):
        for i in range(neurons):
            current[i, b] = drive[b, t, i]
            total[i, b] = drive[b, t, neurons + i]


@compiled
def _add_columns(g_drive: Array, t: int, g_sums: Array) -> None:
    neurons = g_sums.shape[1]
    for b in range(len(g_drive)):
        for i in range(neurons):
            g_drive[b, t, i] += g_sums[0, i, b]
            g_drive[b, t, neurons + i] += g_sums[1, i, b]
