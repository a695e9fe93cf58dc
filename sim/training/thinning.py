"""A drive as sparser sensors would have told it: some of their messages are missing.

Time between messages is then what training has not seen before, and what was right to do is still
known. That needs no drives: each pass over those that are there can miss other messages.
"""

from collections.abc import Mapping

import numpy as np

from liquid_control.policy import PolicySpec
from liquid_control.policy.spec import ImuSpec, OdometrySpec
from liquid_control_sim.training.episode import ages
from liquid_control_sim.training.sight import eyes, share

_SPARED = 0.5
"""Probability that a sensor misses nothing, so that it is often one alone that does."""
_LEAST = 0.1
_BLINDED = 0.25
"""Probability that the drive's eyes close at some moment and stay closed."""
_NUMBED = 0.15
"""Probability that a sensor of the robot's own motion dies, half of them before they spoke."""
_FEELING = ImuSpec | OdometrySpec


def thinned(
    arrays: Mapping[str, np.ndarray], spec: PolicySpec, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """What a Recorder would have collected of the rest. arrays: what one did.

        20 scans a second, of which a quarter stays        o...o...o...o...   each fourth, or
                                                           o.....oo.......o   each by chance
        in one drive of four, from some moment on          o...o.. . . . .    no scan at all

    Each sensor keeps all, or a share that is drawn: a tenth at least, and enough to speak twice
    within spec.age_cap. Where it is the robot's eyes that fall silent, its other sensors may too,
    and the labels slow down to rest, as in `sight`. An IMU or odometry may die alone: who sees can
    drive without.
    """
    stamps_ns, spoke = arrays['stamps_ns'], arrays['sensors']
    kept = np.ones(len(spoke), bool)
    for column, sensor in enumerate(spec.sensors.values()):
        own = np.flatnonzero(spoke == column)
        kept[own] = _kept(stamps_ns[own], spec.age_cap, rng)
        if isinstance(sensor, _FEELING) and rng.random() < _NUMBED:
            moment = rng.integers(-len(own), len(own) + 1)
            kept[own[max(moment, 0) :]] = False
    if rng.random() < _BLINDED:
        kept &= ~_silenced(spoke, spec, rng)
    kept[0] |= not kept.any()
    names = [f'value_{sensor}' for sensor in spec.sensors]
    return {
        **{name: arrays[name][kept[spoke == column]] for column, name in enumerate(names)},
        'stamps_ns': stamps_ns[kept],
        'sensors': spoke[kept],
        'labels': _slowed(arrays, kept, spec),
    }


def _kept(stamps_ns: np.ndarray, age_cap: float, rng: np.random.Generator) -> np.ndarray:
    """Which of one sensor's messages stay, bool [messages]."""
    spared, depth, by_chance = rng.random() < _SPARED, rng.random(), rng.random() < 0.5
    if spared or len(stamps_ns) < 3:
        return np.ones(len(stamps_ns), bool)
    gap = float(np.median(np.diff(stamps_ns))) * 1e-9
    least = min(max(gap / (0.5 * age_cap), _LEAST), 1.0)
    stays = least**depth
    if by_chance:
        return rng.random(len(stamps_ns)) < stays
    counted = np.floor(np.arange(len(stamps_ns) + 1) * stays + rng.random())
    return np.diff(counted) > 0


def _silenced(spoke: np.ndarray, spec: PolicySpec, rng: np.random.Generator) -> np.ndarray:
    """Which events go because their sensor died: bool [events]."""
    gone, seeing = np.zeros(len(spoke), bool), eyes(spec)
    for column, name in enumerate(spec.sensors):
        dies, moment = name in seeing or rng.random() < 0.5, rng.integers(len(spoke) + 1)
        if dies:
            gone[moment:] |= spoke[moment:] == column
    return gone


def _slowed(arrays: Mapping[str, np.ndarray], kept: np.ndarray, spec: PolicySpec) -> np.ndarray:
    """The labels of what is kept, slower by as much as less is seen."""
    stamps_ns, spoke = arrays['stamps_ns'], arrays['sensors']
    was = _sight(stamps_ns, spoke, spec)[kept]
    now = _sight(stamps_ns[kept], spoke[kept], spec)
    slower = np.divide(now, was, out=np.ones_like(was), where=was > 0.0)
    return arrays['labels'][kept] * np.minimum(slower, 1.0)[:, None].astype(np.float32)


def _sight(stamps_ns: np.ndarray, spoke: np.ndarray, spec: PolicySpec) -> np.ndarray:
    """The share of speed that what was seen until each event allows, [events]."""
    seeing = eyes(spec)
    if not seeing:
        return np.ones(len(spoke))
    columns = [column for column, name in enumerate(spec.sensors) if name in seeing]
    return share(ages(stamps_ns, spoke[:, None] == columns).min(1), spec.age_cap)
