"""How well a policy drives: episodes in worlds by seed, each counted as success, collision or
timeout.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from liquid_control.policy import load_bundle
from liquid_control.policy.bundle import read_bundle_file
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.tasks import Beacon
from liquid_control_sim.workers import single_thread

GROUP = 6
"""Episodes simulated side by side in one process; part of what makes a result repeatable."""


@dataclass(frozen=True)
class Evaluation:
    """Who drives, where.

    driver: a bundle's folder, or the name of a planner.
    silent: sensors that the policy never hears.
    """

    driver: Path | str
    seeds: Sequence[int]
    scenario: Scenario = field(default_factory=scenario)
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One episode. time_s: its length. distance_m: driven."""

    seed: int
    success: bool
    collision: bool
    time_s: float
    distance_m: float


@dataclass(frozen=True)
class Result:
    """All episodes, in the order of the seeds."""

    outcomes: tuple[Outcome, ...]

    @property
    def success_rate(self) -> float:
        return _mean([outcome.success for outcome in self.outcomes])

    @property
    def collision_rate(self) -> float:
        return _mean([outcome.collision for outcome in self.outcomes])

    @property
    def timeout_rate(self) -> float:
        return _mean([not (outcome.success or outcome.collision) for outcome in self.outcomes])

    @property
    def mean_time_s(self) -> float:
        """Of all episodes, whatever their end."""
        return _mean([outcome.time_s for outcome in self.outcomes])

    def summary(self) -> dict[str, float]:
        return {
            'episodes': len(self.outcomes),
            'success_rate': self.success_rate,
            'collision_rate': self.collision_rate,
            'timeout_rate': self.timeout_rate,
            'mean_time_s': round(self.mean_time_s, 3),
        }

    def __str__(self) -> str:
        return (
            f'{len(self.outcomes)} episodes: {self.success_rate:.0%} succeed, '
            f'{self.collision_rate:.0%} collide, {self.timeout_rate:.0%} time out, '
            f'mean {self.mean_time_s:.1f} s'
        )


def evaluate(evaluation: Evaluation, workers: int) -> Result:
    """Drive all episodes in worker processes. Raises BundleError before any is started."""
    if isinstance(evaluation.driver, Path):
        read_bundle_file(evaluation.driver)
    seeds = evaluation.seeds
    groups = [replace(evaluation, seeds=seeds[i : i + GROUP]) for i in range(0, len(seeds), GROUP)]
    context = get_context('spawn')
    with ProcessPoolExecutor(workers, mp_context=context, initializer=single_thread) as pool:
        return Result(tuple(outcome for group in pool.map(_drive, groups) for outcome in group))


def _drive(evaluation: Evaluation) -> list[Outcome]:
    """One group of episodes, in a worker process."""
    driver, config = evaluation.driver, _with_an_end(evaluation.scenario)
    if isinstance(driver, Path):
        policy = load_bundle(driver)
        robots = [Robot.start(config, seed) for seed in evaluation.seeds]
        rollout = Rollout(policy, robots, set(policy.sensors) - set(evaluation.silent))
        moves = rollout.run(lambda _, robot: robot.answer)
    else:
        robots = [Robot.start(config, seed, advisor=driver) for seed in evaluation.seeds]
        moves = Rollout(None, robots, heard=()).run(lambda _, robot: robot.label)
    for _ in moves:
        pass
    return [_outcome(robot) for robot in robots]


def _with_an_end(config: Scenario) -> Scenario:
    """An episode is one beacon."""
    if isinstance(config.task, Beacon):
        return replace(config, task=replace(config.task, mode='single'))
    return config


def _outcome(robot: Robot) -> Outcome:
    simulation = robot.drive.simulation
    return Outcome(
        robot.seed,
        success=simulation.succeeded,
        collision=simulation.collisions > 0,
        time_s=simulation.elapsed,
        distance_m=simulation.distance_m,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
