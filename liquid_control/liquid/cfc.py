"""The closed-form continuous-time network (Hasani et al., Nature Machine Intelligence 2022) as in
ncps 1.0.1, on true time. Its equation stands in closed_form.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.liquid.cell import checked
from liquid_control.liquid.closed_form import Backbone, ClosedForm
from liquid_control.liquid.ncps_cfc import read_cfc
from liquid_control.liquid.recipes import Recipe, built
from liquid_control.liquid.wiring import Wiring


class CfC(nn.Module):
    """Neurons with a closed form of their dynamics.

    x: [batch, time, inputs] and dt: [batch, time] give y: [batch, time, outputs] and the state,
    [batch, neurons].

    units: a count gives one dense layer with a backbone; all of its neurons are outputs. A wiring,
        or a recipe of one, gives layers without backbones in a row, inter -> command -> motor;
        the motor neurons are the outputs. As in ncps, only the synapses that lead forward count,
        and within a layer each neuron sees all. A wiring without command neurons is one layer.
    mode: 'default', 'no_gate' or 'pure', the three closed forms.
    proj_size: if given, an affine map takes the output to this size.
    activation: of the backbone: 'lecun_tanh' if not given, 'tanh', 'relu', 'silu' or 'gelu'.
    backbone_units, backbone_layers, backbone_dropout: 128, 1 and 0.0 if not given.

    The state holds the layers in the order in which they are computed: inter, command, motor.
    That is the order of ncps's CfC, but not that of the wiring's numbering or of an LTC.
    """

    def __init__(
        self,
        inputs: int,
        units: int | Wiring | Recipe,
        mode: str = 'default',
        proj_size: int | None = None,
        activation: str | None = None,
        backbone_units: int | None = None,
        backbone_layers: int | None = None,
        backbone_dropout: float | None = None,
    ) -> None:
        super().__init__()
        options: dict[str, Any] = {
            'units': backbone_units,
            'layers': backbone_layers,
            'dropout': backbone_dropout,
            'activation': activation,
        }
        given = {name: value for name, value in options.items() if value is not None}
        if isinstance(units, int):
            layers = [ClosedForm(inputs, units, mode, Backbone(**given))]
            self.motors = units
        elif given:
            raise ValueError(f'a wired CfC has no backbone, but its {sorted(given)} were given')
        else:
            wiring = built(inputs, units)
            layers = [
                ClosedForm(reach.shape[0], reach.shape[1], mode, Backbone(layers=0), reach)
                for reach in forward_synapses(wiring)
            ]
            self.motors = wiring.motors
        self.layers = nn.ModuleList(layers)
        self.sizes = [layer.units for layer in layers]
        self.inputs = inputs
        self.state_size = sum(self.sizes)
        self.outputs = self.motors if proj_size is None else proj_size
        self.proj = None if proj_size is None else nn.Linear(self.motors, proj_size)

    @classmethod
    def from_ncps(
        cls,
        source: nn.Module | Mapping[str, Any],
        mode: str = 'default',
        activation: str = 'lecun_tanh',
    ) -> 'CfC':
        """The network with the weights of an `ncps.torch.CfC`, or of its state dict.

        mode, activation: what a state dict does not tell; of a module they are not read.

        Raises ValueError for what has no equal here: other modules, a wiring of two or of more
        than three layers. One with mixed memory is for `MixedMemory.from_ncps`.
        """
        theirs = read_cfc(source, mode, activation)
        cfc = cls(theirs.inputs, theirs.units, **theirs.options)
        cfc.to(theirs.state['layers.0.heads.weight']).load_state_dict(theirs.state)
        return cfc

    def initial_state(self, batch: int) -> Tensor:
        return next(self.parameters()).new_zeros(batch, self.state_size)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        last = []
        for layer, h in self._split(state):
            x = layer.step(x, h, dt)
            last.append(x)
        return self._output(x), torch.cat(last, dim=1)

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x, state, dt, mask = checked(self, x, state, dt, mask)
        last = []
        # no layer feeds an earlier one, so each runs the whole sequence at once
        for layer, h in self._split(state):
            x, h = layer(x, h, dt, mask)
            last.append(h)
        return self._output(x), torch.cat(last, dim=1)

    forward = sequence

    def _split(self, state: Tensor) -> Iterator[tuple[ClosedForm, Tensor]]:
        """Each layer with its part of the state."""
        layers = cast(Iterable[ClosedForm], self.layers)
        return zip(layers, state.split(self.sizes, dim=1), strict=True)

    def _output(self, h: Tensor) -> Tensor:
        """h: [..., units], of the last layer, gives y: [..., outputs]."""
        y = h[..., : self.motors]
        return y if self.proj is None else self.proj(y)


def forward_synapses(wiring: Wiring) -> list[np.ndarray]:
    """Who reaches whom from layer to layer: bool, [inputs, inter], [inter, command] and [command,
    motor], or [inputs, neurons] alone for a wiring without command neurons.
    """
    if 'command' not in wiring.layers:
        return [wiring.sensory != 0]
    motor, command, inter = map(wiring.neurons_of, ('motor', 'command', 'inter'))
    return [
        wiring.sensory[:, inter] != 0,
        wiring.recurrent[np.ix_(inter, command)] != 0,
        wiring.recurrent[np.ix_(command, motor)] != 0,
    ]
