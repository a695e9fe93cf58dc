"""The rounds of a run after those of imitation: PPO, to be killed and resumed as the others.

finetuning.safetensors   where it is, after every iteration
bundle                   the last policy that no earlier one beat, in validation, by more than
                         chance does; at first the one it began with
tensorboard/ppo          figures of each iteration, validations
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from torch.utils.tensorboard import SummaryWriter

from liquid_control.policy import Policy, load_bundle, save_bundle
from liquid_control.schema import ConfigError
from liquid_control_sim.training.checkpoint import Progress as RunProgress
from liquid_control_sim.training.checkpoint import load_checkpoint, save_checkpoint
from liquid_control_sim.training.config import PpoConfig, TrainConfig
from liquid_control_sim.training.drives import amount
from liquid_control_sim.training.experience import Trial, Trials, drive
from liquid_control_sim.training.ppo import Ppo
from liquid_control_sim.training.seeds import drive_seeds
from liquid_control_sim.training.simulated import SimulatedDrives
from liquid_control_sim.training.validation import Judge, chance
from liquid_control_sim.workers import processes

_STREAM = 4
"""Tells the randomness of an iteration from that of an epoch of the same number."""


class Finetuning:
    """PPO on the best policy of a run. Everything random is drawn from (seed, round, iteration).

    progress: its round counts on from those of imitation, the first one only judges what it begins
        with; its epoch is the iteration.
    """

    def __init__(
        self, config: TrainConfig, ppo: PpoConfig, folder: Path, before: RunProgress
    ) -> None:
        """before: the progress of the run up to here."""
        self.config, self.folder, self._settings = config, folder, ppo
        torch.manual_seed(config.seed)
        self._drives = SimulatedDrives(config, folder / 'drives')
        self._first = before.round
        self.progress = replace(before, best_score=float('-inf'), batches=0)
        if self._checkpoint.exists():
            self.ppo = Ppo(Policy(config.policy), ppo)
            self.progress = load_checkpoint(
                self._checkpoint, self.ppo.modules, self.ppo.optimizers
            )
        else:
            self.ppo = Ppo(first_policy(ppo.bundle or folder / 'bundle', config), ppo)
        self._board = SummaryWriter(
            str(folder / 'tensorboard' / 'ppo'), purge_step=self.progress.batches
        )
        self._judge = Judge(self._drives, folder, self._board)
        self._started = time.monotonic() - self.progress.wall_s

    def train(self, bar: Progress, judged: Callable[[int, float], None]) -> None:
        """Go on from where it is to its end. judged: as of a Run."""
        if not self._checkpoint.exists():
            self._end_round(judged)
        with processes(self.config.workers) as pool:
            while self.progress.round <= self._first + self._settings.rounds:
                self._round(pool, bar, judged)
        self._board.close()

    def _round(self, pool: Executor, bar: Progress, judged: Callable[[int, float], None]) -> None:
        task = bar.add_task(
            f'round {self.progress.round}: ppo',
            total=self._settings.iterations,
            completed=self.progress.epoch,
        )
        while self.progress.epoch < self._settings.iterations:
            self._iteration(pool)
            bar.advance(task)
        bar.remove_task(task)
        self._end_round(judged)

    def _end_round(self, judged: Callable[[int, float], None]) -> None:
        number = self.progress.round
        leeway = chance(self.config.validation_episodes)
        verdict = self._judge.judge(self.ppo.policy, self.progress, self._story(), leeway)
        self.progress.note(verdict.score)
        self.progress.round, self.progress.epoch = number + 1, 0
        self._save()
        verdict.tell(number)
        judged(number, verdict.score)

    def _iteration(self, pool: Executor) -> None:
        progress = self.progress
        rng = np.random.default_rng((self.config.seed, progress.round, progress.epoch, _STREAM))
        trials = self._tried(pool)
        lessons = self.ppo.judge(trials)
        figures = _outcome(trials) | self.ppo.fit_critic(lessons, rng)
        if progress.batches >= self._settings.warmup:
            figures |= self.ppo.improve(lessons, rng)
        for name, value in figures.items():
            self._board.add_scalar(f'ppo/{name}', value, progress.batches)
        progress.batches, progress.epoch = progress.batches + 1, progress.epoch + 1
        self._save()

    def _tried(self, pool: Executor) -> list[Trial]:
        driver = self.folder / 'driver'
        save_bundle(self.ppo.policy, driver, {'round': self.progress.round})
        imitated = sum(map(self._drives.count, range(self._drives.rounds)))
        count = self._settings.drives
        seeds = drive_seeds(self.config.seed, imitated + self.progress.batches * count, count)
        forward, left = self.ppo.exploration.std.tolist()
        trials = Trials(
            self.config, self._settings, self.progress.round, driver, seeds, (forward, left)
        )
        return [trial for group in drive(trials, pool) for trial in group]

    def _story(self) -> dict[str, Any]:
        """How the weights came to be, for the bundle."""
        rounds, bundle = range(self._drives.rounds), self._settings.bundle
        imitated = [path for number in rounds for path in self._drives.paths(number)]
        return {
            **json.loads((self.folder / 'origin.json').read_text()),
            'round': self.progress.round,
            **({'began_with': str(bundle)} if bundle else amount(imitated)),
            'trials': self.progress.batches * self._settings.drives,
            'wall_time_s': round(time.monotonic() - self._started),
        }

    def _save(self) -> None:
        self.progress.wall_s = time.monotonic() - self._started
        save_checkpoint(self._checkpoint, self.ppo.modules, self.ppo.optimizers, self.progress)

    @property
    def _checkpoint(self) -> Path:
        return self.folder / 'finetuning.safetensors'


def first_policy(bundle: Path, config: TrainConfig) -> Policy:
    """What PPO begins with. Raises ConfigError for one of another kind than configured, and
    BundleError.
    """
    policy = load_bundle(bundle)
    if policy.spec != config.policy or policy.sensors != tuple(config.policy.sensors):
        raise ConfigError(
            f'ppo.bundle is {bundle}, a policy of other sensors, in another order, or of another '
            'network than policy'
        )
    return policy


def _outcome(trials: list[Trial]) -> dict[str, float]:
    """How the drives went."""
    return {
        'gain': float(np.mean([trial.gain for trial in trials])),
        'terminated': float(np.mean([trial.terminated for trial in trials])),
        'seconds': float(np.mean([trial.lengths.sum() for trial in trials])),
    }
