"""How the LTC's differential equation is integrated over the time that passed.

    C dv/dt = N(v) - D(v) v

N is the sum of all conductances weighted by their reversal potentials, D the sum of the
conductances (Hasani et al., AAAI 2021). An event's dt is cut into unfolds, each an `Advance` by h.
This is the reference that the kernels are held to; it runs on any device and dtype.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

import torch
from torch import Tensor

Conductance = Callable[[Tensor], tuple[Tensor, Tensor]]
"""v: [batch, neurons] gives N and D, [batch, neurons] each."""

Advance = Callable[[Tensor, Conductance, Tensor, Tensor], Tensor]
"""v: [batch, neurons], conductance, capacitance: [neurons], h: [batch, 1] give v after h."""

SolverName = Literal['semi_implicit', 'explicit_euler', 'rk4', 'exponential_midpoint']


def semi_implicit(v: Tensor, conductance: Conductance, capacitance: Tensor, h: Tensor) -> Tensor:
    """v <- (C v + h N(v)) / (C + h D(v)). First order, stable for any h, one evaluation.

    The "fused" solver of Hasani et al. 2021, algorithm 1, and of ncps. ncps divides C by h;
    multiplied through by h as here, h = 0 returns v.
    """
    current, total = conductance(v)
    return (capacitance * v + h * current) / (capacitance + h * total)


def explicit_euler(v: Tensor, conductance: Conductance, capacitance: Tensor, h: Tensor) -> Tensor:
    """v <- v + h f(v), f = (N - D v) / C. First order, stable only for h < 2 C / D."""
    return v + h * _slope(v, conductance, capacitance)


def rk4(v: Tensor, conductance: Conductance, capacitance: Tensor, h: Tensor) -> Tensor:
    """The classical Runge-Kutta scheme: fourth order, four evaluations, stable for small h."""
    k1 = _slope(v, conductance, capacitance)
    k2 = _slope(v + h / 2 * k1, conductance, capacitance)
    k3 = _slope(v + h / 2 * k2, conductance, capacitance)
    k4 = _slope(v + h * k3, conductance, capacitance)
    return v + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)


def exponential_midpoint(
    v: Tensor, conductance: Conductance, capacitance: Tensor, h: Tensor
) -> Tensor:
    """Exact decay towards N / D with the conductances of the midpoint: second order, stable for
    any h, two evaluations.

        m  = relax(v, N(v), D(v), h / 2)
        v <- relax(v, N(m), D(m), h)        relax(v, N, D, h) = v + (N / D - v) (1 - exp(-h D / C))

    The exponential Rosenbrock-Euler step for linear-in-v conductances, as a midpoint rule
    (Hochbruck and Ostermann, Acta Numerica 2010, section 2).
    """
    middle = _relax(v, conductance(v), capacitance, h / 2)
    return _relax(v, conductance(middle), capacitance, h)


SOLVERS: dict[str, Advance] = {
    'semi_implicit': semi_implicit,
    'explicit_euler': explicit_euler,
    'rk4': rk4,
    'exponential_midpoint': exponential_midpoint,
}


class Unfolds(NamedTuple):
    """How an event's dt is cut into solver steps of equal length.

    unfolds 6:                  every event takes 6 steps of dt / 6
    unfolds 6, max_step 0.1:    dt 0.02 -> 1 step   dt 0.25 -> 3 steps   dt 3.0 -> 6 steps of 0.5

    max_step: if given, only as many steps, at most `most`, as keep each one below it.
    """

    most: int
    max_step: float | None = None

    def steps(self, dt: Tensor) -> Tensor:
        """Steps of each event: dt of any shape gives int32 of the same, 1 to `most`."""
        if self.max_step is None:
            return torch.full_like(dt, self.most, dtype=torch.int32)
        # a dt that is a multiple of max_step but for its rounding needs no step more
        count = torch.ceil(dt.detach() / self.max_step * (1.0 - 1e-6))
        return count.clamp(1, self.most).to(torch.int32)


def integrate(
    advance: Advance,
    v: Tensor,
    conductance: Conductance,
    capacitance: Tensor,
    dt: Tensor,
    unfolds: Unfolds,
) -> Tensor:
    """The potentials after dt. v: [batch, neurons], dt: [batch], >= 0; dt = 0 returns v."""
    if unfolds.max_step is None:
        h = (dt / unfolds.most).unsqueeze(-1)
        for _ in range(unfolds.most):
            v = advance(v, conductance, capacitance, h)
        return v
    count = unfolds.steps(dt)
    h = (dt / count).unsqueeze(-1)
    for k in range(unfolds.most):
        v = torch.where((k < count).unsqueeze(-1), advance(v, conductance, capacitance, h), v)
    return v


def _slope(v: Tensor, conductance: Conductance, capacitance: Tensor) -> Tensor:
    current, total = conductance(v)
    return (current - total * v) / capacitance


def _relax(v: Tensor, sums: tuple[Tensor, Tensor], capacitance: Tensor, h: Tensor) -> Tensor:
    current, total = sums
    return v - (current / total - v) * torch.expm1(-h * total / capacitance)
