"""The GPU's loops as differentiable functions of torch tensors, as `autograd` has the CPU's."""

from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from liquid_control.liquid.kernels import gpu
from liquid_control.liquid.kernels.rectangle import Layout, Rectangle, layout

FRACTIONS = {
    'semi_implicit': (1.0,),
    'explicit_euler': (1.0,),
    'exponential_midpoint': (0.5, 1.0),
}
"""The stages of the solvers that the kernels know: where in a step each one ends."""

_POINTS, _EDGES = 16, 64  # that a program of `gpu.edge_gradients` works on at once
_SHARE = 512  # points that it adds up


class InputDrive(torch.autograd.Function):
    """N and D of inputs and leak for every event: u [events, inputs] gives [events, 2 neurons].

    sigma, offset, weight, current: [edges], in the order of source [edges] and start [neurons +
        1].
    """

    @staticmethod
    def forward(
        ctx: Any,
        u: Tensor,
        leak_current: Tensor,
        leak: Tensor,
        source: Tensor,
        start: Tensor,
        *edges: Tensor,
    ) -> Tensor:
        (events, inputs), neurons = u.shape, len(leak)
        u, values, wiring = u.contiguous(), torch.stack(edges), layout(source, start, inputs)
        drive = u.new_empty(events, 2 * neurons)
        targets, lanes = wiring.of_targets, wiring.of_sources.lanes
        leaks = leak_current.contiguous(), leak.contiguous()
        arrays = u, *leaks, _rows(targets, values), drive
        with torch.cuda.device_of(u):
            gpu.drive_of_inputs[(events,)](
                *arrays, inputs, neurons, lanes, num_warps=targets.warps
            )
        ctx.wiring = wiring
        ctx.save_for_backward(u, values)
        return drive

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_drive: Tensor) -> tuple[Tensor | None, ...]:
        u, values = ctx.saved_tensors
        g_u, g_drive = torch.empty_like(u), g_drive.contiguous()
        sources, lanes = ctx.wiring.of_sources, ctx.wiring.of_targets.lanes
        arrays = u, g_drive, _rows(sources, values), g_u
        sizes = u.shape[1], g_drive.shape[1] // 2, lanes
        with torch.cuda.device_of(u):
            gpu.drive_of_inputs_vjp[(len(u),)](*arrays, *sizes, num_warps=sources.warps)
        g_edges = _edge_gradients(u, g_drive, values, ctx.wiring)
        return g_u, *g_drive.sum(0).chunk(2), None, None, *g_edges


class Trajectory(torch.autograd.Function):
    """The potentials after every event, [batch, time, neurons].

    v: [batch, neurons] before. capacitance: [neurons]. drive: [batch, time, 2 neurons]. dt:
        [batch, time] >= 0. counts: [batch, time] int32, solver steps; 0 leaves the state as it is.

    With gradients, the length of the tape is read from counts: that waits for the GPU.
    """

    @staticmethod
    def forward(
        ctx: Any,
        solver: str,
        counts: Tensor,
        source: Tensor,
        start: Tensor,
        v: Tensor,
        capacitance: Tensor,
        drive: Tensor,
        dt: Tensor,
        *edges: Tensor,
    ) -> Tensor:
        (batch, neurons), time, stages = v.shape, dt.shape[1], FRACTIONS[solver]
        values, wiring = torch.stack(edges), layout(source, start, neurons)
        dt, counts, targets = dt.contiguous(), counts.contiguous(), wiring.of_targets
        states, tape, steps = v.new_empty(batch, time, neurons), None, 0
        if any(ctx.needs_input_grad):
            steps = int(counts.max()) if counts.numel() else 0
            # zeros: `edge_gradients` reads the points of steps that no event took, too
            tape = v.new_zeros(batch, time, steps, len(stages), 3, neurons)
        capacitance = capacitance.contiguous()
        before = v.contiguous(), capacitance, drive.contiguous()
        events = gpu.Events(dt, counts, time, steps, neurons)
        with torch.cuda.device_of(v):
            gpu.trajectory[(batch,)](
                *before,
                events,
                _rows(targets, values),
                states,
                tape,
                solver,
                stages,
                num_warps=targets.warps,
            )
        ctx.solver, ctx.wiring = solver, wiring
        ctx.save_for_backward(counts, capacitance, dt, values, tape)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_states: Tensor) -> tuple[Tensor | None, ...]:
        counts, capacitance, dt, values, tape = ctx.saved_tensors
        (batch, time, steps, stages, _, neurons), sources = tape.shape, ctx.wiring.of_sources
        gradients = gpu.Gradients(
            sums=tape.new_zeros(batch, time, steps, stages, 2, neurons),
            v=tape.new_empty(batch, neurons),
            capacitance=tape.new_empty(batch, neurons),
            drive=tape.new_empty(batch, time, 2 * neurons),
            dt=torch.empty_like(dt),
        )
        events = gpu.Events(dt, counts, time, steps, neurons)
        arrays = tape, g_states.contiguous(), gradients
        with torch.cuda.device_of(tape):
            gpu.trajectory_vjp[(batch,)](
                capacitance,
                events,
                _rows(sources, values),
                *arrays,
                ctx.solver,
                FRACTIONS[ctx.solver],
                num_warps=sources.warps,
            )
        g_c = gradients.capacitance.sum(0)
        points = tape.view(-1, 3 * neurons)
        g_edges = _edge_gradients(points, gradients.sums, values, ctx.wiring)
        per_event = gradients.v, g_c, gradients.drive, gradients.dt
        return None, None, None, None, *per_event, *g_edges


def _rows(rectangle: Rectangle, values: Tensor) -> gpu.Rows:
    """values: [4, edges], sigma, offset, weight, current."""
    height, width = rectangle.edge.shape
    sizes = rectangle.lanes, height, width, rectangle.chunk, rectangle.depth
    filled = pad(values, (0, 1))[:, rectangle.edge]
    ends = rectangle.far, rectangle.own, rectangle.first
    return gpu.Rows(*ends, filled, *map(tl.constexpr, sizes))


def _edge_gradients(points: Tensor, g_sums: Tensor, values: Tensor, wiring: Layout) -> Tensor:
    """Gradients [4, edges] of the edges' values. points: [length, potentials in front]. g_sums:
    those of N and D at every point.
    """
    (length, stride), edges = points.shape, values.shape[1]
    shares = triton.cdiv(length, _SHARE)
    g_values = values.new_empty(shares, 4, edges)
    neurons = g_sums.numel() // (2 * length) if length else 0
    arrays = points, g_sums, wiring.source, wiring.target, values, g_values
    sizes = length, stride, neurons, edges, _SHARE, _POINTS, _EDGES
    with torch.cuda.device_of(points):
        gpu.edge_gradients[(triton.cdiv(edges, _EDGES), shares)](*arrays, *sizes)
    return g_values.sum(0)
