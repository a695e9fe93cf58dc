"""Whole sequences of an LTC: the compiled kernels where they can run, the reference elsewhere."""

import torch
from torch import Tensor

from liquid_control.liquid.kernels import has_kernel, kernels_for
from liquid_control.liquid.solver import SOLVERS, SolverName, Unfolds, integrate
from liquid_control.liquid.synapses import FrozenSynapses


def input_drive(u: Tensor, synapses: FrozenSynapses, leak_current: Tensor, leak: Tensor) -> Tensor:
    """What of N and D does not depend on the potentials, for all events at once: u: [batch, time,
    inputs] gives [batch, time, 2 neurons].
    """
    if has_kernel(u):
        source, _, start, *edges = synapses
        run = kernels_for(u.device).InputDrive.apply
        rows = run(u.flatten(0, 1), leak_current, leak, source, start, *edges)
        return rows.unflatten(0, u.shape[:2])
    current, total = synapses(u)
    return torch.cat((current + leak_current, total + leak), dim=-1)


def trajectory(
    v: Tensor,
    synapses: FrozenSynapses,
    capacitance: Tensor,
    drive: Tensor,
    dt: Tensor,
    mask: Tensor | None,
    solver: SolverName,
    unfolds: Unfolds,
) -> Tensor:
    """The potentials after each event: [batch, time, neurons].

    v: [batch, neurons], before the first event. drive: [batch, time, 2 neurons], see
    `input_drive`. dt: [batch, time], >= 0. mask: [batch, time]; False leaves the state as it is.
    """
    if has_kernel(v, solver):
        counts = unfolds.steps(dt)
        counts = counts if mask is None else counts * mask
        source, _, start, *edges = synapses
        run = kernels_for(v.device).Trajectory.apply
        return run(solver, counts, source, start, v, capacitance, drive, dt, *edges)
    return reference_trajectory(v, synapses, capacitance, drive, dt, mask, solver, unfolds)


def reference_trajectory(
    v: Tensor,
    synapses: FrozenSynapses,
    capacitance: Tensor,
    drive: Tensor,
    dt: Tensor,
    mask: Tensor | None,
    solver: SolverName,
    unfolds: Unfolds,
) -> Tensor:
    """`trajectory` event by event, on any device and in any dtype."""
    states = []
    for t in range(dt.shape[1]):
        fixed = drive[:, t].chunk(2, dim=-1)

        def conductance(v: Tensor, fixed: tuple[Tensor, ...] = fixed) -> tuple[Tensor, Tensor]:
            current, total = synapses(v)
            return fixed[0] + current, fixed[1] + total

        after = integrate(SOLVERS[solver], v, conductance, capacitance, dt[:, t], unfolds)
        v = after if mask is None else torch.where(mask[:, t, None], after, v)
        states.append(v)
    return torch.stack(states, dim=1) if states else v.new_empty(len(v), 0, v.shape[1])
