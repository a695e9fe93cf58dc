"""A training run in its folder, from configuration to bundle; to be killed and resumed at will.

config.yaml              what was asked for
origin.json              the command, git's revision, the versions and the seeds it began with
checkpoint.safetensors   where it is, after every epoch
drives/0, drives/1, ...  what was recorded in each round
bundle                   the best policy of the rounds so far, by validation, or the last one
finetuning.safetensors   see `finetuning`
tensorboard              losses and validations
"""

import json
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import nn

from liquid_control.files import write_whole
from liquid_control.policy import Policy, save_bundle
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import ConfigError, plain
from liquid_control_sim.evaluation.driver import check_sensors
from liquid_control_sim.origin import origin
from liquid_control_sim.training.bags import BagDrives
from liquid_control_sim.training.board import open_board
from liquid_control_sim.training.checkpoint import Progress as RunProgress
from liquid_control_sim.training.checkpoint import load_checkpoint, save_checkpoint
from liquid_control_sim.training.config import BagsConfig, TrainConfig, load_train_config
from liquid_control_sim.training.drives import Drives, amount
from liquid_control_sim.training.finetuning import Finetuning, first_policy
from liquid_control_sim.training.imitation import Learner
from liquid_control_sim.training.ranks import ALONE, Ranks
from liquid_control_sim.training.seeds import drive_seeds, validation_seeds
from liquid_control_sim.training.simulated import SimulatedDrives
from liquid_control_sim.training.validation import Judge


class Run:
    """One training run. Everything random in it is drawn from (seed, round, epoch).

    ranks: each of them makes a Run of the same folder, and all do the same at the same time.
    """

    def __init__(self, config: TrainConfig, folder: Path, ranks: Ranks = ALONE) -> None:
        """Raises ConfigError for what ranks cannot share."""
        if config.ppo and ranks.size > 1:
            raise ConfigError(
                f'ppo is learned by one process, not by {ranks.size}: imitate without it, then '
                'fine-tune by liquid_control train with ppo.bundle'
            )
        self.config, self.folder, self._ranks = config, folder, ranks
        torch.set_num_threads(config.threads)
        torch.manual_seed(config.seed)
        self.policy = Policy(config.policy)
        self.learner = Learner(self.policy, config.imitation, ranks)
        recorded = folder / 'drives'
        self.drives: Drives = (
            BagDrives(config.bags, self.policy, recorded, ranks)
            if config.bags
            else SimulatedDrives(config, recorded, ranks)
        )
        self.progress = RunProgress()
        if self._checkpoint.exists():
            self.progress = load_checkpoint(self._checkpoint, *self._remembered)
        self.board = open_board(folder / 'tensorboard', self.progress.batches, ranks)
        self._judge = Judge(self.drives, folder, self.board)
        self._started = time.monotonic() - self.progress.wall_s

    @property
    def bundle(self) -> Path:
        return self._judge.bundle

    @property
    def bundled(self) -> int:
        """Which round the bundle is of; not always the one that validated best."""
        return int(read_bundle_file(self.bundle).training['round'])

    @property
    def _checkpoint(self) -> Path:
        return self.folder / 'checkpoint.safetensors'

    @property
    def _remembered(self) -> tuple[dict[str, nn.Module], dict[str, torch.optim.Optimizer]]:
        """What a checkpoint holds beside the progress."""
        return {'policy': self.policy}, {'optimizer': self.learner.optimizer}

    def train(self, judged: Callable[[int, float], None] = lambda number, score: None) -> None:
        """Go on from where the run is to its end.

        judged: told each round's number and validation score, when the round is safe on disk; what
            it raises ends the session.
        """
        with Progress(
            TextColumn('{task.description}'),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            disable=not self._ranks.is_first,
        ) as bar:
            ppo = self.config.ppo
            while self._goes_on and not (ppo and ppo.bundle):
                self._round(bar, judged)
            self.board.close()
            if ppo:
                finetuning = Finetuning(self.config, ppo, self.folder, self.progress)
                finetuning.train(bar, judged)
                self.progress = finetuning.progress

    @property
    def _goes_on(self) -> bool:
        """Whether there is another round of imitation."""
        progress, patience = self.progress, self.config.imitation.patience
        waited = progress.round - 1 - progress.best_round
        return progress.round < self.drives.rounds and not (patience and waited >= patience)

    def _round(self, bar: Progress, judged: Callable[[int, float], None]) -> None:
        number = self.progress.round
        if self.progress.epoch == 0:
            self._record(number, bar)
        paths = self._drives_until(number)
        task = bar.add_task(
            f'round {number}: learn', total=self._epochs(number), completed=self.progress.epoch
        )
        while self.progress.epoch < self._epochs(number):
            self._epoch(paths)
            bar.advance(task)
        bar.remove_task(task)
        leeway = math.inf if self._is_final(number) else 0.0
        verdict = self._ranks.first(
            lambda: self._judge.judge(self.policy, self.progress, self._story(), leeway)
        )
        self.progress.note(verdict.score)
        self.progress.round, self.progress.epoch = number + 1, 0
        self._ranks.first(self._save)
        self._ranks.first(lambda: verdict.tell(number))
        judged(number, verdict.score)

    def _drives_until(self, number: int) -> list[Path]:
        return [path for earlier in range(number + 1) for path in self.drives.paths(earlier)]

    def _record(self, number: int, bar: Progress) -> None:
        driver = self.folder / 'driver'
        self._ranks.first(lambda: save_bundle(self.policy, driver, {'round': number}))
        mine = self._ranks.share(range(self.drives.count(number)))
        task = bar.add_task(f'round {number}: drives', total=len(mine))
        for count in self.drives.record(number, driver):
            bar.advance(task, count)
        bar.remove_task(task)
        self._ranks.barrier()

    def _epoch(self, drives: Sequence[Path]) -> None:
        rng = np.random.default_rng((self.config.seed, self.progress.round, self.progress.epoch))
        for loss in self.learner.epoch(drives, rng, self._fraction()):
            self.progress.batches += 1
            self.board.add_scalar('imitation/loss', loss, self.progress.batches)
        self.progress.epoch += 1
        self._ranks.first(self._save)

    def _story(self) -> dict[str, Any]:
        """How the weights came to be, for the bundle."""
        return {
            **json.loads((self.folder / 'origin.json').read_text()),
            'round': self.progress.round,
            **amount(self._drives_until(self.progress.round)),
            'wall_time_s': round(time.monotonic() - self._started),
        }

    def _save(self) -> None:
        self.progress.wall_s = time.monotonic() - self._started
        save_checkpoint(self._checkpoint, *self._remembered, self.progress)

    def _epochs(self, number: int) -> int:
        imitation = self.config.imitation
        if number == 0:
            return imitation.first_epochs
        if self._is_final(number):
            assert imitation.last_epochs
            return imitation.last_epochs
        return imitation.epochs

    def _is_final(self, number: int) -> bool:
        """Whether it is the round whose passes are last_epochs."""
        is_last = 0 < number == self.drives.rounds - 1
        return is_last and self.config.imitation.last_epochs is not None

    def _fraction(self) -> float:
        """How much of the run is done, in drives learned from."""
        counts = list(map(self.drives.count, range(self.drives.rounds)))
        cost = [self._epochs(number) * sum(counts[: number + 1]) for number in range(len(counts))]
        number, epoch = self.progress.round, self.progress.epoch
        return (sum(cost[:number]) + cost[number] * epoch / self._epochs(number)) / sum(cost)


