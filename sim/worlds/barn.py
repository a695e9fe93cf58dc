"""The worlds of BARN, from a file.

{"cylinder_radius": 0.075, "cylinder_height": 1.0,
 "start": {"x": -2.0, "y": 3.0, "yaw": 1.57}, "goal": {"x": -2.0, "y": 13.0},
 "goal_radius": 1.0, "timeout": 100.0,
 "worlds": [{"index": 1, "optimal_path_length": 12.312, "cylinders": [[-0.075, 0.075], ...]}]}
"""

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from liquid_control.schema import ConfigError, Positive, configured, validated
from liquid_control_sim.worlds.field import field_layout
from liquid_control_sim.worlds.layout import Cylinder, Layout
from liquid_control_sim.worlds.look import draw_look, muted

Metres = Annotated[float, Field(allow_inf_nan=False)]


@configured
class BarnStart:
    x: Metres
    y: Metres
    yaw: Metres


@configured
class BarnGoal:
    x: Metres
    y: Metres


@configured
class BarnWorld:
    """index: BARN's number of it. cylinders: their centres. optimal_path_length: metres."""

    index: int
    cylinders: Annotated[tuple[tuple[Metres, Metres], ...], Field(min_length=1)]
    optimal_path_length: Positive


@configured
class BarnFile:
    """What a file of worlds says; metres, seconds, radians. source, robot, metric: for readers."""

    cylinder_radius: Positive
    cylinder_height: Positive
    start: BarnStart
    goal: BarnGoal
    goal_radius: Positive
    timeout: Positive
    worlds: Annotated[tuple[BarnWorld, ...], Field(min_length=1)]
    source: str = ''
    robot: str = ''
    metric: str = ''


@configured
class Barn:
    """One world of a file, as it stands there.

    index: BARN's number of the world. None: seed k of the episode gets the world at place k
        modulo their number, so as many seeds in a row meet each world once.
    """

    type: Literal['barn'] = 'barn'
    file: Path = Path('barn.json')
    index: int | None = None

    def build(self, rng: np.random.Generator) -> Layout:
        """The world; only its colours are drawn. Raises ConfigError naming the file and field."""
        data = read_barn(self.file)
        world = self._choose(data, rng)
        look, colour = draw_look(rng), muted(rng, value=(0.3, 0.7))
        layout = field_layout(
            world.cylinders,
            Cylinder(0.0, 0.0, data.cylinder_radius, data.cylinder_height, colour),
            (data.start.x, data.start.y, data.start.yaw),
            (data.goal.x, data.goal.y),
            look,
        )
        return replace(layout, optimal_length=world.optimal_path_length)

    def _choose(self, data: BarnFile, rng: np.random.Generator) -> BarnWorld:
        if self.index is None:
            return data.worlds[_seed(rng) % len(data.worlds)]
        worlds = {world.index: world for world in data.worlds}
        if self.index not in worlds:
            known = ', '.join(map(str, list(worlds)[:5]))
            raise ConfigError(f'{self.file}: index is {self.index}, wanted one of {known}, ...')
        return worlds[self.index]


def read_barn(file: Path) -> BarnFile:
    """The contents of a file of worlds. Raises ConfigError naming the file and field."""
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError as error:
        raise ConfigError(f'{file}: {error.strerror}') from None


@lru_cache(maxsize=4)
def _read(file: Path, _changed_ns: int) -> BarnFile:
    try:
        data = json.loads(file.read_text())
    except ValueError as error:
        raise ConfigError(f'{file}: is not JSON: {error}') from None
    return validated(BarnFile, data, str(file))


def _seed(rng: np.random.Generator) -> int:
    """The number that the generator, or the one that it was spawned from, was made with."""
    sequence = rng.bit_generator.seed_seq
    entropy = sequence.entropy if isinstance(sequence, np.random.SeedSequence) else None
    if not isinstance(entropy, int):
        raise ValueError(f'index is None, but the seed {entropy!r} is no number to choose by')
    return entropy
