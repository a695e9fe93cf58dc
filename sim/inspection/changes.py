"""Liquid adaptation: whether time constants move when the world changes in the middle of a drive
and no weight does.

Before and after alone would not tell: a drive sees other things in its second half than in its
first. So every change is driven twice, from the same seed; what chance does is the same to the
last bit until the change comes:

    unchanged   |  before  |  the same seconds  |
    changed     |  before  |  after             |      factor of a neuron = after / same seconds
                           ^ change

Both drives are closed loops: from the change on the robot may go another way, which moves time
constants as well. Where that can be told apart, it is: `same_way` is the unchanged drive heard
again, with its own messages changed (thinned, darkened), as if the robot had gone the same way.

    rates       every sensor at a quarter of its rate
    light       images at 15 % of their brightness
    friction    worn tyres on a floor with wet patches; after is whenever a wheel is on one
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from liquid_control.liquid import LTC
from liquid_control.policy import CameraSpec, Policy
from liquid_control_sim.drive import Drive
from liquid_control_sim.inspection.driven import (
    DARK,
    DimmedDrive,
    Driven,
    dimmed,
    driven,
)
from liquid_control_sim.inspection.thoughts import Thoughts, thoughts
from liquid_control_sim.scenario import Scenario, with_patch

SLOWER = 4
WORN = 0.3
"""Of the tyres' friction: on good ones hardly a robot slips in the wet patches of the worlds."""
WET = 14
"""Patches; they cover about half of an arena."""

_GRID = 0.02
_BEGIN = 0.2
"""Seconds until all sensors have spoken."""
_LEAST = 0.3
"""Seconds before and after, to say anything."""


class Shift(NamedTuple):
    """Time constants of one layer's neurons, seconds; medians over its neurons and the time.

    before, after: of the changed drive. same_seconds: of the unchanged one, in those of after.
    factors: of the neurons, the least, 10 %, 50 %, 90 % and the greatest; same_way: likewise.
    """

    layer: str
    before: float
    after: float
    same_seconds: float
    factors: tuple[float, ...]
    same_way: tuple[float, ...] | None


@dataclass(frozen=True, eq=False)
class Change:
    """grid: [t] seconds, as far as both drives go. after: [t] bool. changed, unchanged: time
    constants [t, neurons]. endings: of both drives, the unchanged one first. slips: likewise, the
    root mean square of the velocity commanded less the true one while `after`, m/s and rad/s [2].
    same_way: as unchanged, [t, neurons]; None where the change is not one of messages.
    """

    name: str
    title: str
    grid: np.ndarray
    after: np.ndarray
    changed: np.ndarray
    unchanged: np.ndarray
    endings: tuple[str, str]
    slips: tuple[np.ndarray, np.ndarray]
    layers: Mapping[str, range]
    same_way: np.ndarray | None = None

    @property
    def before(self) -> np.ndarray:
        """[t] bool."""
        return ~self.after

    def factors(self, changed: np.ndarray) -> np.ndarray:
        """Of each neuron [neurons], between medians over the time."""
        after, same = changed[self.after], self.unchanged[self.after]
        return np.median(after, axis=0) / np.median(same, axis=0)

    def shifts(self) -> list[Shift]:
        """Of each layer."""
        found = []
        for layer, neurons in self.layers.items():
            factors = self._spread(self.changed, neurons)
            same_way = None if self.same_way is None else self._spread(self.same_way, neurons)
            before, after, same_seconds = (
                float(np.median(values[where][:, neurons]))
                for values, where in (
                    (self.changed, self.before),
                    (self.changed, self.after),
                    (self.unchanged, self.after),
                )
            )
            found.append(Shift(layer, before, after, same_seconds, factors, same_way))
        return found

    def _spread(self, changed: np.ndarray, neurons: range) -> tuple[float, ...]:
        quantiles = np.quantile(self.factors(changed)[neurons], (0.0, 0.1, 0.5, 0.9, 1.0))
        return tuple(quantiles.tolist())


class NoChange(NamedTuple):
    """A change that cannot be shown, and why."""

    name: str
    why: str


class Episode(NamedTuple):
    """What is driven, and how it went unchanged."""

    policy: Policy
    config: Scenario
    seed: int
    drive: Driven
    thoughts: Thoughts


def changes(episode: Episode, at: float) -> list[Change | NoChange]:
    """at: second of the change. A policy without time constants has none to move."""
    if not isinstance(episode.policy.core, LTC):
        return []
    return [make(episode, at) for make in (_rates, _light, _friction)]