def usual_folder(config_path: Path) -> Path:
    """Where a new run goes if nobody says: below the working directory, by what and when it is."""
    return Path('runs', 'train', f'{config_path.stem}-{datetime.now():%Y%m%d-%H%M%S}')


def start(
    config_path: Path, folder: Path, bags: BagsConfig | None = None, ranks: Ranks = ALONE
) -> Run:
    """A new run in a folder that holds none. bags: instead of the configuration's own.

    Raises ConfigError.
    """
    config = load_train_config(config_path)
    return begin(replace(config, bags=bags) if bags else config, folder, ranks)


def begin(config: TrainConfig, folder: Path, ranks: Ranks = ALONE) -> Run:
    """A new run in a folder that holds none. Where it cannot begin, nothing is written.

    Raises ConfigError; BundleError for a ppo.bundle that is none.
    """
    ranks.first(lambda: _refuse_held(folder))
    run = Run(config, folder, ranks)
    _check(config)
    ranks.first(lambda: _found(config, folder, ranks))
    return run


def resume(folder: Path, ranks: Ranks = ALONE) -> Run:
    """The run in this folder, as far as it came, as it was configured. Raises ConfigError."""
    return Run(load_train_config(folder / _CONFIG), folder, ranks)


_CONFIG = 'config.yaml'


def _refuse_held(folder: Path) -> None:
    if (folder / _CONFIG).exists():
        raise ConfigError(
            f'{folder}: holds a run already; go on with it by --resume, or choose another folder'
        )


def _check(config: TrainConfig) -> None:
    """Raises ConfigError or BundleError for what would come to light when much has been done."""
    if config.ppo and config.ppo.bundle:
        first_policy(config.ppo.bundle, config)
    if not config.bags or config.ppo:
        for number, kind in enumerate(config.drives):
            check_sensors(f'drives.{number}: policy', config.policy.sensors, kind.scenario)


def _found(config: TrainConfig, folder: Path, ranks: Ranks) -> None:
    """Write down what the run in this folder is to be; with its configuration, it is one."""
    folder.mkdir(parents=True, exist_ok=True)
    seeds = {
        'run': config.seed,
        'first_drive': drive_seeds(config.seed, 0, 1)[0],
        'first_validation': validation_seeds(config.seed, 1)[0],
    }
    began = {**origin(ranks.launcher), 'seeds': seeds}
    write_whole({folder / 'origin.json': (json.dumps(began, indent=2) + '\n').encode()})
    write_whole({folder / _CONFIG: yaml.safe_dump(plain(config), sort_keys=False).encode()})
