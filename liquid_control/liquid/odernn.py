"""The ODE-RNN (Rubanova et al., NeurIPS 2019): between events a neural ODE moves the hidden state,
at an event a GRU takes in the input.

    dh/dt = f(h) = B tanh(A h + a) + b        over the dt that ends at the event
    h <- GRU(x, h)                            at the event
"""

from torch import Tensor, nn

from liquid_control.liquid.cell import checked, scan


class ODERNN(nn.Module):
    """A hidden state that moves by itself, [batch, units]; it is the output.

    unfolds: steps of the classical Runge-Kutta method per event.
    """

    def __init__(self, inputs: int, units: int, unfolds: int = 3) -> None:
        super().__init__()
        if unfolds < 1:
            raise ValueError(f'unfolds is {unfolds}, but at least one solver step is needed')
        self.inputs, self.outputs, self.state_size = inputs, units, units
        self.unfolds = unfolds
        self.flow = nn.Sequential(nn.Linear(units, units), nn.Tanh(), nn.Linear(units, units))
        self.gru = nn.GRUCell(inputs, units)

    def initial_state(self, batch: int) -> Tensor:
        return self.gru.weight_hh.new_zeros(batch, self.state_size)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        h = self._advance(x, state, dt)
        return h, h

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        return scan(self._advance, *checked(self, x, state, dt, mask))

    forward = sequence

    def _advance(self, x: Tensor, h: Tensor, dt: Tensor) -> Tensor:
        return self.gru(x, self.drift(h, dt))

    def drift(self, h: Tensor, dt: Tensor) -> Tensor:
        """Where the state stands after dt without input. h: [batch, units], dt: [batch]."""
        d = (dt / self.unfolds).unsqueeze(1)
        for _ in range(self.unfolds):
            k1 = self.flow(h)
            k2 = self.flow(h + d / 2 * k1)
            k3 = self.flow(h + d / 2 * k2)
            k4 = self.flow(h + d * k3)
            h = h + d / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return h
