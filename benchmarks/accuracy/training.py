"""Epochs of training, the epoch that is best on the validation split, and its error on the test
split.
"""

import copy
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from accuracy.samples import Network, Samples, Splits
from liquid_control.liquid import Cell

EVALUATED_AT_ONCE = 1000
LAST_SHARE = 0.02


class Entry(NamedTuple):
    """A cell that takes part, and how it learns best.

    build: of units and seed. published: the score in the papers. time_unit: how much of the task's
    time is one unit of the cell's. mastered: the mean loss at which a curriculum goes on.
    """

    build: Callable[[int, int], Cell]
    published: float | None
    learning_rate: float
    batch: int
    time_unit: float = 1.0
    mastered: float = 0.15


class Lessons(Protocol):
    """Which training sequences come next. batches: how many there are in an epoch."""

    batches: int

    def epoch(self) -> Iterator[np.ndarray]:
        """The batches of an epoch, each as indices."""
        ...

    def learned(self, loss: float) -> None:
        """What the last batch gave."""
        ...


@dataclass(frozen=True)
class Task:
    """What is asked of a network, and how it is judged.

    targets: outputs of the network. loss: to train by, of the network's output [batch, time,
        targets] and the batch. score: what the table holds, of the same; its mean over samples.
    better: the sign of a better score. units: the cells' size in the published table.
    """

    name: str
    metric: str
    better: int
    units: int
    targets: int
    splits: Splits
    cells: Mapping[str, Entry]
    loss: Callable[[Tensor, Samples], Tensor]
    score: Callable[[Tensor, Samples], Tensor]
    lessons: Callable[[Samples, Entry, np.random.Generator], Lessons]


@dataclass(frozen=True)
class Settings:
    """epochs: at most; the learning rate falls along half a cosine over them. patience: epochs
    without a better validation score, after which a run ends.
    """

    epochs: int
    patience: int
    units: int
    clip: float = 1.0
    warmup: int = 100


@dataclass(frozen=True)
class Row:
    """One run. best_epoch: 0 is before any training. seconds: of training and validation."""

    task: str
    cell: str
    seed: int
    metric: str
    test: float
    valid: float
    published: float | None
    parameters: int
    units: int
    epochs: int
    best_epoch: int
    updates: int
    seconds: float

    def as_dict(self) -> dict[str, str | int | float | None]:
        return asdict(self)


def run(task: Task, name: str, seed: int, settings: Settings) -> Row:
    """Train one cell from one seed."""
    torch.manual_seed(seed)
    entry = task.cells[name]
    network = Network(entry.build(settings.units, seed), task.targets, entry.time_unit)
    began = time.perf_counter()
    valid, epoch, best_epoch, updates = fit(network, task, entry, seed, settings)
    return Row(
        task=task.name,
        cell=name,
        seed=seed,
        metric=task.metric,
        test=evaluate(network, task, task.splits.test),
        valid=valid,
        published=entry.published,
        parameters=sum(weight.numel() for weight in network.parameters()),
        units=settings.units,
        epochs=epoch,
        best_epoch=best_epoch,
        updates=updates,
        seconds=round(time.perf_counter() - began, 1),
    )


def fit(
    network: Network, task: Task, entry: Entry, seed: int, settings: Settings
) -> tuple[float, int, int, int]:
    """Train, and leave the network with the weights that were best on the validation split.

    Returns their score there, how many epochs ran, which was the best, and how many updates ran.
    """
    lessons = task.lessons(task.splits.train, entry, np.random.default_rng(seed))
    optimizer = torch.optim.Adam(network.parameters(), entry.learning_rate)
    rate = learning_rates(settings.warmup, settings.epochs * lessons.batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    best, best_epoch = evaluate(network, task, task.splits.valid), 0
    weights = copy.deepcopy(network.state_dict())
    epoch = updates = 0
    while epoch < settings.epochs and epoch - best_epoch < settings.patience:
        epoch += 1
        for index in lessons.epoch():
            batch = task.splits.train.take(index)
            loss = task.loss(network(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), settings.clip, error_if_nonfinite=True)
            optimizer.step()
            schedule.step()
            lessons.learned(loss.item())
            updates += 1
        score = evaluate(network, task, task.splits.valid)
        if (score - best) * task.better > 0:
            best, best_epoch = score, epoch
            weights = copy.deepcopy(network.state_dict())
    network.load_state_dict(weights)
    return best, epoch, best_epoch, updates


def learning_rates(warmup: int, updates: int) -> Callable[[int], float]:
    """The share of the learning rate at each update: up in a line, then down along a cosine."""

    def share(update: int) -> float:
        fall = 0.5 * (1.0 + math.cos(math.pi * min(1.0, update / max(1, updates))))
        return min(1.0, (update + 1) / warmup) * (LAST_SHARE + (1.0 - LAST_SHARE) * fall)

    return share


@torch.no_grad()
def evaluate(network: Network, task: Task, samples: Samples) -> float:
    """The mean score. Sequences of like length run together, for they then need no padding."""
    order = np.argsort(samples.events, kind='stable')
    total = 0.0
    for start in range(0, len(order), EVALUATED_AT_ONCE):
        batch = samples.take(order[start : start + EVALUATED_AT_ONCE])
        total += task.score(network(batch), batch).double().sum().item()
    return total / len(samples)
