"""Where, what and with which robot: the whole of a simulation but its seed.

A scenario is put together from layers, each laid over the one before:

    config/simulation/robots/jackal.yaml    body, limits, sensors of the robot
    world, task, sensors, limits            as given: {world: {type: rooms}, task: goal}
    config/simulation/faults.yaml           what is wrong: faults: lossy
"""

import json
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from liquid_control.safety.limiter import Limits
from liquid_control.schema import ConfigError, configured, plain, read_yaml, validated
from liquid_control.stream import TimeRules
from liquid_control_sim.guard import GuardRules
from liquid_control_sim.layers import Plain, laid_over
from liquid_control_sim.paths import share
from liquid_control_sim.robots import RobotConfig
from liquid_control_sim.sensors import SuiteConfig
from liquid_control_sim.tasks import TaskConfig
from liquid_control_sim.worlds import WorldConfig


@configured
class Scenario:
    """event_time: the rules by which a policy on this robot hears messages; the drive node there
    has the same ones. guard: stands before the wheels, as on the robot; None for none. In front of
        `sim_node` the drive node has its own.
    faults: the name of the profile that was laid over the rest.
    """

    world: WorldConfig
    task: TaskConfig
    robot: RobotConfig
    limits: Limits
    sensors: SuiteConfig
    event_time: TimeRules = TimeRules()
    guard: GuardRules | None = None
    faults: str = 'nominal'

    def __post_init__(self) -> None:
        if self.guard and not self.sensors.lidar:
            raise ValueError('guard looks through sensors.lidar, which is null')


def scenario(
    world: str | Plain = 'arena',
    task: str | Plain = 'beacon',
    robot: str | Plain = 'jackal',
    faults: str = 'nominal',
    **layers: Plain,
) -> Scenario:
    """A scenario by names, or by a dict with `type` and what is to be different.

        scenario(task={'type': 'beacon', 'timeout': 20.0}, sensors={'camera': None})

    Raises ConfigError naming the field.
    """
    data = composed({'world': world, 'task': task, 'robot': robot, 'faults': faults, **layers})
    return validated(Scenario, data, 'scenario')


def read_scenario(file: Path) -> Scenario:
    """One that was written out whole, as JSON. Raises ConfigError naming the file and field."""
    try:
        data = json.loads(file.read_text())
    except OSError as error:
        raise ConfigError(f'{file}: {error.strerror}') from None
    except ValueError as error:
        raise ConfigError(f'{file}: is not JSON: {error}') from None
    return validated(Scenario, data, str(file))


def with_faults(base: Scenario, faults: str) -> Scenario:
    """The scenario with a profile of faults laid over it. Raises ConfigError."""
    return validated(Scenario, composed({**plain(base), 'faults': faults}), f'faults {faults}')


def with_patch(base: Scenario, patch: Plain, name: str) -> Scenario:
    """The scenario with what is different laid over it, as a profile of faults of this name. A
    robot that lacks a sensor lacks its faults as well. Raises ConfigError.
    """
    return validated(Scenario, {**_faulty(plain(base), patch), 'faults': name}, name)


def composed(data: object) -> object:
    """The layers of a scenario, put together. What is no dict is left for the validation.

    Raises ConfigError for a robot or a profile of faults that there is not.
    """
    if not isinstance(data, dict):
        return data
    given = {'faults': 'nominal', **data}
    for part, usual in (('world', 'arena'), ('task', 'beacon'), ('robot', 'jackal')):
        value = given.get(part, usual)
        given[part] = {'type': usual, **value} if isinstance(value, dict) else {'type': value}
    whole: Plain = {'sensors': plain(SuiteConfig())}
    whole = laid_over(whole, robot_layer(given['robot']['type']))
    whole = laid_over(whole, given)
    return _faulty(whole, faults_layer(given['faults']))


ComposedScenario = Annotated[Scenario, BeforeValidator(composed)]
"""A field of a configuration that is written in layers."""


def robot_layer(name: str) -> Plain:
    """The contents of a robot's file."""
    folder = share() / 'config' / 'simulation' / 'robots'
    known = {path.stem: path for path in sorted(folder.glob('*.yaml'))}
    if name not in known:
        raise ConfigError(f'robot is {name!r}, wanted one of {", ".join(known)}')
    layer = _read(known[name])
    return {**layer, 'robot': {**layer['robot'], 'type': name}}


def faults_layer(name: str) -> Plain:
    """What a profile of faults changes."""
    known = _read(share() / 'config' / 'simulation' / 'faults.yaml')
    if name not in known:
        raise ConfigError(f'faults is {name!r}, wanted one of {", ".join(known)}')
    return known[name]


def faults_known() -> list[str]:
    """The names of all profiles."""
    return list(_read(share() / 'config' / 'simulation' / 'faults.yaml'))


@cache
def _read(path: Path) -> Plain:
    return read_yaml(path)


def _faulty(whole: Plain, faults: Plain) -> Plain:
    """The faults laid over the rest; a sensor that is not there gets none."""
    removed = [name for name, sensor in whole['sensors'].items() if sensor is None]
    return laid_over(laid_over(whole, faults), {'sensors': dict.fromkeys(removed)})
