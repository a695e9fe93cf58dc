"""The baseline without memory: a perceptron on the last few inputs."""

import torch
from torch import Tensor, nn

from liquid_control.liquid.cell import checked, scan


class FrameStack(nn.Module):
    """Two hidden layers on the newest `frames` inputs, as is usual for agents on images (Mnih et
    al. 2015). It knows no time.

    The state is those frames, oldest first, [batch, frames inputs]; frames before the first event
    are zeros. The output is the last hidden layer, [batch, units]. frames = 1: a plain perceptron.
    """

    def __init__(self, inputs: int, units: int, frames: int = 1) -> None:
        super().__init__()
        self.inputs, self.outputs = inputs, units
        self.state_size = frames * inputs
        self.layers = nn.Sequential(
            nn.Linear(frames * inputs, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU()
        )

    def initial_state(self, batch: int) -> Tensor:
        return next(self.parameters()).new_zeros(batch, self.state_size)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        state = self._shift(x, state, dt)
        return self.layers(state), state

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x, state, dt, mask = checked(self, x, state, dt, mask)
        states, state = scan(self._shift, x, state, dt, mask)
        return self.layers(states), state

    forward = sequence

    def _shift(self, x: Tensor, state: Tensor, dt: Tensor) -> Tensor:
        return torch.cat((state[:, self.inputs :], x), dim=1)
