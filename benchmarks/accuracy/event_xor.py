"""The parity of a stream of bits, told as events (Lechner & Hasani, "Learning long-term
dependencies in irregularly-sampled time series", 2020; Hasani et al., Nature Machine Intelligence
2022).

2 to 31 random bits; an event comes with each bit that differs from the one before, and with the
last. Its value is the bit, its dt the bits since the last event. What is asked for after the last
event is whether the number of ones is odd.

    bits    0  0  0  1  1  0  0                 value  0  1  0  0
    events  *        *     *  *        gives    dt     1  3  2  1        y  even

So the length of every run counts, and one run misjudged is an answer lost. The random numbers are
those of the papers' own script: the same 100,000 and 10,000 sequences. Of the former the last
twentieth is for validation. A bit lasts one time unit; values are given as -1 and 1.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from accuracy.initial import lively, spread_gates, spread_sensory
from accuracy.samples import Samples, Splits, WithDt
from accuracy.training import Entry, Task
from liquid_control.liquid import CTRNN, LSTM, LTC, ODERNN, Cell, CfC, FullyConnected, MixedMemory

TRAIN_SEED, TEST_SEED = 1234984, 48736
TEST_SAMPLES = 10_000
BATCH = 128
LONGEST_RUN = 15
CFC_TIME_UNIT = 4.0


def task(samples: int, length: int, first: int) -> Task:
    """samples: sequences to learn from and to choose the epoch by. length: bits at most, plus 1.
    first: bits at most when training begins, see `Curriculum`.
    """
    learning = generate(samples, length, TRAIN_SEED)
    held_out = max(1, samples // 20)
    return Task(
        name='event_xor',
        metric='accuracy in %',
        better=1,
        units=64,
        targets=1,
        splits=Splits(
            learning.take(np.arange(samples - held_out)),
            learning.take(np.arange(samples - held_out, samples)),
            generate(TEST_SAMPLES, length, TEST_SEED),
        ),
        cells=CELLS,
        loss=lambda output, batch: binary_cross_entropy_with_logits(output[:, -1, 0], batch.y),
        score=lambda output, batch: 100.0 * ((output[:, -1, 0] > 0) == (batch.y > 0)),
        lessons=lambda train, entry, rng: Curriculum(train, entry, rng, first),
    )


def generate(samples: int, length: int, seed: int) -> Samples:
    """The sequences of the papers' script, whose generator is numpy's legacy one."""
    rng = np.random.RandomState(seed)
    value, dt = np.zeros((2, samples, length), np.float32)
    mask = np.zeros((samples, length), bool)
    odd = np.zeros(samples, np.float32)
    for i in range(samples):
        bits = rng.randint(0, 2, size=rng.randint(2, length))
        at = np.flatnonzero(np.diff(bits, prepend=-1))
        if at[-1] != len(bits) - 1:
            at = np.append(at, len(bits) - 1)
        value[i, : len(at)] = 2.0 * bits[at] - 1.0
        dt[i, : len(at)] = np.diff(at, prepend=-1)
        mask[i, : len(at)] = True
        odd[i] = bits.sum() % 2
    x, dt, mask, y = map(torch.from_numpy, (value[..., None], dt, mask, odd))
    return Samples(x, dt, mask, y)


class Curriculum:
    """Short sequences first: a network that has not understood two bits learns nothing from 30.

    Only sequences of up to `bits` bits are drawn, at first `first` of them; one bit more whenever
    the mean loss has come below what counts as mastered for the cell. Long runs are rare, but each
    must be known: a sequence is drawn with a chance inverse to the root of how many have a longest
    run like its own.
    """

    AT_LEAST = 20
    SORTED_TOGETHER = 8

    def __init__(
        self, samples: Samples, entry: Entry, rng: np.random.Generator, first: int
    ) -> None:
        self.rng, self.bits = rng, first
        self.batch, self.mastered = entry.batch, entry.mastered
        self.length = samples.dt.sum(1).numpy()
        self.events = samples.events
        run = samples.dt.amax(1).long().numpy()
        self.weight = np.bincount(run)[run] ** -0.5
        self.batches = len(samples) // self.batch
        self.loss, self.since = 1.0, 0

    def epoch(self) -> Iterator[np.ndarray]:
        left = self.batches
        while left:
            pool = self._pool(min(left, self.SORTED_TOGETHER))
            yield from pool
            left -= len(pool)

    def learned(self, loss: float) -> None:
        self.loss += 0.05 * (loss - self.loss)
        self.since += 1
        if self.loss < self.mastered and self.since >= self.AT_LEAST:
            self.bits, self.since = self.bits + 1, 0

    def _pool(self, batches: int) -> np.ndarray:
        """Some batches, each of sequences with about as many events: so little is padded."""
        able = np.flatnonzero(self.length <= self.bits)
        chance = self.weight[able] / self.weight[able].sum()
        drawn = self.rng.choice(able, batches * self.batch, p=chance)
        drawn = drawn[np.argsort(self.events[drawn], kind='stable')]
        return self.rng.permutation(drawn.reshape(batches, self.batch))


def _ltc(inputs: int, units: int, seed: int) -> LTC:
    return LTC(inputs, FullyConnected(units, seed=seed))


def _ltc_dt(units: int, seed: int) -> LTC:
    return spread_sensory(lively(_ltc(2, units, seed)), LONGEST_RUN)


def _cfc(units: int) -> CfC:
    return spread_gates(CfC(1, units), LONGEST_RUN, CFC_TIME_UNIT)


def _closed_form(build: Callable[[int, int], Cell], published: float) -> Entry:
    return Entry(build, published, 0.003, 2 * BATCH, CFC_TIME_UNIT, 0.3)


CELLS = {
    'lstm': Entry(lambda units, seed: LSTM(1, units), None, 0.005, BATCH),
    'lstm_dt': Entry(lambda units, seed: LSTM(1, units, use_dt=True), 89.7, 0.005, BATCH),
    'ctrnn': Entry(lambda units, seed: CTRNN(1, units), None, 0.005, BATCH),
    'odernn': Entry(lambda units, seed: ODERNN(1, units), None, 0.005, BATCH),
    'ode_lstm': Entry(lambda units, seed: MixedMemory(ODERNN(1, units)), 98.89, 0.005, BATCH),
    'cfc': _closed_form(lambda units, seed: _cfc(units), 99.42),
    'cfc_mixed': _closed_form(lambda units, seed: MixedMemory(_cfc(units)), 99.72),
    'ltc_ncps': Entry(lambda units, seed: _ltc(1, units // 2, seed), 49.11, 0.01, BATCH),
    'ltc': Entry(lambda units, seed: lively(_ltc(1, units // 2, seed)), None, 0.01, BATCH),
    'ltc_dt': Entry(lambda units, seed: WithDt(_ltc_dt(units // 2, seed)), None, 0.01, BATCH),
    'ltc_mixed': Entry(
        lambda units, seed: MixedMemory(lively(_ltc(1, units // 2, seed))), None, 0.005, BATCH
    ),
}
