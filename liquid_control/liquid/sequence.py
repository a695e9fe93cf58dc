"""A whole sequence of the semi-implicit solver, with its gradient worked out by hand.

The same numbers as `solver.semi_implicit` event by event (a test says so). Of the forward pass
nothing is kept for the gradient but the potentials: the rest is computed again in one go, and the
time loop backwards holds only what depends on the step behind it.
"""

from typing import Any

import torch
from torch import Tensor

from liquid_control.liquid.synapses import FrozenSynapses


def semi_implicit_sequence(
    v: Tensor,
    synapses: FrozenSynapses,
    capacitance: Tensor,
    drive: Tensor,
    dt: Tensor,
    unfolds: int,
) -> Tensor:
    """The potentials after each event.

    v: [batch, neurons], before the first event. capacitance: [neurons]. dt: [batch, time], >= 0.
    drive: [batch, time, 2 neurons], what inputs and leak add to N and to D of the scheme.
    Returns [batch, time, neurons]. Differentiable once in all tensors.
    """
    return _SemiImplicit.apply(
        v,
        synapses.source,
        synapses.sigma,
        synapses.offset,
        synapses.onto,
        capacitance,
        drive,
        dt,
        unfolds,
    )


class _SemiImplicit(torch.autograd.Function):
    """v' = (C v + d N) / (C + d D) with [N D] = drive + sigmoid(offset + sigma v[source]) @ onto,
    d = dt / unfolds.

    Backwards, with g = dL/dv' and q = g / (C + d D):
        dL/d[N D] = d q [1, -v'],   dL/dC = q (v - v'),   dL/dv = q C + (what comes back through
        the synapses).
    """

    @staticmethod
    def forward(
        ctx: Any,
        v: Tensor,
        source: Tensor,
        sigma: Tensor,
        offset: Tensor,
        onto: Tensor,
        capacitance: Tensor,
        drive: Tensor,
        dt: Tensor,
        unfolds: int,
    ) -> Tensor:
        batch, time = dt.shape
        neurons = v.shape[1]
        potentials = v.new_empty(time * unfolds + 1, batch, neurons)
        potentials[0] = v
        for t in range(time):
            d = (dt[:, t] / unfolds).unsqueeze(1)
            for k in range(t * unfolds, (t + 1) * unfolds):
                activation = torch.addcmul(offset, v.index_select(1, source), sigma).sigmoid_()
                sums = torch.addmm(drive[:, t], activation, onto).mul_(d)
                numerator = sums[:, :neurons].addcmul_(capacitance, v)
                v = torch.div(
                    numerator, sums[:, neurons:].add_(capacitance), out=potentials[k + 1]
                )
        ctx.unfolds = unfolds
        ctx.save_for_backward(source, sigma, offset, onto, capacitance, drive, dt, potentials)
        return potentials[unfolds::unfolds].transpose(0, 1).contiguous()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        source, sigma, offset, onto, capacitance, drive, dt, potentials = ctx.saved_tensors
        unfolds, (batch, time), neurons = ctx.unfolds, dt.shape, len(capacitance)
        before, after = potentials[:-1], potentials[1:]
        d = (dt / unfolds).t().repeat_interleave(unfolds, dim=0).unsqueeze(2)
        at_source = before.index_select(2, source)
        activation = torch.addcmul(offset, at_source, sigma).sigmoid_()
        sums = drive.transpose(0, 1).repeat_interleave(unfolds, dim=0)
        sums = torch.baddbmm(sums, activation, onto.expand(len(sums), -1, -1))
        inverse = 1.0 / (capacitance + d * sums[..., neurons:])

        slope = activation * (1.0 - activation)
        to_sums = torch.cat((d * inverse, -d * inverse * after), dim=2)
        grads = _through_time(
            grad, unfolds, to_sums, slope * sigma, capacitance * inverse, source, onto
        )
        grad_sums = torch.cat((grads[:-1], grads[:-1]), dim=2) * to_sums
        grad_offset = (grad_sums @ onto.t()) * slope

        q = grads[:-1] * inverse
        by_event = (time, unfolds, batch)
        grad_d = (q * (sums[..., :neurons] - after * sums[..., neurons:])).sum(2)
        return (
            grads[-1],
            None,
            (grad_offset * at_source).sum((0, 1)),
            grad_offset.sum((0, 1)),
            activation.flatten(0, 1).t() @ grad_sums.flatten(0, 1),
            (q * (before - after)).sum((0, 1)),
            grad_sums.view(*by_event, -1).sum(1).transpose(0, 1),
            grad_d.view(by_event).sum(1).t() / unfolds,
            None,
        )


def _through_time(
    grad: Tensor,
    unfolds: int,
    to_sums: Tensor,
    slope: Tensor,
    keep: Tensor,
    source: Tensor,
    onto: Tensor,
) -> Tensor:
    """dL/dv' of every solver step and, last, dL/dv before the first one: [steps + 1, batch,
    neurons].
    """
    steps, batch, neurons = keep.shape
    grads = grad.new_empty(steps + 1, batch, neurons)
    back = onto.t().contiguous()
    gather = grad.new_zeros(len(source), neurons)
    gather[torch.arange(len(source), device=source.device), source] = 1.0
    g = torch.zeros_like(grads[0])
    pair = to_sums.view(steps, batch, 2, neurons)
    for k in reversed(range(steps)):
        if (k + 1) % unfolds == 0:
            g = g + grad[:, k // unfolds]
        grads[k] = g
        through = (g.unsqueeze(1) * pair[k]).view(batch, -1) @ back
        g = torch.addmm(g * keep[k], through.mul_(slope[k]), gather)
    grads[-1] = g
    return grads
