"""The weights' side of imitation: what one pass over recorded drives does to a policy."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from liquid_control.policy import Policy
from liquid_control.policy.window import Memory
from liquid_control.schema import ConfigError
from liquid_control_sim.training.batches import Batch, Piece, batches, collate
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.episode import load_episode
from liquid_control_sim.training.ranks import ALONE, Ranks
from liquid_control_sim.training.views import drawn, seen


class Learner:
    """A policy under training, with its optimiser.

    ranks: that learn together; each has such a Learner, on its own share of the drives and lanes.
    """

    def __init__(self, policy: Policy, config: ImitationConfig, ranks: Ranks = ALONE) -> None:
        """The policy is moved to where this rank learns. Raises ConfigError if the lanes cannot be
        shared.
        """
        self.policy = policy.to(ranks.device)
        self._ranks, self._lanes = ranks, ranks.lanes(config.lanes)
        # in the order of policy.parameters(), by which checkpoints know them
        core = [p for name, p in policy.named_parameters() if name.startswith('core.')]
        encoders = policy.encoders.parameters()
        parts: list[dict[str, Any]] = [{'params': encoders}, {'params': core}]
        self.optimizer = torch.optim.Adam(parts, lr=config.learning_rate, fused=True)
        self._config, self._rate = config, config.learning_rate

    def epoch(
        self, paths: Sequence[Path], rng: np.random.Generator, progress: float
    ) -> Iterator[float]:
        """Learn from all drives once; yields the loss of every batch. progress: of the run, in [0,
        1]. Raises ConfigError if there are fewer drives than ranks.
        """
        config, ranks = self._config, self._ranks
        self._rate = config.learning_rate * (0.55 + 0.45 * math.cos(math.pi * min(progress, 1.0)))
        self.policy.train()
        memory: Memory | None = None
        mine = seen(ranks.share(drawn(paths, config, rng)), self.policy.spec)
        if len(paths) < ranks.size:
            raise ConfigError(f'{len(paths)} drives are too few for {ranks.size} processes')
        stream = batches(mine, self.policy.sensors, self._lanes, config.window)
        for batch in ranks.together(stream):
            batch = batch.to(ranks.device)
            memory = _refreshed(memory or self.policy.blank(len(batch.fresh)), batch.fresh)
            loss, memory = self._learn(batch, memory)
            yield loss

    def _learn(self, batch: Batch, memory: Memory) -> tuple[float, Memory]:
        actions, memory = self.policy.unroll(batch.window, memory)
        loss = imitation_loss(actions, batch.labels, batch.weight)
        self.optimizer.zero_grad()
        loss.backward()
        said = self._ranks.average(self.policy.parameters(), loss, batch.weight.sum())
        torch.nn.utils.clip_grad_norm_(self.policy.parameters(), self._config.clip_norm)
        self._set_rates()
        self.optimizer.step()
        return said, memory.detach()

    def _set_rates(self) -> None:
        """Of the next step; how many there were, the optimiser knows, and with it a checkpoint."""
        encoders, core = self.optimizer.param_groups
        learned = self.optimizer.state.get(core['params'][0], {}).get('step', 0)
        warmth = min((float(learned) + 1.0) / self._config.warmup, 1.0)
        encoders['lr'] = warmth * self._rate
        core['lr'] = warmth * self._rate * self._config.core_rate


@torch.no_grad()
def mean_loss(policy: Policy, paths: Sequence[Path]) -> float:
    """`imitation_loss` of whole drives, their mean."""
    losses = []
    for path in paths:
        episode = load_episode(path, policy.spec)
        batch = collate([Piece(episode, 0, len(episode.dt))], policy.sensors, len(episode.dt))
        actions, _ = policy.eval().unroll(batch.window, policy.blank(1))
        losses.append(imitation_loss(actions, batch.labels, batch.weight).item())
    return sum(losses) / len(losses)


def imitation_loss(actions: Tensor, labels: Tensor, weight: Tensor) -> Tensor:
    """Mean Huber distance to the expert's actions; all [lanes, time, 2], weight [lanes, time].

    Quadratic for small mistakes and linear for large ones: where the expert does now this, now
        that in what looks the same, the policy goes the more usual way rather than in between.
    """
    distance = torch.nn.functional.smooth_l1_loss(actions, labels, reduction='none', beta=0.1)
    return (distance.sum(-1) * weight).sum() / weight.sum().clamp(min=1.0)


def _refreshed(memory: Memory, fresh: Tensor) -> Memory:
    """The memory with the lanes blanked in which a drive begins."""
    keep = (~fresh).unsqueeze(1)
    return Memory(memory.state * keep, memory.held * keep)