def _rates(episode: Episode, at: float) -> Change | NoChange:
    slowdown = {'clock': {'slowdown': {'at': [at, at], 'factor': SLOWER}}}
    clocks = episode.config.sensors.clocks
    if any(clock.slowdown for clock in clocks.values()):
        return NoChange('rates', 'a sensor of the scenario slows down already')
    patch = {'sensors': dict.fromkeys(clocks, slowdown)}
    config = with_patch(episode.config, patch, 'rates')
    title = f'From {at:.1f} s on every sensor measures at a quarter of its rate'
    drive = Drive(config, episode.seed)
    return _compared('rates', title, episode, drive, _from(at), _thinned(episode.drive, at))


def _light(episode: Episode, at: float) -> Change | NoChange:
    if not any(isinstance(spec, CameraSpec) for spec in episode.policy.spec.sensors.values()):
        return NoChange('light', 'the policy has no camera')
    title = f'From {at:.1f} s on images have {100 * DARK:.0f} % of their brightness'
    drive = DimmedDrive(episode.config, episode.seed, at)
    return _compared('light', title, episode, drive, _from(at), _darkened(episode.drive, at))


def _friction(episode: Episode, at: float) -> Change | NoChange:
    """`at` has no say: the floor changes where it is wet."""
    config, seed = episode.config, episode.seed
    if not hasattr(config.world, 'wet'):
        return NoChange('friction', f'world {config.world.type} has no wet patches')
    worn = {'robot': {'variation': {'friction': [WORN, WORN]}}, 'world': {'wet': [0, 0]}}
    wet = {**worn, 'world': {'wet': [WET, WET]}}
    dry_drive = driven(episode.policy, Drive(with_patch(config, worn, 'dry'), seed), seed)
    dry = episode._replace(drive=dry_drive, thoughts=thoughts(episode.policy, dry_drive))
    title = f'Tyres with {100 * WORN:.0f} % of their grip; shaded where a wheel is on a wet patch'
    drive = Drive(with_patch(config, wet, 'wet'), seed)
    return _compared('friction', title, dry, drive, _on_wet_floor)


def _thinned(drive: Driven, at: float) -> Driven:
    """As if of every four messages of a sensor three had not come."""
    count: Counter[str] = Counter()
    kept = []
    for message in drive.messages:
        sensor = message.event.sensor
        count[sensor] += message.measured_s >= at
        kept.append(count[sensor] % SLOWER == 0)
    return replace(drive, accepted=drive.accepted & kept)


def _darkened(drive: Driven, at: float) -> Driven:
    return replace(drive, messages=tuple(dimmed(message, at) for message in drive.messages))


def _from(at: float) -> Callable[[Driven, np.ndarray], np.ndarray]:
    return lambda drive, grid: grid >= at


def _on_wet_floor(drive: Driven, grid: np.ndarray) -> np.ndarray:
    return drive.grip[drive.at(grid)] < 1.0


def _slip(drive: Driven, grid: np.ndarray) -> np.ndarray:
    last = drive.at(grid)
    return np.sqrt(np.mean((drive.commanded[last] - drive.twists[last]) ** 2, axis=0))


def _compared(
    name: str,
    title: str,
    unchanged: Episode,
    drive: Drive,
    after_of: Callable[[Driven, np.ndarray], np.ndarray],
    heard: Driven | None = None,
) -> Change | NoChange:
    """after_of: of a drive and times, whether the change is there. heard: the unchanged drive with
    changed messages.
    """
    changed = driven(unchanged.policy, drive, unchanged.seed)
    seen = thoughts(unchanged.policy, changed)
    grid = np.arange(_BEGIN, min(changed.seconds, unchanged.drive.seconds), _GRID)
    after = after_of(changed, grid)
    if min(np.count_nonzero(after), np.count_nonzero(~after)) * _GRID < _LEAST:
        return NoChange(name, f'in this drive there is less than {_LEAST} s before or after it')
    core = unchanged.policy.core
    assert isinstance(core, LTC)
    return Change(
        name,
        title,
        grid,
        after,
        _time_constants(seen, grid),
        _time_constants(unchanged.thoughts, grid),
        (unchanged.drive.ending, changed.ending),
        (_slip(unchanged.drive, grid[after]), _slip(changed, grid[after])),
        {layer: core.wiring.neurons_of(layer) for layer in core.wiring.layers},
        None if heard is None else _time_constants(thoughts(unchanged.policy, heard), grid),
    )


def _time_constants(seen: Thoughts, grid: np.ndarray) -> np.ndarray:
    return seen.time_constants[seen.at(grid)]
