"""The continuous-time recurrent network (Funahashi & Nakamura 1993), the baseline of the LTC paper
(Hasani et al., AAAI 2021): its time constant is not liquid.

    dv/dt = -v / tau + tanh(W x + U v + b)
"""

import torch
from torch import Tensor, nn

from liquid_control.liquid.cell import checked, scan


class CTRNN(nn.Module):
    """Leaky neurons, all to all. The state is the output: the potentials, [batch, units].

    tau: the time constant of every neuron, in the unit of dt, > 0; not trained.
    unfolds: solver steps per event.

    The paper's own solver is explicit and diverges where dt / unfolds > 2 tau; the one here is
    stable for any dt and of the same first order.
    """

    def __init__(self, inputs: int, units: int, tau: float = 1.0, unfolds: int = 6) -> None:
        super().__init__()
        if tau <= 0 or unfolds < 1:
            raise ValueError(
                f'tau is {tau} and unfolds is {unfolds}, wanted tau > 0, unfolds >= 1'
            )
        self.inputs, self.outputs, self.state_size = inputs, units, units
        self.tau, self.unfolds = tau, unfolds
        self.input_map = nn.Linear(inputs, units)
        self.recurrent_map = nn.Linear(units, units, bias=False)

    def initial_state(self, batch: int) -> Tensor:
        return self.input_map.weight.new_zeros(batch, self.state_size)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        v = self._advance(self.input_map(x), state, dt)
        return v, v

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x, state, dt, mask = checked(self, x, state, dt, mask)
        return scan(self._advance, self.input_map(x), state, dt, mask)

    forward = sequence

    def _advance(self, drive: Tensor, v: Tensor, dt: Tensor) -> Tensor:
        """Integrate over dt, implicit in the leak and explicit in the rest.

            v <- (v + d tanh(drive + U v)) / (1 + d / tau),   d = dt / unfolds

        drive: [batch, units], W x + b.
        """
        d = (dt / self.unfolds).unsqueeze(1)
        for _ in range(self.unfolds):
            v = (v + d * torch.tanh(drive + self.recurrent_map(v))) / (1.0 + d / self.tau)
        return v
