"""What a suite evaluates, from a YAML file: drivers x scenarios x conditions x seeds.

drivers:   {liquid: models/beacon, expert: expert}          # a bundle's folder or a planner's name
scenarios: {hall: {world: sudden_obstacle, task: beacon}}   # in layers, see `scenario`
faults:    [nominal, storm]                                 # of config/simulation/faults.yaml
sweeps:                                                     # one quantity, for a curve
  lidar_rate:
    title: LiDAR rate
    unit: Hz
    values: [20, 10, 5, 2]
    patch: {sensors: {lidar: {clock: {rate: x}}}}           # x is each value in turn
seeds:     {first: 0, count: 30}

Nothing is driven here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from liquid_control.schema import ConfigError, Count, configured, plain, read_yaml, validated
from liquid_control_sim.evaluation.driver import Driver, as_driven, check_fit, find_driver
from liquid_control_sim.evaluation.evaluate import Evaluation
from liquid_control_sim.layers import Plain
from liquid_control_sim.scenario import Scenario, scenario, with_faults, with_patch
from liquid_control_sim.training.seeds import FIRST_TRAINING_SEED
from liquid_control_sim.worlds import read_barn

Name = Annotated[str, Field(pattern=r'^[A-Za-z0-9_-]+$')]
"""It becomes part of a file's name."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


@configured
class ScenarioLayers:
    """As `scenario` takes them; the faults are the suite's."""

    world: str | Plain = 'arena'
    task: str | Plain = 'beacon'
    robot: str | Plain = 'jackal'
    sensors: Plain = Field(default_factory=dict)
    limits: Plain = Field(default_factory=dict)
    guard: Plain | None = None


@configured
class SweepConfig:
    """One quantity that is worse and worse. patch: what is laid over the scenario, with `x` where
    the value belongs.
    """

    title: str
    unit: str
    values: Annotated[tuple[Finite, ...], Field(min_length=1)]
    patch: Plain

    def __post_init__(self) -> None:
        if _filled(self.patch, 0.0) == self.patch:
            raise ValueError('patch has no x where the value belongs')
        if len({f'{value:g}' for value in self.values}) != len(self.values):
            raise ValueError(f'values are {self.values}, wanted each once')

    def at(self, value: float) -> Plain:
        """The patch for one value."""
        return _filled(self.patch, value)


@configured
class SeedsConfig:
    """The same for every driver, scenario and condition: what differs is not the luck."""

    count: Count
    first: Annotated[int, Field(ge=0)] = 0

    def __post_init__(self) -> None:
        if self.first + self.count > FIRST_TRAINING_SEED:
            raise ValueError(f'seeds from {FIRST_TRAINING_SEED} on are for training')

    @property
    def numbers(self) -> range:
        return range(self.first, self.first + self.count)


@configured
class SuiteConfig:
    drivers: Annotated[dict[Name, str], Field(min_length=1)]
    scenarios: Annotated[dict[Name, ScenarioLayers], Field(min_length=1)]
    seeds: SeedsConfig
    faults: tuple[str, ...] = ('nominal',)
    sweeps: dict[Name, SweepConfig] = Field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.faults and not self.sweeps:
            raise ValueError('faults and sweeps are empty, wanted one of them at least')
        if len(set(self.faults)) != len(self.faults):
            raise ValueError(f'faults are {self.faults}, wanted each once')


@dataclass(frozen=True)
class Cell:
    """One driver in one scenario under one condition, all seeds.

    sweep, x: where the condition is a point of a sweep.
    """

    driver: str
    scenario: str
    condition: str
    evaluation: Evaluation
    sweep: str | None = None
    x: float | None = None

    @property
    def path(self) -> Path:
        """Relative; no other cell has it."""
        return Path(self.driver, self.scenario, self.condition)


@dataclass(frozen=True)
class Suite:
    """A suite that can be driven: all was looked up and fits. drivers: by their names."""

    name: str
    config: SuiteConfig
    drivers: dict[str, Driver]
    cells: tuple[Cell, ...]


def read_suite(file: Path, worlds: Path | None = None) -> Suite:
    """worlds: BARN's, for scenarios in world `barn` that name no file of their own.

    Raises ConfigError that names the file and the field.
    """
    config = validated(SuiteConfig, read_yaml(file), str(file))
    drivers = {name: _driver(file, name, given) for name, given in config.drivers.items()}
    cells: list[Cell] = []
    for name, layers in config.scenarios.items():
        where = f'{file}: scenarios.{name}'
        cells += [
            _cell(where, name, condition, of, driver, config.seeds.numbers)
            for condition in _conditions(file, config, _scenario(where, layers, worlds))
            for of, driver in drivers.items()
        ]
    return Suite(file.stem, config, drivers, tuple(cells))


@dataclass(frozen=True)
class _Condition:
    name: str
    scenario: Scenario
    sweep: str | None = None
    x: float | None = None


def _driver(file: Path, name: str, given: str) -> Driver:
    try:
        return find_driver(given)
    except ConfigError as error:
        raise ConfigError(f'{file}: drivers.{name}: {error}') from None


def _scenario(where: str, layers: ScenarioLayers, worlds: Path | None) -> Scenario:
    """With what a file of worlds says, as far as the layers say nothing else."""
    given: Plain = plain(layers)
    world, task = (
        part if isinstance(part, dict) else {'type': part} for part in (layers.world, layers.task)
    )
    if world.get('type') == 'barn' and 'file' not in world:
        if worlds is None:
            raise ConfigError(f'{where}: world is barn, so give its file by --worlds FILE')
        world = {**world, 'file': str(worlds)}
    try:
        if world.get('type') == 'barn' and task.get('type') == 'goal':
            barn = read_barn(Path(world['file']))
            task = {'reach': barn.goal_radius, 'timeout': barn.timeout, **task}
        return scenario(**{**given, 'world': world, 'task': task})
    except ConfigError as error:
        raise ConfigError(f'{where}: {error}') from None


def _conditions(file: Path, config: SuiteConfig, base: Scenario) -> Iterator[_Condition]:
    """All faults, then all sweeps, laid over one scenario."""
    where = 'faults'
    try:
        for faults in config.faults:
            yield _Condition(faults, with_faults(base, faults))
        for name, sweep in config.sweeps.items():
            where = f'sweeps.{name}'
            for x in sweep.values:
                label = f'{name}={x:g}'
                yield _Condition(label, with_patch(base, sweep.at(x), label), name, x)
    except ConfigError as error:
        raise ConfigError(f'{file}: {where}: {error}') from None


def _cell(
    where: str, name: str, condition: _Condition, of: str, driver: Driver, seeds: range
) -> Cell:
    """name: of the scenario. of: the driver's name."""
    try:
        check_fit(driver, condition.scenario)
    except ConfigError as error:
        raise ConfigError(f'{where} does not fit drivers.{of}: {error}') from None
    evaluation = Evaluation(driver, seeds, as_driven(driver, condition.scenario))
    return Cell(of, name, condition.name, evaluation, condition.sweep, condition.x)


def _filled(patch: Any, value: float) -> Any:
    """With the value wherever there is an x."""
    if isinstance(patch, dict):
        return {key: _filled(part, value) for key, part in patch.items()}
    if isinstance(patch, list):
        return [_filled(part, value) for part in patch]
    return value if patch == 'x' else patch
