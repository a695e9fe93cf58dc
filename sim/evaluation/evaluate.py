"""How well a policy drives: episodes in worlds by seed, each counted as success, collision or
timeout.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from liquid_control.policy import load_bundle
from liquid_control_sim.evaluation.barn import barn_metric
from liquid_control_sim.evaluation.confidence import bootstrap, wilson
from liquid_control_sim.evaluation.driver import Driver, as_driven, check_fit
from liquid_control_sim.evaluation.reaction import Reactions
from liquid_control_sim.evaluation.trace import Trace
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.tasks import Goal
from liquid_control_sim.workers import processes

GROUP = 6
"""Episodes simulated side by side in one process; part of what makes a result repeatable."""


@dataclass(frozen=True)
class Evaluation:
    """Who drives, where.

    driver: a bundle's folder, or the name of a planner.
    silent: sensors that the policy never hears.
    """

    driver: Driver
    seeds: Sequence[int]
    scenario: Scenario = field(default_factory=scenario)
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """One episode.

    time_s: its length. distance_m: driven. shortest_m: of the shortest way; None without a target.
    clearance_m: the least between body and anything. jerk: how unsteadily it drove, m/s^3, RMS.
    barn_metric: None but for a goal in a world whose optimal length is known.
    impact_mps: how fast the robot itself moved when it touched something; None if it did not.
    obstacles_shown, reactions_s: to what came into its way all of a sudden, see `Reactions`.
    """

    seed: int
    success: bool
    collision: bool
    time_s: float
    distance_m: float
    shortest_m: float | None
    clearance_m: float
    jerk: float
    barn_metric: float | None
    obstacles_shown: int = 0
    reactions_s: tuple[float, ...] = ()
    impact_mps: float | None = None

    @property
    def spl(self) -> float | None:
        """Success weighted by path length (Anderson et al. 2018): S l / max(l, driven)."""
        if self.shortest_m is None:
            return None
        longest = max(self.shortest_m, self.distance_m)
        return self.success * (self.shortest_m / longest if longest else 1.0)


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
        """Of what neither succeeded nor hit anything."""
        return _mean([not (outcome.success or outcome.collision) for outcome in self.outcomes])

    @property
    def mean_time_s(self) -> float:
        """Of all episodes, whatever their end."""
        return _mean([outcome.time_s for outcome in self.outcomes])

    @property
    def means(self) -> dict[str, list[float]]:
        """What means are taken of, by their names: one value of each episode, left out where one
        has none; or one of each collision or reaction that there was.
        """
        columns: dict[str, list[float | None]] = {
            'mean_time_s': [outcome.time_s for outcome in self.outcomes],
            'mean_distance_m': [outcome.distance_m for outcome in self.outcomes],
            'mean_clearance_m': [outcome.clearance_m for outcome in self.outcomes],
            'mean_jerk': [outcome.jerk for outcome in self.outcomes],
            'spl': [outcome.spl for outcome in self.outcomes],
            'barn_metric': [outcome.barn_metric for outcome in self.outcomes],
        }
        known = {name: [v for v in column if v is not None] for name, column in columns.items()}
        means = {name: v for name, v in known.items() if len(v) == len(self.outcomes)}
        some = {'mean_impact_mps': self.impacts_mps, 'mean_reaction_s': self.reactions_s}
        return means | {name: values for name, values in some.items() if values}

    @property
    def impacts_mps(self) -> list[float]:
        return [o.impact_mps for o in self.outcomes if o.impact_mps is not None]

    @property
    def reactions_s(self) -> list[float]:
        return [reaction for outcome in self.outcomes for reaction in outcome.reactions_s]

    def summary(self) -> dict[str, float]:
        """Rates and means, by name."""
        return {
            'episodes': len(self.outcomes),
            'success_rate': self.success_rate,
            'collision_rate': self.collision_rate,
            'timeout_rate': self.timeout_rate,
            **{name: round(_mean(values), 4) for name, values in self.means.items()},
            **self._sudden(),
        }

    def intervals(self) -> dict[str, list[float]]:
        """[low, high] of each rate and mean, named NAME_ci95."""
        count = len(self.outcomes)
        rates = {
            name: wilson(round(rate * count), count)
            for name, rate in self.summary().items()
            if name.endswith('_rate')
        }
        means = {name: bootstrap(values) for name, values in self.means.items()}
        both = {**rates, **means}
        return {f'{name}_ci95': [round(v, 4) for v in both[name]] for name in both}

    def _sudden(self) -> dict[str, int]:
        shown = sum(outcome.obstacles_shown for outcome in self.outcomes)
        braked = len(self.reactions_s)
        return {'obstacles_shown': shown, 'obstacles_braked_for': braked} if shown else {}

    def __str__(self) -> str:
        return (
            f'{len(self.outcomes)} episodes: {self.success_rate:.0%} succeed, '
            f'{self.collision_rate:.0%} collide, {self.timeout_rate:.0%} time out, '
            f'mean {self.mean_time_s:.1f} s'
        )


def evaluate(evaluation: Evaluation, workers: int) -> Result:
    """Drive all episodes: one worker is this process, more are processes of their own.

    Raises BundleError or ConfigError for a driver that there is not, before any is started.
    """
    check_fit(evaluation.driver, evaluation.scenario)
    return evaluate_groups(in_groups(evaluation), workers)


def evaluate_groups(groups: Sequence[Evaluation], workers: int) -> Result:
    """As `evaluate`; the episodes of each of these, in as many processes, are one result."""
    if workers == 1:
        return Result(tuple(outcome for group in map(drive_group, groups) for outcome in group))
    with processes(workers) as pool:
        return Result(
            tuple(outcome for group in pool.map(drive_group, groups) for outcome in group)
        )


def in_groups(evaluation: Evaluation) -> list[Evaluation]:
    """Its episodes, as many at a time as are driven side by side."""
    seeds = evaluation.seeds
    return [replace(evaluation, seeds=seeds[i : i + GROUP]) for i in range(0, len(seeds), GROUP)]


def drive_group(evaluation: Evaluation) -> list[Outcome]:
    """One group of episodes, in this process."""
    driver, config = evaluation.driver, as_driven(evaluation.driver, evaluation.scenario)
    if isinstance(driver, Path):
        policy = load_bundle(driver)
        robots = [Robot.start(config, seed) for seed in evaluation.seeds]
        rollout = Rollout(policy, robots, set(policy.sensors) - set(evaluation.silent))
        moves = rollout.run(lambda _, robot: robot.answer)
    else:
        robots = [Robot.start(config, seed, advisor=driver) for seed in evaluation.seeds]
        moves = Rollout(None, robots, heard=()).run(lambda _, robot: robot.label)
    traces = [Trace(robot.drive.simulation) for robot in robots]
    reactions = [Reactions(robot.drive) for robot in robots]
    for moving in moves:
        for i in moving:
            traces[i].note()
            reactions[i].note()
    return [_outcome(*watched) for watched in zip(robots, traces, reactions, strict=True)]


def _outcome(robot: Robot, trace: Trace, reactions: Reactions) -> Outcome:
    simulation = robot.drive.simulation
    optimal = simulation.layout.optimal_length
    to_goal = isinstance(simulation.config.task, Goal)
    success, time_s = simulation.succeeded, simulation.elapsed
    return Outcome(
        robot.seed,
        success=success,
        collision=simulation.collisions > 0,
        time_s=time_s,
        distance_m=simulation.distance_m,
        shortest_m=trace.shortest_m,
        clearance_m=trace.clearance_m,
        jerk=trace.jerk,
        barn_metric=barn_metric(success, time_s, optimal) if optimal and to_goal else None,
        obstacles_shown=reactions.shown,
        reactions_s=tuple(reactions.times_s),
        impact_mps=simulation.impact_mps,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
