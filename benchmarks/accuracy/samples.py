"""Sequences of events with their targets, all of one split."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.liquid import Cell


class Samples(NamedTuple):
    """x: [samples, time, inputs]. dt: [samples, time]. mask: [samples, time] bool, the events that
    exist: the first ones of each sequence. y: what is asked for, [samples, ...].
    """

    x: Tensor
    dt: Tensor
    mask: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.x)

    @property
    def events(self) -> np.ndarray:
        """How many events each sequence has."""
        return self.mask.sum(1).numpy()

    def take(self, index: np.ndarray) -> 'Samples':
        """These sequences, cut after the last event that any of them has."""
        chosen = torch.from_numpy(index)
        end = int(self.mask[chosen].sum(1).max())
        x, dt, mask = (value[chosen, :end] for value in self[:3])
        return Samples(x, dt, mask, self.y[chosen])


class Splits(NamedTuple):
    """The sequences to learn from, to choose the epoch by, and to be judged by."""

    train: Samples
    valid: Samples
    test: Samples


class Network(nn.Module):
    """A cell and a linear readout of its output after every event.

    time_unit: how much of the samples' time is one unit of the cell's.
    """

    def __init__(self, cell: Cell, targets: int, time_unit: float) -> None:
        super().__init__()
        self.cell, self.time_unit = cell, time_unit
        self.readout = nn.Linear(cell.outputs, targets)

    def forward(self, samples: Samples) -> Tensor:
        """[samples, time, targets]"""
        # cells are faster without a mask, and it says nothing where every event exists
        mask = None if bool(samples.mask.all()) else samples.mask
        y, _ = self.cell.sequence(samples.x, None, samples.dt / self.time_unit, mask)
        return self.readout(y)


class WithDt(nn.Module):
    """A cell that gets dt as its last input, too, as one that does not know time would need it."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell
        self.inputs, self.outputs = cell.inputs - 1, cell.outputs
        self.state_size = cell.state_size

    def initial_state(self, batch: int) -> Tensor:
        return self.cell.initial_state(batch)

    def step(self, x: Tensor, state: Tensor, dt: Tensor) -> tuple[Tensor, Tensor]:
        return self.cell.step(torch.cat((x, dt.unsqueeze(-1)), dim=-1), state, dt)

    def sequence(
        self, x: Tensor, state: Tensor | None, dt: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        return self.cell.sequence(torch.cat((x, dt.unsqueeze(-1)), dim=-1), state, dt, mask)
