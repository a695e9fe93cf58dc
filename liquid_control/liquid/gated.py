"""The baselines that know no time, LSTM and GRU, and those that get dt as one more input."""

from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn

from liquid_control.liquid.cell import checked, scan


class _Gated(nn.Module, ABC):
    """What `LSTM` and `GRU` share: torch's network `rnn`, and dt as its last input if use_dt."""

    rnn: nn.LSTM | nn.GRU

    def __init__(self, inputs: int, units: int, state_size: int, use_dt: bool) -> None:
        super().__init__()
        self.inputs, self.outputs, self.state_size = inputs, units, state_size
        self.use_dt = use_dt

    def initial_state(self, batch: int) -> Tensor:
        return next(self.parameters()).new_zeros(batch, self.state_size)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        state = self._advance(self._with_dt(x, dt), state, dt)
        return state[:, : self.outputs], state

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x, state, dt, mask = checked(self, x, state, dt, mask)
        x = self._with_dt(x, dt)
        if mask is None and x.shape[1] > 0:
            return self._fused(x, state)
        states, state = scan(self._advance, x, state, dt, mask)
        return states[..., : self.outputs], state

    forward = sequence

    def _with_dt(self, x: Tensor, dt: Tensor) -> Tensor:
        return torch.cat((x, dt.unsqueeze(-1)), dim=-1) if self.use_dt else x

    def _advance(self, x: Tensor, state: Tensor, dt: Tensor) -> Tensor:
        return self._fused(x.unsqueeze(1), state)[1]

    @abstractmethod
    def _fused(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """All events at once, without a mask: y and the last state."""


class LSTM(_Gated):
    """`torch.nn.LSTM` (Hochreiter & Schmidhuber 1997) as a cell.

    The state is [h | c], [batch, 2 units]; the output is h.

    use_dt: whether dt is appended to the input. Otherwise the network does not see it.
    """

    def __init__(self, inputs: int, units: int, use_dt: bool = False) -> None:
        super().__init__(inputs, units, 2 * units, use_dt)
        self.rnn = nn.LSTM(inputs + use_dt, units, batch_first=True)

    def _fused(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        h, c = state.unsqueeze(0).chunk(2, dim=2)
        y, last = self.rnn(x, (h.contiguous(), c.contiguous()))
        return y, torch.cat(last, dim=2).squeeze(0)


class GRU(_Gated):
    """`torch.nn.GRU` (Cho et al. 2014) as a cell; the state is the output, [batch, units].

    use_dt: whether dt is appended to the input. Otherwise the network does not see it.
    """

    def __init__(self, inputs: int, units: int, use_dt: bool = False) -> None:
        super().__init__(inputs, units, units, use_dt)
        self.rnn = nn.GRU(inputs + use_dt, units, batch_first=True)

    def _fused(self, x: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        y, last = self.rnn(x, state.unsqueeze(0))
        return y, last.squeeze(0)
