"""One layer of a closed-form continuous-time network (CfC), solved without a solver.

The state h after dt is written down at once. The backbone is a small network on the input x and
the state before:

    z = backbone([x, h])                              without backbone layers z = [x, h]

    default   h' = tanh(F z) (1 - s) + tanh(G z) s,   s = sigmoid(dt (P z) + Q z)
    no_gate   h' = tanh(F z) + tanh(G z) s
    pure      h' = A - A exp(-dt (|w| + |F z|)) F z   the approximate solution of an LTC itself

F, G, P and Q are affine, A and w are vectors (Hasani et al., Nature Machine Intelligence 2022;
signs, absolute values and Q as in ncps 1.0.1). At dt = 0 the gate stands at sigmoid(Q z): unlike
an LTC, a CfC takes in an event at which no time has passed.
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from liquid_control.liquid.cell import scan


def lecun_tanh(x: Tensor) -> Tensor:
    return 1.7159 * torch.tanh(0.666 * x)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    'lecun_tanh': lecun_tanh,
    'tanh': torch.tanh,
    'relu': functional.relu,
    'silu': functional.silu,
    'gelu': functional.gelu,
}
HEADS = {'default': 4, 'no_gate': 4, 'pure': 1}


class Backbone(NamedTuple):
    """What stands between [x, h] and F, G, P and Q. As in ncps, no dropout follows its first
    layer.
    """

    units: int = 128
    layers: int = 1
    dropout: float = 0.0
    activation: str = 'lecun_tanh'


class ClosedForm(nn.Module):
    """Neurons that see the same input, and each other.

    reach: [inputs, units] bool, which input reaches which neuron through F and G; P and Q see all.
    heads: F, G, P and Q, in the mode 'pure' F alone, as one map.
    """

    mask: Tensor | None

    def __init__(
        self,
        inputs: int,
        units: int,
        mode: str,
        backbone: Backbone,
        reach: np.ndarray | None = None,
    ) -> None:
        super().__init__()
        if mode not in HEADS:
            raise ValueError(f'mode is {mode!r}, wanted one of {tuple(HEADS)}')
        if backbone.activation not in ACTIVATIONS:
            raise ValueError(
                f'activation is {backbone.activation!r}, wanted one of {tuple(ACTIVATIONS)}'
            )
        self.inputs, self.units, self.mode = inputs, units, mode
        self.activation = ACTIVATIONS[backbone.activation]
        self.dropout = nn.Dropout(backbone.dropout)
        widths = [inputs + units] + [backbone.units] * backbone.layers
        self.backbone = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(widths))
        self.heads = nn.Linear(widths[-1], HEADS[mode] * units)
        if mode == 'pure':
            self.w_tau = nn.Parameter(torch.empty(units))
            self.A = nn.Parameter(torch.empty(units))
        mask = None if reach is None else _head_mask(reach, HEADS[mode])
        self.register_buffer('mask', mask)
        self.reset_parameters()

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """The initial values of ncps: Xavier, each head and each vector by itself."""
        for linear in self.backbone:
            nn.init.xavier_uniform_(linear.get_parameter('weight'))
        for weight in self.heads.weight.chunk(HEADS[self.mode]):
            nn.init.xavier_uniform_(weight)
        if self.mode == 'pure':
            nn.init.xavier_uniform_(self.w_tau.unsqueeze(0))
            nn.init.xavier_uniform_(self.A.unsqueeze(0))

    def forward(
        self, x: Tensor, h: Tensor, dt: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The states after each event, [batch, time, units], and the last of them.

        x: [batch, time, inputs]. h: [batch, units]. dt and mask: [batch, time].
        """
        weight, bias = self._first()
        from_x, from_h = weight[:, : self.inputs], weight[:, self.inputs :].t()

        def advance(drive: Tensor, h: Tensor, dt: Tensor) -> Tensor:
            return self._closed_form(torch.addmm(drive, h, from_h), dt)

        return scan(advance, functional.linear(x, from_x, bias), h, dt, mask)

    def step(self, x: Tensor, h: Tensor, dt: Tensor) -> Tensor:
        """The state after one event. x: [batch, inputs], h: [batch, units], dt: [batch]."""
        return self._closed_form(functional.linear(torch.cat((x, h), dim=1), *self._first()), dt)

    def _first(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the map that sees [x, h]."""
        first = cast(nn.Linear, self.backbone[0]) if self.backbone else self.heads
        return first.weight if self.mask is None else first.weight * self.mask, first.bias

    def _closed_form(self, z: Tensor, dt: Tensor) -> Tensor:
        """The new state. z: [batch, features], what the first map made of [x, h]. dt: [batch]."""
        dt = dt.unsqueeze(1)
        if self.backbone:
            z = self.activation(z)
            for linear in self.backbone[1:]:
                z = self.dropout(self.activation(linear(z)))
            z = self.heads(z)
        if self.mode == 'pure':
            return self.A - self.A * torch.exp(-dt * (self.w_tau.abs() + z.abs())) * z
        fg, p, q = z.split([2 * self.units, self.units, self.units], dim=1)
        f, g = torch.tanh(fg).chunk(2, dim=1)
        gate = torch.sigmoid(torch.addcmul(q, dt, p))
        return torch.lerp(f, g, gate) if self.mode == 'default' else torch.addcmul(f, g, gate)


def _head_mask(reach: np.ndarray, heads: int) -> Tensor:
    """What of the heads on [x, h] exists, [heads units, inputs + units]."""
    inputs, units = reach.shape
    mask = torch.ones(heads, units, inputs + units, dtype=torch.bool)
    mask[:2, :, :inputs] = torch.from_numpy(reach.T.copy())
    return mask.flatten(0, 1)
