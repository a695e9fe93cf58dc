"""A training run in its folder, from configuration to bundle; to be killed and resumed at will.

config.yaml              what was asked for
origin.json              the command and the versions it was started with
checkpoint.safetensors   where it is, after every epoch
drives/0, drives/1, ...  what was recorded in each round
bundle                   the best policy of all rounds so far, by validation
tensorboard              losses and validations
"""

import json
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter

from liquid_control.policy import Policy, save_bundle
from liquid_control.schema import ConfigError, plain
from liquid_control_sim.training.bags import BagDrives
from liquid_control_sim.training.checkpoint import Progress as RunProgress
from liquid_control_sim.training.checkpoint import load_checkpoint, save_checkpoint
from liquid_control_sim.training.config import BagsConfig, TrainConfig, load_train_config
from liquid_control_sim.training.drives import Drives
from liquid_control_sim.training.imitation import Learner
from liquid_control_sim.training.simulated import SimulatedDrives


class Run:
    """One training run. Everything random in it is drawn from (seed, round, epoch)."""

    def __init__(self, config: TrainConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.policy = Policy(config.policy)
        self.learner = Learner(self.policy, config.imitation)
        recorded = folder / 'drives'
        self.drives: Drives = (
            BagDrives(config.bags, self.policy, recorded)
            if config.bags
            else SimulatedDrives(config, recorded)
        )
        self.progress = RunProgress()
        if self._checkpoint.exists():
            self.progress = load_checkpoint(self._checkpoint, self.policy, self.learner.optimizer)
        self.board = SummaryWriter(str(folder / 'tensorboard'), purge_step=self.progress.batches)
        self._started = time.monotonic() - self.progress.wall_s

    @property
    def bundle(self) -> Path:
        return self.folder / 'bundle'

    @property
    def _checkpoint(self) -> Path:
        return self.folder / 'checkpoint.safetensors'

    def train(self) -> None:
        """Go on from where the run is to its end."""
        with Progress(
            TextColumn('{task.description}'),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        ) as bar:
            while self.progress.round < self.drives.rounds:
                self._round(bar)
        self.board.close()

    def _round(self, bar: Progress) -> None:
        number = self.progress.round
        if self.progress.epoch == 0:
            self._record(number, bar)
        paths = [path for earlier in range(number + 1) for path in self.drives.paths(earlier)]
        task = bar.add_task(
            f'round {number}: learn', total=self._epochs(number), completed=self.progress.epoch
        )
        while self.progress.epoch < self._epochs(number):
            self._epoch(paths)
            bar.advance(task)
        bar.remove_task(task)
        self._validate()
        self.progress.round, self.progress.epoch = number + 1, 0
        self._save()

    def _record(self, number: int, bar: Progress) -> None:
        driver = self.folder / 'driver'
        save_bundle(self.policy, driver, {'round': number})
        task = bar.add_task(f'round {number}: drives', total=self.drives.count(number))
        for count in self.drives.record(number, driver):
            bar.advance(task, count)
        bar.remove_task(task)

    def _epoch(self, drives: Sequence[Path]) -> None:
        rng = np.random.default_rng((self.config.seed, self.progress.round, self.progress.epoch))
        for loss in self.learner.epoch(drives, rng, self._fraction()):
            self.progress.batches += 1
            self.board.add_scalar('imitation/loss', loss, self.progress.batches)
        self.progress.epoch += 1
        self._save()

    def _validate(self) -> None:
        """Keep the policy as the run's bundle if no earlier one drove better."""
        number = self.progress.round
        candidate = self.folder / 'candidate'
        save_bundle(self.policy, candidate, self._story(None))
        figures, score = self.drives.validate(candidate)
        for name, value in figures.items():
            self.board.add_scalar(f'validation/{name}', value, self.progress.batches)
        said = ', '.join(f'{name} {value:.4g}' for name, value in figures.items())
        print(f'round {number}: {said}', flush=True)  # noqa: T201
        if score >= self.progress.best_score:
            self.progress.best_round, self.progress.best_score = number, score
            save_bundle(self.policy, self.bundle, self._story(figures))

    def _story(self, validation: dict[str, float] | None) -> dict[str, Any]:
        """How the weights came to be, for the bundle."""
        return {
            **json.loads((self.folder / 'origin.json').read_text()),
            'seed': self.config.seed,
            'round': self.progress.round,
            'drives': sum(map(self.drives.count, range(self.progress.round + 1))),
            'wall_time_s': round(time.monotonic() - self._started),
            'validation': validation,
        }

    def _save(self) -> None:
        self.progress.wall_s = time.monotonic() - self._started
        save_checkpoint(self._checkpoint, self.policy, self.learner.optimizer, self.progress)

    def _epochs(self, number: int) -> int:
        return self.config.imitation.epochs if number else self.config.imitation.first_epochs

    def _fraction(self) -> float:
        """How much of the run is done, in drives learned from."""
        counts = list(map(self.drives.count, range(self.drives.rounds)))
        cost = [self._epochs(number) * sum(counts[: number + 1]) for number in range(len(counts))]
        number, epoch = self.progress.round, self.progress.epoch
        return (sum(cost[:number]) + cost[number] * epoch / self._epochs(number)) / sum(cost)


def start(config_path: Path, folder: Path, bags: BagsConfig | None = None) -> Run:
    """A new run in a folder that holds none. bags: instead of the configuration's own.

    Raises ConfigError.
    """
    if (folder / 'config.yaml').exists():
        raise ConfigError(
            f'{folder}: holds a run already; go on with it by --resume, or choose another folder'
        )
    config = load_train_config(config_path)
    if bags:
        config = replace(config, bags=bags)
    folder.mkdir(parents=True, exist_ok=True)
    origin = {
        'command': shlex.join(['liquid_control', *sys.argv[1:]]),
        'versions': {name: version(name) for name in ('torch', 'mujoco', 'numpy')},
    }
    (folder / 'origin.json').write_text(json.dumps(origin, indent=2) + '\n')
    (folder / 'config.yaml').write_text(yaml.safe_dump(plain(config), sort_keys=False))
    return Run(config, folder)


def resume(folder: Path) -> Run:
    """The run in this folder, as far as it came, as it was configured. Raises ConfigError."""
    return Run(load_train_config(folder / 'config.yaml'), folder)
