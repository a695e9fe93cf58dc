"""The weights' side of fine-tuning: what one set of trials does to a policy.

Proximal policy optimisation (Schulman et al., 2017), recurrent, with truncated backpropagation
through windows of events. The policy's memory runs over all events; its likelihood is asked at
the decisions alone.

A message that came late stands at its stamp in a window, so there the policy knows it somewhat
before the robot did. Therefore the noise that is judged is the one that was drawn; windows only
tell how far the policy has moved since: n - (m - m_old), both in the order of the stamps.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from liquid_control.policy import Policy
from liquid_control.policy.window import Memory
from liquid_control_sim.training.batches import Piece, collate
from liquid_control_sim.training.config import PpoConfig
from liquid_control_sim.training.critic import Critic, fit
from liquid_control_sim.training.experience import Trial
from liquid_control_sim.training.exploration import Exploration
from liquid_control_sim.training.returns import advantages


class Lesson(NamedTuple):
    """A trial of K decisions, judged.

    advantages, returns: [K]. wanted: [K, 2], raw actions of the policy that drove. anchor: [K, 2],
        of the policy that PPO began with. density: [K], log p of the noise as it was drawn.
    """

    trial: Trial
    advantages: np.ndarray
    returns: np.ndarray
    wanted: Tensor
    anchor: Tensor
    density: Tensor


class Ppo:
    """A policy under fine-tuning, with all that is not part of it."""

    def __init__(self, policy: Policy, config: PpoConfig) -> None:
        self.policy, self.config = policy.eval(), config  # as it drives
        self.anchor = deepcopy(policy).requires_grad_(False)
        self.exploration = Exploration(config.std, config.correlation)
        self.critic = Critic()
        self._tuned = [*policy.parameters(), *self.exploration.parameters()]
        self._optimizer = torch.optim.Adam(
            self._tuned, lr=config.learning_rate, eps=1e-5, fused=True
        )
        self._critic_optimizer = torch.optim.Adam(
            self.critic.parameters(), lr=config.critic_learning_rate, fused=True
        )

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """By name, all that a checkpoint has to hold, with `optimizers`."""
        return {
            'policy': self.policy,
            'anchor': self.anchor,
            'exploration': self.exploration,
            'critic': self.critic,
        }

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {'optimizer': self._optimizer, 'critic_optimizer': self._critic_optimizer}

    def judge(self, trials: Sequence[Trial]) -> list[Lesson]:
        """What the critic makes of them, and what the policies wanted."""
        config, lessons = self.config, list[Lesson]()
        for start in range(0, len(trials), config.lanes):
            group = trials[start : start + config.lanes]
            wanted = _all_wanted(self.policy, group, config.window)
            anchors = _all_wanted(self.anchor, group, config.window)
            for trial, mine, first in zip(group, wanted, anchors, strict=True):
                values = self.critic.values(trial.facts)
                gained = advantages(
                    trial.rewards,
                    trial.lengths,
                    values,
                    trial.terminated,
                    config.gamma,
                    config.gae_lambda,
                )
                density = self._density_drawn(trial)
                returns = gained + values[:-1]
                lessons.append(Lesson(trial, gained, returns, mine, first, density))
        return lessons

    def fit_critic(self, lessons: Sequence[Lesson], rng: np.random.Generator) -> dict[str, float]:
        """Learn what the moments were worth; figures by name."""
        facts = np.concatenate([lesson.trial.facts[:-1] for lesson in lessons])
        returns = np.concatenate([lesson.returns for lesson in lessons])
        epochs = self.config.critic_epochs
        explained = fit(self.critic, self._critic_optimizer, facts, returns, epochs, rng)
        return {'explained_variance': explained, 'return': float(returns.mean())}

    def improve(self, lessons: Sequence[Lesson], rng: np.random.Generator) -> dict[str, float]:
        """Make what went better than expected more likely; figures by name."""
        passes, tally = 0, _Tally()
        for group in self._groups(_standardised(lessons), rng):
            passes, tally = passes + 1, self._pass(group)
            if tally.kl > self.config.kl_limit:
                break
        forward, left = self.exploration.std.tolist()
        spread = {'std_forward': forward, 'std_left': left}
        return {**tally.figures(), 'passes': passes, **spread}

    def _groups(
        self, lessons: Sequence[Lesson], rng: np.random.Generator
    ) -> Iterator[list[Lesson]]:
        """Those that are learned from side by side; all in each epoch, in another order."""
        lanes = self.config.lanes
        for _ in range(self.config.epochs):
            order = rng.permutation(len(lessons))
            for start in range(0, len(order), lanes):
                yield [lessons[i] for i in order[start : start + lanes]]

    @torch.no_grad()
    def _density_drawn(self, trial: Trial) -> Tensor:
        noise = torch.from_numpy(trial.noise)
        before = torch.cat((torch.zeros(1, 2), noise[:-1]))
        return self.exploration.log_density(noise, before, torch.from_numpy(trial.gaps))

    def _pass(self, group: Sequence[Lesson]) -> '_Tally':
        """Once through a group side by side, a step of the optimiser after each window."""
        trials, tally = [lesson.trial for lesson in group], _Tally()
        # A decision counts the same in a window of many lanes and in one of few.
        windows = max(len(trial.events.dt) for trial in trials) / self.config.window
        scale = windows / sum(len(trial.rows) for trial in trials)
        last = torch.zeros(len(group), 2)
        for stretch, wanted in _unrolled(self.policy, trials, self.config.window):
            if not len(wanted):
                continue
            said = _Said.of(group, stretch)
            noise = said.noise - (wanted - said.wanted)
            before, last = _before(noise, last, stretch)
            log_ratio = self.exploration.log_density(noise, before, said.gaps) - said.density
            loss = scale * self._loss(log_ratio, said, wanted)
            self._optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(self._tuned, self.config.clip_norm)
            self._optimizer.step()
            tally.add(log_ratio.detach(), self.config.clip, (wanted - said.anchor).detach())
        return tally

    def _loss(self, log_ratio: Tensor, said: '_Said', wanted: Tensor) -> Tensor:
        """Of k decisions, their sum.

        L = - min(q A, clip(q) A) - entropy H + anchor |m - m_0|^2,   q = p(a) / p_old(a)
        """
        config, ratio = self.config, log_ratio.exp()
        clipped = ratio.clamp(1.0 - config.clip, 1.0 + config.clip)
        surrogate = torch.minimum(ratio * said.advantages, clipped * said.advantages)
        drift = (wanted - said.anchor).square().sum(-1)
        entropy = self.exploration.entropy * len(wanted)
        return (config.anchor * drift - surrogate).sum() - config.entropy * entropy


class _Stretch(NamedTuple):
    """A window of the trials that reach so far: which they are, and which of the decisions of each
    are in it.
    """

    lanes: list[int]
    spans: list[slice]

    @property
    def counts(self) -> list[int]:
        return [span.stop - span.start for span in self.spans]


class _Said(NamedTuple):
    """What the lessons say of the k decisions of a stretch, lane after lane."""

    noise: Tensor
    gaps: Tensor
    advantages: Tensor
    wanted: Tensor
    anchor: Tensor
    density: Tensor

    @classmethod
    def of(cls, lessons: Sequence[Lesson], stretch: _Stretch) -> '_Said':
        parts = [(lessons[i], span) for i, span in zip(*stretch, strict=True)]
        return cls(
            torch.from_numpy(np.concatenate([one.trial.noise[span] for one, span in parts])),
            torch.from_numpy(np.concatenate([one.trial.gaps[span] for one, span in parts])),
            torch.from_numpy(
                np.concatenate([one.advantages[span] for one, span in parts])
            ).float(),
            torch.cat([one.wanted[span] for one, span in parts]),
            torch.cat([one.anchor[span] for one, span in parts]),
            torch.cat([one.density[span] for one, span in parts]),
        )


class _Tally:
    """Figures of the decisions of one pass.

    kl: from the policy that drove to that of now, estimated by q - 1 - log q.
    """

    def __init__(self) -> None:
        self._count, self._kl, self._clipped, self._drift = 0, 0.0, 0, 0.0

    @property
    def kl(self) -> float:
        return self._kl / max(self._count, 1)

    def add(self, log_ratio: Tensor, clip: float, drift: Tensor) -> None:
        ratio = log_ratio.exp()
        self._count += len(ratio)
        self._kl += float((ratio - 1.0 - log_ratio).sum())
        self._clipped += int(((ratio - 1.0).abs() > clip).sum())
        self._drift += float(drift.square().sum())

    def figures(self) -> dict[str, float]:
        count = max(self._count, 1)
        drift = (self._drift / count) ** 0.5
        return {'kl': self.kl, 'clipped': self._clipped / count, 'drift': drift}


def _unrolled(
    policy: Policy, trials: Sequence[Trial], time: int
) -> Iterator[tuple[_Stretch, Tensor]]:
    """Window after window, what the policy wants at the decisions in it: [k, 2], lane after lane.

    Gradients reach back to the window's beginning. The weights may change between windows.
    """
    memory = policy.blank(len(trials))
    ends = [len(trial.events.dt) for trial in trials]
    for start in range(0, max(ends), time):
        lanes = [i for i, end in enumerate(ends) if end > start]
        pieces = [Piece(trials[i].events, start, min(start + time, ends[i])) for i in lanes]
        window = collate(pieces, policy.sensors, time).window
        answers, after = policy.unroll(window, Memory(memory.state[lanes], memory.held[lanes]))
        memory.state[lanes], memory.held[lanes] = after.detach()
        bounds = [np.searchsorted(trials[i].rows, (start, start + time)) for i in lanes]
        stretch = _Stretch(lanes, [slice(int(first), int(stop)) for first, stop in bounds])
        rows = [trials[i].rows[span] - start for i, span in zip(*stretch, strict=True)]
        yield (
            stretch,
            answers[np.repeat(np.arange(len(lanes)), stretch.counts), np.concatenate(rows)],
        )


@torch.no_grad()
def _all_wanted(policy: Policy, trials: Sequence[Trial], time: int) -> list[Tensor]:
    """What the policy wants at each trial's decisions, [K, 2]."""
    parts: list[list[Tensor]] = [[] for _ in trials]
    for stretch, wanted in _unrolled(policy, trials, time):
        for lane, part in zip(stretch.lanes, wanted.split(stretch.counts), strict=True):
            parts[lane].append(part)
    return [torch.cat(part) for part in parts]


def _before(noise: Tensor, last: Tensor, stretch: _Stretch) -> tuple[Tensor, Tensor]:
    """The noise before each decision of a stretch [k, 2], and the last of every lane after it.

    last: [lanes, 2], the last of every lane before the stretch; zeros if there was none.
    """
    counts = np.array(stretch.counts)
    ends = np.cumsum(counts)
    some = counts > 0
    lanes, firsts, lasts = np.array(stretch.lanes)[some], (ends - counts)[some], ends[some] - 1
    shifted = torch.cat((noise[:1], noise[:-1]))
    before = shifted.index_put((torch.from_numpy(firsts),), last[lanes])
    after = last.clone()
    after[lanes] = noise[lasts].detach()
    return before, after


def _standardised(lessons: Sequence[Lesson]) -> list[Lesson]:
    """With advantages of mean 0 and spread 1."""
    gained = np.concatenate([lesson.advantages for lesson in lessons])
    mean, spread = gained.mean(), max(gained.std(), 1e-6)
    return [lesson._replace(advantages=(lesson.advantages - mean) / spread) for lesson in lessons]
