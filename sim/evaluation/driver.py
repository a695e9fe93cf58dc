"""Who drives: a bundle or a planner, and whether it fits a scenario."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from liquid_control.policy import AnySensorSpec
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import ConfigError
from liquid_control_sim.paths import share
from liquid_control_sim.planners import PLANNERS, find_planner
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.tasks import Beacon, Goal

Driver = Path | str
"""A bundle's folder, or the name of a planner."""


def find_driver(name: str) -> Driver:
    """A planner's name, or a bundle's folder: in the working directory, else among the files that
    come with the package. A folder that is called as a planner is: './dwa'.

    Raises BundleError or ConfigError.
    """
    if name in PLANNERS:
        return name
    path, shipped = Path(name), share() / name
    if not path.exists() and not shipped.exists():
        raise ConfigError(f'is {name!r}, wanted a bundle or one of {", ".join(PLANNERS)}')
    found = path if path.exists() else shipped
    read_bundle_file(found)
    return found


def check_fit(driver: Driver, config: Scenario) -> None:
    """Raises ConfigError where the scenario's robot lacks what the policy hears, or where that is
    of another shape; ConfigError or BundleError for a driver that there is not.
    """
    if not isinstance(driver, Path):
        find_planner(driver)
        return
    check_sensors(str(driver), read_bundle_file(driver).spec.sensors, config)


def check_sensors(who: str, heard: Mapping[str, AnySensorSpec], config: Scenario) -> None:
    """As `check_fit`, by what is heard. who: for the error."""
    shapes = _shapes(config)
    for sensor, spec in heard.items():
        if sensor not in shapes:
            why = 'the task has no goal' if sensor == 'goal' else 'the robot has none'
            raise ConfigError(f'{who}: hears {sensor}, but {why}: it has {", ".join(shapes)}')
        wanted = shapes[sensor]
        if wanted is not None and spec.shape != wanted:
            raise ConfigError(
                f'{who}: sensors.{sensor} is of shape {list(spec.shape)}, but the robot has '
                f'one of {list(wanted)}'
            )


def as_driven(driver: Driver, config: Scenario) -> Scenario:
    """The scenario as it is evaluated. An episode is one beacon; and since the camera costs as
    much as all the rest, there is none where nobody looks at it.
    """
    if isinstance(config.task, Beacon):
        config = replace(config, task=replace(config.task, mode='single'))
    if isinstance(driver, Path):
        watched = 'camera' in read_bundle_file(driver).spec.sensors
    else:
        watched = isinstance(config.task, Beacon)
    return config if watched else replace(config, sensors=replace(config.sensors, camera=None))


def _shapes(config: Scenario) -> dict[str, tuple[int, ...] | None]:
    """Of the values of the sensors there are; None for those that are the same on all robots."""
    sensors = config.sensors
    shapes: dict[str, tuple[int, ...] | None] = dict.fromkeys(sensors.clocks)
    if sensors.lidar:
        shapes['lidar'] = (sensors.lidar.beams,)
    if sensors.camera:
        shapes['camera'] = (sensors.camera.height, sensors.camera.width, 3)
    if sensors.odometry and isinstance(config.task, Goal):
        shapes['goal'] = None
    return shapes
