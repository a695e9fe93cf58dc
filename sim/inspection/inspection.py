"""All that is found out about a policy over one episode, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from liquid_control.liquid import LTC
from liquid_control.policy import Policy, load_bundle
from liquid_control.schema import ConfigError
from liquid_control_sim.drive import Drive
from liquid_control_sim.evaluation.driver import as_driven, check_fit
from liquid_control_sim.inspection.changes import Change, Episode, NoChange, changes
from liquid_control_sim.inspection.driven import Driven, driven
from liquid_control_sim.inspection.saliency import Saliency, saliency
from liquid_control_sim.inspection.silences import Silence, silences
from liquid_control_sim.inspection.thoughts import Thoughts, thoughts
from liquid_control_sim.inspection.wiring import Strengths, bundles, strengths
from liquid_control_sim.scenario import Scenario

QUANTILES = (0.05, 0.5, 0.95)
_SERIES = 0.1


@dataclass(frozen=True, eq=False)
class Inspection:
    """at: the second from which on sensors are silenced and things change.

    strengths, changes: None and none for a network without synapses and time constants.
    """

    bundle: Path
    policy: Policy
    config: Scenario
    seed: int
    at: float
    drive: Driven
    thoughts: Thoughts
    strengths: Strengths | None
    saliency: Saliency
    silences: list[Silence]
    changes: list[Change | NoChange]

    @property
    def layers(self) -> Mapping[str, range]:
        """The neurons with time constants, the first to be fed first; none for other networks."""
        core = self.policy.core
        if not isinstance(core, LTC):
            return {}
        return {name: core.wiring.neurons_of(name) for name in reversed(list(core.wiring.layers))}

    @property
    def swings(self) -> np.ndarray:
        """By how much each neuron's time constant moves over the drive: its 95 % quantile by its
        5 % quantile [neurons].
        """
        low, high = np.quantile(self.thoughts.time_constants, (0.05, 0.95), axis=0)
        return high / low


def inspect(bundle: Path, config: Scenario, seed: int, at: float | None = None) -> Inspection:
    """Drive an episode as evaluation does, and look at it. at: None for half-way.

    Raises BundleError; ConfigError for a bundle that does not fit the scenario, or a moment that
    is not within the episode.
    """
    check_fit(bundle, config)
    policy, config = load_bundle(bundle), as_driven(bundle, config)
    drive = driven(policy, Drive(config, seed), seed)
    moment = round(drive.seconds / 2, 1) if at is None else at
    if not 0.5 <= moment <= drive.seconds - 0.5:
        raise ConfigError(
            f'at is {moment:g}, wanted a second from 0.5 to {drive.seconds - 0.5:.1f}: '
            f'{drive.ending}'
        )
    seen = thoughts(policy, drive)
    return Inspection(
        bundle,
        policy,
        config,
        seed,
        moment,
        drive,
        seen,
        strengths(policy, seen),
        saliency(policy, seen),
        silences(policy, drive, moment),
        changes(Episode(policy, config, seed, drive, seen), moment),
    )


def numbers(found: Inspection) -> dict[str, Any]:
    """For a JSON file: tables, and series every 0.1 s. Seconds, m/s, rad/s."""
    config = found.config
    return {
        'bundle': str(found.bundle),
        'network': found.policy.spec.network.type,
        'world': config.world.type,
        'task': config.task.type,
        'robot': config.robot.type,
        'faults': config.faults,
        'seed': found.seed,
        'at_s': found.at,
        'seconds': found.drive.seconds,
        'ending': found.drive.ending,
        'messages': {name: len(found.drive.of(name)) for name in found.policy.sensors},
        'wiring': None if found.strengths is None else _wiring(found, found.strengths),
        'time_constants': {name: _spread(found, own) for name, own in found.layers.items()},
        'saliency': {name: _saliency(found, name) for name in found.policy.sensors},
        'saliency_missed': found.saliency.missed.tolist(),
        'silences': {
            one.sensor: {'rms': one.rms.tolist(), 'largest': one.largest.tolist()}
            for one in found.silences
        },
        'changes': {one.name: _change(one) for one in found.changes},
        'series': _series(found),
    }


def _wiring(found: Inspection, strong: Strengths) -> dict[str, Any]:
    return {
        'turned': strong.turned,
        'bundles': [one._asdict() for one in bundles(found.policy, strong)],
    }


def _spread(found: Inspection, neurons: range) -> dict[str, float]:
    own = found.thoughts.time_constants[:, neurons]
    low, median, high = np.quantile(own, QUANTILES).tolist()
    swing = float(np.median(found.swings[neurons]))
    return {'q05': low, 'median': median, 'q95': high, 'median_swing': swing}


def _saliency(found: Inspection, sensor: str) -> dict[str, list[float]]:
    """Mean sizes, [speed, turning]."""
    features, ages = found.saliency.features[sensor], found.saliency.ages[sensor]
    return {
        'features': np.abs(features).mean(axis=0).tolist(),
        'age': np.abs(ages).mean(axis=0).tolist(),
    }


def _change(one: Change | NoChange) -> dict[str, Any]:
    if isinstance(one, NoChange):
        return {'left_out': one.why}
    layers = {
        shift.layer: {key: value for key, value in shift._asdict().items() if key != 'layer'}
        for shift in one.shifts()
    }
    return {
        'title': one.title,
        'ending_unchanged': one.endings[0],
        'ending_changed': one.endings[1],
        'slip_unchanged': one.slips[0].tolist(),
        'slip_changed': one.slips[1].tolist(),
        'layers': layers,
    }


def _series(found: Inspection) -> dict[str, Any]:
    """On one grid; departures are those of the silences."""
    seen, grid = found.thoughts, np.arange(0.0, found.drive.seconds, _SERIES)
    return {
        'times': grid.round(3).tolist(),
        'commanded': found.drive.commanded[found.drive.at(grid)].tolist(),
        'time_constants': {
            name: np.median(seen.time_constants[seen.at(grid)][:, own], axis=1).tolist()
            for name, own in found.layers.items()
        },
        'saliency_times': found.saliency.times.tolist(),
        'saliency': {name: value.tolist() for name, value in found.saliency.features.items()},
        'departures': {
            one.sensor: one.departures[
                np.maximum(np.searchsorted(one.times, grid, side='right') - 1, 0)
            ].tolist()
            for one in found.silences
        },
    }
