"""Which settings train best: ordinary runs beside each other, chosen by Optuna, ended early where
they fall behind.

study.yaml         what was asked for
study.journal      what Optuna knows; with it, a study that was killed goes on
trials/0, ...      a training run each
best.yaml          configuration of the best trial so far
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import optuna
import yaml
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import FrozenTrial, Trial, TrialState
from pydantic import Field

from liquid_control.files import write_whole
from liquid_control.schema import ConfigError, Count, configured, plain, read_yaml, validated
from liquid_control_sim.training.config import Natural, TrainConfig, load_train_config
from liquid_control_sim.training.run import begin, resume

Value = bool | int | float | str


@configured
class Interval:
    """low to high, both included. log: even in the logarithm."""

    low: float
    high: float
    log: bool = False
    type: Literal['float', 'int'] = 'float'

    def __post_init__(self) -> None:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError('low has to be less than high, and more than 0 with log')

    def suggest(self, trial: Trial, field: str) -> Value:
        if self.type == 'int':
            return trial.suggest_int(field, int(self.low), int(self.high), log=self.log)
        return trial.suggest_float(field, self.low, self.high, log=self.log)

    def extremes(self) -> list[Value]:
        return [int(v) if self.type == 'int' else v for v in (self.low, self.high)]


@configured
class Choices:
    """One of these; a single one is a setting that all trials have and the base has not."""

    choices: Annotated[list[Value], Field(min_length=1)]

    def suggest(self, trial: Trial, field: str) -> Value:
        chosen = trial.suggest_categorical(field, self.choices)
        assert chosen is not None, 'None is no choice'
        return chosen

    def extremes(self) -> list[Value]:
        return self.choices


@configured
class TuneConfig:
    """A study: the contents of config/tune/*.yaml.

    base: configuration of a training run, relative to the study's file. space: by its dotted
        field, what is tried in place of what the base has; list items by their numbers, as in
        drives.0.share.
    trials: how many. seed: of the choice; the runs have the base's.
    startup, warmup: no trial is ended early before so many are through, nor in its first rounds;
        later it is where its best round so far is below the median of the others' at that round.
    """

    base: Path
    space: Annotated[dict[str, Interval | Choices], Field(min_length=1)]
    trials: Count = 20
    seed: Natural = 0
    startup: Natural = 4
    warmup: Natural = 2


@dataclass(frozen=True)
class Attempt:
    """One trial. score: of its best round, None before the first. rounds: judged."""

    number: int
    state: str
    rounds: int
    score: float | None
    fields: dict[str, Value]


class Study:
    """A study in its folder, to be killed and gone on with at will."""

    def __init__(self, path: Path, folder: Path) -> None:
        """path: of its configuration. Raises ConfigError for an unknown field, for values that no
        run can have, and for a folder with another study.
        """
        self.config, self.folder, self._path = _load(path), folder, path
        self._base = plain(load_train_config(self.config.base))
        for field, values in self.config.space.items():
            for value in values.extremes():
                self.with_fields({field: value})
        self._open_folder()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        journal = JournalFileBackend(str(folder / 'study.journal'))
        self._storage = JournalStorage(journal)
        self._study = optuna.create_study(
            study_name='study',
            storage=self._storage,
            load_if_exists=True,
            direction='maximize',
            pruner=optuna.pruners.MedianPruner(self.config.startup, self.config.warmup),
        )

    def run(self, trials: int) -> None:
        """Go on until so many are through."""
        while len(self._study.get_trials(deepcopy=False, states=_THROUGH)) < trials:
            self._try(self._next())
            self._write_best()

    def attempts(self) -> list[Attempt]:
        """All trials so far."""
        return [_attempt(trial) for trial in self._study.trials]

    @property
    def best(self) -> Attempt:
        """Of the trials that came to their end; there is one after `run`."""
        return _attempt(self._study.best_trial)

    @property
    def best_bundle(self) -> Path:
        return self.folder / 'trials' / str(self.best.number) / 'bundle'

    def with_fields(self, fields: Mapping[str, Value]) -> TrainConfig:
        """The base with other values. Raises ConfigError."""
        data = deepcopy(self._base)
        for field, value in fields.items():
            _put(data, field, value, f'{self._path}: space.{field}')
        return validated(TrainConfig, data, f'{self._path}: space')

    def _open_folder(self) -> None:
        asked = yaml.safe_dump({**plain(replace(self.config, trials=1)), 'base': self._base})
        file = self.folder / 'study.yaml'
        if file.exists() and file.read_text() != asked:
            raise ConfigError(
                f'{self.folder}: holds a study with other settings, see study.yaml there; choose '
                'another folder'
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole({file: asked.encode()})

    def _next(self) -> Trial:
        """The trial that was cut off, or else a new one. What is chosen follows from the seed, the
        trial's number and the trials before.
        """
        cut_off = self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
        number = cut_off[0].number if cut_off else len(self._study.get_trials(deepcopy=False))
        self._study.sampler = optuna.samplers.TPESampler(seed=self.config.seed + number)
        if not cut_off:
            return self._study.ask()
        study_id = self._storage.get_study_id_from_name('study')
        return Trial(
            self._study, self._storage.get_trial_id_from_study_id_trial_number(study_id, number)
        )

    def _try(self, trial: Trial) -> None:
        fields = {
            field: values.suggest(trial, field) for field, values in self.config.space.items()
        }
        folder = self.folder / 'trials' / str(trial.number)
        begun = (folder / 'config.yaml').exists()
        run = resume(folder) if begun else begin(self.with_fields(fields), folder)

        def judged(number: int, score: float) -> None:
            trial.report(score, number)
            if trial.should_prune():
                raise optuna.TrialPruned

        try:
            run.train(judged)
        except optuna.TrialPruned:
            self._study.tell(trial, state=TrialState.PRUNED)
        else:
            self._study.tell(trial, run.progress.best_score)
        finally:
            run.board.close()

    def _write_best(self) -> None:
        best = plain(self.with_fields(self.best.fields))
        text = yaml.safe_dump(best, sort_keys=False)
        write_whole({self.folder / 'best.yaml': text.encode()})


_THROUGH = (TrialState.COMPLETE, TrialState.PRUNED)


def _load(path: Path) -> TuneConfig:
    config = validated(TuneConfig, read_yaml(path), str(path))
    return replace(config, base=path.parent / config.base)


def _put(data: Any, field: str, value: Value, where: str) -> None:
    """Replace what there is at a dotted field. Raises ConfigError if nothing is."""
    *parents, last = field.split('.')
    for part in parents:
        data = data[_key(data, part, where)]
    data[_key(data, last, where)] = value


def _key(data: Any, part: str, where: str) -> str | int:
    keys = {str(key): key for key in (range(len(data)) if isinstance(data, list) else data or ())}
    if not isinstance(data, dict | list) or part not in keys:
        there = ', '.join(keys) if isinstance(data, dict | list) else f'but {data!r}'
        raise ConfigError(f'{where} is not a field of the base: no {part} there, {there}')
    return keys[part]


def _attempt(trial: FrozenTrial) -> Attempt:
    judged = trial.intermediate_values
    score = (
        trial.value if trial.state == TrialState.COMPLETE else max(judged.values(), default=None)
    )
    return Attempt(trial.number, trial.state.name.lower(), len(judged), score, trial.params)
