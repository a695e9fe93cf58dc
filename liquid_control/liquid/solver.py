"""How the LTC's differential equation is integrated over the time that passed."""

from collections.abc import Callable

from torch import Tensor

Conductance = Callable[[Tensor], tuple[Tensor, Tensor]]


def semi_implicit(
    v: Tensor, conductance: Conductance, capacitance: Tensor, dt: Tensor, unfolds: int
) -> Tensor:
    """Integrate the membrane potentials over dt with the semi-implicit ("fused") Euler scheme.

        v <- (C v + d N(v)) / (C + d D(v)),   d = dt / unfolds

    N is the sum of the conductances weighted by their reversal potentials and D the sum of the
    conductances (Hasani et al., AAAI 2021, algorithm 1). ncps divides C by d; multiplied through
    by d as here, dt = 0 returns v.

    v: [batch, neurons]. capacitance: [neurons]. dt: [batch], >= 0. First order in d, stable for
        any d.
    """
    d = (dt / unfolds).unsqueeze(-1)
    for _ in range(unfolds):
        numerator, denominator = conductance(v)
        v = (capacitance * v + d * numerator) / (capacitance + d * denominator)
    return v
