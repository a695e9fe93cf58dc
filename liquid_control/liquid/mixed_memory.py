"""An LSTM in front of another cell (Lechner & Hasani, "Learning long-term dependencies in
irregularly-sampled time series", 2020) as in ncps 1.0.1.

The LSTM's hidden state is the cell's state. At each event the LSTM rewrites it, reading the input
and writing its own memory c; then the cell takes it over dt, with the same input:

    g, i, f, o = W x + b + U h            c <- sigmoid(f + 1) c + sigmoid(i) tanh(g)
    h <- sigmoid(o) tanh(c)               y, h <- cell(x, h, dt)

So gradients reach far back through c, and the cell still lives in true time.
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from liquid_control.liquid.cell import Cell, checked
from liquid_control.liquid.cfc import CfC
from liquid_control.liquid.ltc import LTC
from liquid_control.liquid.ncps_cfc import read_memory


class MixedMemory(nn.Module):
    """A cell with a long memory: same inputs and outputs, twice the state.

    The state is [memory c | the cell's state], [batch, 2 cell.state_size].
    """

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell
        self.inputs, self.outputs = cell.inputs, cell.outputs
        self.state_size = 2 * cell.state_size
        self.input_map = nn.Linear(cell.inputs, 4 * cell.state_size)
        self.recurrent_map = nn.Linear(cell.state_size, 4 * cell.state_size, bias=False)
        nn.init.xavier_uniform_(self.input_map.weight)
        nn.init.uniform_(self.input_map.bias, -0.1, 0.1)
        nn.init.orthogonal_(self.recurrent_map.weight)

    @classmethod
    def from_ncps(cls, source: nn.Module | Mapping[str, Any], **options: Any) -> 'MixedMemory':
        """The network with the weights of an `ncps.torch.CfC` or an `ncps.torch.LTC` with
        mixed_memory=True, or of its state dict.

        options: those of `CfC.from_ncps` or `LTC.from_ncps`, for a state dict. Raises ValueError
            for what has no equal here.
        """
        memory = read_memory(source)
        cell = (LTC if memory.is_ltc else CfC).from_ncps(memory.cell, **options)
        mixed = cls(cell).to(memory.state['input_map.weight'])
        weights = {f'cell.{name}': value for name, value in cell.state_dict().items()}
        mixed.load_state_dict(weights | memory.state)
        return mixed

    def initial_state(self, batch: int) -> Tensor:
        cell_state = self.cell.initial_state(batch)
        return torch.cat((torch.zeros_like(cell_state), cell_state), dim=1)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        memory, h = self._remember(self.input_map(x), *state.chunk(2, dim=1))
        y, h = self.cell.step(x, h, dt)
        return y, torch.cat((memory, h), dim=1)

    def sequence(
        self,
        x: Tensor,
        state: Tensor | None = None,
        dt: Tensor | None = None,
        mask: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        x, state, dt, mask = checked(self, x, state, dt, mask)
        memory, h = state.chunk(2, dim=1)
        outputs = [x.new_zeros(len(x), 0, self.outputs)]
        drives = self.input_map(x).unbind(1)
        for t, (drive, x_t, dt_t) in enumerate(
            zip(drives, x.unbind(1), dt.unbind(1), strict=True)
        ):
            new_memory, new_h = self._remember(drive, memory, h)
            here = None if mask is None else mask[:, t].unsqueeze(1)
            if here is None:
                memory, h = new_memory, new_h
            else:
                memory, h = torch.where(here, new_memory, memory), torch.where(here, new_h, h)
            # a sequence of one, for it knows what a cell gives at an event that is masked
            y, h = self.cell.sequence(x_t.unsqueeze(1), h, dt_t.unsqueeze(1), here)
            outputs.append(y)
        return torch.cat(outputs, dim=1), torch.cat((memory, h), dim=1)

    forward = sequence

    def _remember(self, drive: Tensor, memory: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        """The LSTM's c and h. drive: [batch, 4 cell.state_size], W x + b."""
        g, i, f, o = (drive + self.recurrent_map(h)).chunk(4, dim=1)
        memory = torch.sigmoid(f + 1.0) * memory + torch.sigmoid(i) * torch.tanh(g)
        return memory, torch.sigmoid(o) * torch.tanh(memory)
