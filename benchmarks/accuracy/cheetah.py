"""The next observation of a simulated HalfCheetah (Hasani et al., AAAI 2021).

25 traces of 1000 observations of 17 numbers; sequences of 32 begin every 10 observations. After
each observation the next one is asked for, in the units of the data; the error is the mean of the
squares over all of them. As in the paper: traces 0 to 4 are for validation, 5 to 14 for the test
and 15 to 24 for training; 32 units, a linear readout, raw observations, one time unit a step.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from accuracy.samples import Samples, Splits
from accuracy.training import Entry, Task
from liquid_control.liquid import CTRNN, GRU, LSTM, LTC, ODERNN, CfC, FullyConnected

EVERY = 10
BATCH = 16
SPLITS = {'train': slice(15, 25), 'valid': slice(0, 5), 'test': slice(5, 15)}


def task(path: Path, length: int) -> Task:
    """length: of the sequences. Raises ValueError if the file holds other traces."""
    with np.load(path, allow_pickle=False) as file:
        traces = file['traces']
    if traces.ndim != 3 or len(traces) < 25 or traces.shape[1] <= length:
        raise ValueError(
            f'{path}: traces is {traces.shape}, wanted 25 traces longer than {length} steps'
        )
    inputs = traces.shape[2]
    return Task(
        name='cheetah',
        metric='mean squared error',
        better=-1,
        units=32,
        targets=inputs,
        splits=Splits(**{name: _cut(traces[part], length) for name, part in SPLITS.items()}),
        cells={
            'lstm': Entry(lambda units, seed: LSTM(inputs, units), 2.500, 0.003, BATCH),
            'gru': Entry(lambda units, seed: GRU(inputs, units), None, 0.003, BATCH),
            'ctrnn': Entry(lambda units, seed: CTRNN(inputs, units), 2.838, 0.003, BATCH),
            'odernn': Entry(lambda units, seed: ODERNN(inputs, units), None, 0.003, BATCH),
            'cfc': Entry(lambda units, seed: CfC(inputs, units), None, 0.003, BATCH),
            'ltc': Entry(
                lambda units, seed: LTC(inputs, FullyConnected(units, seed=seed)),
                2.308,
                0.01,
                BATCH,
            ),
        },
        loss=lambda output, batch: mse_loss(output, batch.y),
        score=_squared_error,
        lessons=lambda train, entry, rng: Shuffled(train, entry.batch, rng),
    )


class Shuffled:
    """Every sequence once an epoch, in batches; the few that do not fill one are left out."""

    def __init__(self, samples: Samples, batch: int, rng: np.random.Generator) -> None:
        self.samples, self.batch, self.rng = len(samples), batch, rng
        self.batches = self.samples // batch

    def epoch(self) -> Iterator[np.ndarray]:
        order = self.rng.permutation(self.samples)
        yield from order[: self.batches * self.batch].reshape(self.batches, self.batch)

    def learned(self, loss: float) -> None:
        pass


def _cut(traces: np.ndarray, length: int) -> Samples:
    starts = range(0, traces.shape[1] - length - 1, EVERY)
    windows = np.stack([trace[s : s + length + 1] for trace in traces for s in starts])
    values = torch.from_numpy(windows.astype(np.float32))
    dt = torch.ones(values.shape[0], length)
    return Samples(values[:, :-1], dt, torch.ones_like(dt, dtype=torch.bool), values[:, 1:])


def _squared_error(output: Tensor, batch: Samples) -> Tensor:
    return (output - batch.y).square().mean((1, 2))
