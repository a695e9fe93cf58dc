"""Recording drives for imitation: worlds are simulated in worker processes, drives of a group side
by side.

The workers may be on other machines: all that a group needs travels to them, and its drives come
back as the bytes of their files, which are written here.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from liquid_control.files import write_whole
from liquid_control.policy import Policy, load_bundle
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.training.config import TrainConfig
from liquid_control_sim.training.episode import Recorder
from liquid_control_sim.training.sight import Sight
from liquid_control_sim.workers import Cluster, simulators

GROUP = 18
"""Drives simulated side by side in one process; part of what makes a run repeatable."""


@dataclass(frozen=True)
class Collection:
    """Drives to record: one file in `folder` for each seed.

    number: of the round. expert_share: probability that the expert drives a stretch. bundle: the
        policy that drives otherwise. cluster: where it is simulated, if not in processes here.
    """

    config: TrainConfig
    number: int
    bundle: Path
    folder: Path
    seeds: Sequence[int]
    expert_share: float
    cluster: Cluster | None = None


@dataclass(frozen=True)
class Group:
    """Drives to record side by side. As a Collection; of the bundle, its files by their names."""

    config: TrainConfig
    number: int
    bundle: Mapping[str, bytes]
    seeds: Sequence[int]
    expert_share: float


def collect(collection: Collection) -> Iterator[int]:
    """Record what is not there yet. Yields the number of drives recorded with each group that is
    done.
    """
    folder, seeds = collection.folder, collection.seeds
    folder.mkdir(parents=True, exist_ok=True)
    groups = [seeds[i : i + GROUP] for i in range(0, len(seeds), GROUP)]
    missing = [
        group for group in groups if not all(_file(folder, seed).exists() for seed in group)
    ]
    yield len(seeds) - sum(len(group) for group in missing)
    if not missing:
        return
    whole = _whole(collection)
    with simulators(collection.config.workers, collection.cluster) as pool:
        tasks = (pool.submit(_record, replace(whole, seeds=group)) for group in missing)
        for task in as_completed(tasks):
            drives = task.result()
            write_whole({_file(folder, seed): drive for seed, drive in drives.items()})
            yield len(drives)


def recorded(collection: Collection) -> list[Path]:
    """The drives' files, in the order of the seeds."""
    return [_file(collection.folder, seed) for seed in collection.seeds]


def _file(folder: Path, seed: int) -> Path:
    return folder / f'{seed}.npz'


def _whole(collection: Collection) -> Group:
    """All of it as one."""
    bundle = {
        name: (collection.bundle / name).read_bytes()
        for name in ('policy.json', 'weights.safetensors')
    }
    return Group(
        collection.config, collection.number, bundle, collection.seeds, collection.expert_share
    )


def _record(group: Group) -> dict[int, bytes]:
    """The files of one group, by their seeds; in a worker process, which needs no others."""
    config, policy = group.config, _loaded(group.bundle)
    at_wheel = policy if group.expert_share < 1.0 else None
    robots = [
        Robot.start(_shortened(config, seed, group.number), seed, advisor='expert')
        for seed in group.seeds
    ]
    recorders = [Recorder(policy) for _ in robots]
    drivers = [_Driver(config, group.expert_share, seed) for seed in group.seeds]
    rollout = Rollout(at_wheel, robots, policy.sensors)
    for moving in rollout.run(lambda i, robot: drivers[i].choose(robot)):
        for i in moving:
            robot = robots[i]
            if robot.sensor in policy.sensors and robot.accepted:
                word = drivers[i].heard(robot)
                if word is not None:
                    label = policy.spec.action.raw(word)
                    recorders[i].add(robot.drive.message.event, label)
    packed = [recorder.packed() for recorder in recorders]
    return dict(zip(group.seeds, packed, strict=True))


def _loaded(bundle: Mapping[str, bytes]) -> Policy:
    with TemporaryDirectory() as folder:
        for name, data in bundle.items():
            Path(folder, name).write_bytes(data)
        return load_bundle(folder)


def _shortened(config: TrainConfig, seed: int, number: int) -> Scenario:
    """A drive's scenario, as long as drives are."""
    scenario = config.scenario_of(seed, number)
    return replace(scenario, task=replace(scenario.task, timeout=config.imitation.seconds))


class _Driver:
    """Who drives, drawn anew for every stretch: chance, the expert or the policy."""

    def __init__(self, config: TrainConfig, expert_share: float, seed: int) -> None:
        self._share = expert_share
        self._config = config.imitation
        self._action = config.policy.action
        self._sight = Sight(config.policy)
        self._rng = np.random.default_rng((seed, 1))
        self._until = 0.0
        self._chance: np.ndarray | None = None
        self._expert = True

    def heard(self, robot: Robot) -> np.ndarray | None:
        """The expert's word at an accepted message: its velocity, were it to see no more than the
        policy does.
        """
        self._sight.note(robot.drive.message.event)
        return self._word(robot)

    def choose(self, robot: Robot) -> np.ndarray | None:
        elapsed = robot.drive.simulation.elapsed
        if elapsed >= self._until:
            self._until = elapsed + self._draw()
        if self._chance is not None:
            return self._chance
        return self._word(robot) if self._expert else robot.answer

    def _word(self, robot: Robot) -> np.ndarray | None:
        return None if robot.label is None else self._sight.share * robot.label

    def _draw(self) -> float:
        """Choose the next driver; how long it drives, in seconds."""
        rng, config = self._rng, self._config
        if self._chance is None and rng.random() < config.disturbance:
            self._chance = self._action.scale(rng.uniform((0.0, -1.0), (0.5, 1.0)))
            return config.disturbance_seconds
        self._chance = None
        self._expert = bool(rng.random() < self._share)
        return config.mix_seconds
