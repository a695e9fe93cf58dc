"""The compiled loops as differentiable functions of torch tensors, spread over threads.

How the work is cut depends on its size alone, and partial gradients are added in order: the same
numbers come out whatever the number of threads.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from liquid_control.liquid.kernels import cpu

Array = np.ndarray

FORMS: dict[str, tuple[int, tuple[float, ...]]] = {
    'semi_implicit': (cpu.IMPLICIT, (1.0,)),
    'explicit_euler': (cpu.EXPLICIT, (1.0,)),
    'exponential_midpoint': (cpu.EXPONENTIAL, (0.5, 1.0)),
}
"""Form and stages of the solvers that the kernels know."""

EVENTS = 1024  # in a part, where no event depends on another


class InputDrive(torch.autograd.Function):
    """N and D of inputs and leak for every event: u [events, inputs] gives [events, 2 neurons].

    edges: sigma, offset, weight, current, [edges] each, in the order of source [edges] and start
        [neurons + 1].
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
        ctx.save_for_backward(u, source, start, *edges)
        rows, synapses = _array(u), _edges(source, start, edges)
        drive = np.empty((len(u), 2 * len(leak)), rows.dtype)
        leaks = _array(leak_current), _array(leak)

        def run(part: slice) -> None:
            cpu.drive_of_inputs(rows[part], synapses, *leaks, drive[part])

        _each(run, _parts(len(rows), EVENTS))
        return torch.from_numpy(drive)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_drive: Tensor) -> tuple[Tensor | None, ...]:
        u, source, start, *edges = ctx.saved_tensors
        rows, g, synapses = _array(u), _array(g_drive), _edges(source, start, edges)
        g_u = np.empty_like(rows)

        def run(part: slice) -> Array:
            g_edges = np.zeros((4, len(source)), rows.dtype)
            cpu.drive_of_inputs_vjp(rows[part], synapses, g[part], g_u[part], g_edges)
            return g_edges

        g_edges = sum(_each(run, _parts(len(rows), EVENTS)), np.zeros((4, len(source)), g.dtype))
        g_leaks = g_drive.sum(0).chunk(2)
        return torch.from_numpy(g_u), *g_leaks, None, None, *torch.from_numpy(g_edges)


class Trajectory(torch.autograd.Function):
    """The potentials after every event, [batch, time, neurons].

    v: [batch, neurons] before. capacitance: [neurons]. drive: [batch, time, 2 neurons]. dt:
        [batch, time] >= 0. counts: [batch, time] int32, solver steps; 0 leaves the state as it is.
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
        form, fractions = FORMS[solver]
        before, c, driven, times = _array(v), _array(capacitance), _array(drive), _array(dt)
        stages, steps = np.array(fractions, before.dtype), counts.numpy()
        synapses = _edges(source, start, edges)
        states = np.empty((*times.shape, len(c)), before.dtype)
        keeps = any(ctx.needs_input_grad)

        def run(part: slice) -> Array:
            length = cpu.steps_of(steps[part]) if keeps else 1
            tape = np.empty((length, len(stages), 3, len(c), len(before[part])), before.dtype)
            chunk = driven[part], times[part], steps[part], states[part]
            cpu.trajectory(form, stages, before[part], synapses, c, *chunk, tape)
            return tape

        tapes = _each(run, _parts(len(before), _lanes(len(before))))
        ctx.solver, ctx.tapes = solver, tapes if keeps else []
        ctx.save_for_backward(counts, source, start, capacitance, dt, *edges)
        return torch.from_numpy(states)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g_states: Tensor) -> tuple[Tensor | None, ...]:
        counts, source, start, capacitance, dt, *edges = ctx.saved_tensors
        form, fractions = FORMS[ctx.solver]
        g, c, times, steps = _array(g_states), _array(capacitance), _array(dt), counts.numpy()
        stages, synapses = np.array(fractions, g.dtype), _edges(source, start, edges)
        g_drive, g_dt = np.zeros((*times.shape, 2 * len(c)), g.dtype), np.zeros_like(times)
        g_v = np.empty((len(times), len(c)), g.dtype)
        parts = _parts(len(times), _lanes(len(times)))
        tapes = dict(zip((part.start for part in parts), ctx.tapes, strict=True))

        def run(part: slice) -> tuple[Array, Array]:
            tape = tapes[part.start]
            g_x = np.zeros((len(c), tape.shape[-1]), g.dtype)
            g_edges, g_c = np.zeros((4, len(source)), g.dtype), np.zeros_like(c)
            chunk = times[part], steps[part], tape, g[part]
            cpu.trajectory_vjp(
                form, stages, synapses, c, *chunk, g_x, g_edges, g_c, g_drive[part], g_dt[part]
            )
            g_v[part] = g_x.T
            return g_edges, g_c

        shares = _each(run, parts)
        g_edges = sum((share[0] for share in shares), np.zeros((4, len(source)), g.dtype))
        g_c = sum((share[1] for share in shares), np.zeros_like(c))
        per_event = (torch.from_numpy(value) for value in (g_v, g_c, g_drive, g_dt))
        return None, None, None, None, *per_event, *torch.from_numpy(g_edges)


def _array(tensor: Tensor) -> Array:
    return np.ascontiguousarray(tensor.detach().numpy())


def _edges(source: Tensor, start: Tensor, edges: Sequence[Tensor]) -> cpu.Edges:
    return source.numpy(), start.numpy(), *(_array(edge) for edge in edges)  # type: ignore[return-value]


def _lanes(batch: int) -> int:
    """Samples that go together: enough for the vector unit, few enough to share out."""
    return 16 if batch <= 32 else 32


def _parts(length: int, size: int) -> list[slice]:
    return [slice(first, min(first + size, length)) for first in range(0, length, size)]


def _each(run: Callable[[slice], Any], parts: list[slice]) -> list[Any]:
    """What run gives for every part, in order; the compiled loops let go of the interpreter."""
    threads = torch.get_num_threads()
    if threads == 1 or len(parts) < 2:
        return [run(part) for part in parts]
    return list(_threads(threads).map(run, parts))


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, thread_name_prefix='liquid')
