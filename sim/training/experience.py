"""Drives of the policy under training: what it tried, and what came of it.

Worlds are simulated in worker processes, drives of a group side by side. The policy answers every
message as on the robot, but what it wants is tried out in decisions: at the first message that is
integrated `decision` seconds after the last one, its answer and the noise are added up, and driven
until the next:

    answers    .  .  .  .  .  .  .  .  .  .  .      one for each message
    decisions  D-----------D--------D--------       held in between

A decision for each message would let a scan, which changes the answer at once, seem all but
impossible under noise that hardly moves in 5 ms; and there would be ten times as many to credit.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liquid_control.policy import Policy, load_bundle
from liquid_control_sim.envs.reward import Reward
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.training.config import PpoConfig, TrainConfig
from liquid_control_sim.training.episode import Episode, Recorder, arranged
from liquid_control_sim.training.exploration import Noise
from liquid_control_sim.training.privileged import facts

GROUP = 12
"""Drives simulated side by side in one process; part of what makes a run repeatable."""

_UNLABELLED = np.full(2, np.nan, np.float32)


class Trial(NamedTuple):
    """One drive of K decisions.

    events: what event time took, in the order of its stamps; without labels.
    rows: [K], the newest event at each decision. A message that came late stands at its stamp, so
        before decisions that were made without it.
    noise: [K, 2], raw actions, on top of what the policy wanted. gaps: [K] seconds since the
        decision before, infinite for the first.
    rewards: [K], of each step, discounted to its decision. lengths: [K] seconds of each step.
    facts: [K + 1, FACTS], at each decision and at the end.
    terminated: whether it ended by itself; it was cut off otherwise.
    gain: the sum of all rewards, not discounted.
    """

    events: Episode
    rows: np.ndarray
    noise: np.ndarray
    gaps: np.ndarray
    rewards: np.ndarray
    lengths: np.ndarray
    facts: np.ndarray
    terminated: bool
    gain: float


@dataclass(frozen=True)
class Trials:
    """Drives to be made, one for each seed.

    number: of the round. bundle: the policy. std: of the noise of both motors.
    """

    config: TrainConfig
    ppo: PpoConfig
    number: int
    bundle: Path
    seeds: Sequence[int]
    std: tuple[float, float]


def drive(trials: Trials, pool: Executor) -> Iterator[list[Trial]]:
    """Drive in worker processes, and yield group after group, in the order of the seeds. A drive
    that ended before its first decision is left out.
    """
    seeds = trials.seeds
    groups = [replace(trials, seeds=seeds[i : i + GROUP]) for i in range(0, len(seeds), GROUP)]
    yield from pool.map(drive_group, groups)


def drive_group(trials: Trials) -> list[Trial]:
    """All of one group, in this process."""
    policy = load_bundle(trials.bundle)
    robots = [_robot(trials, seed) for seed in trials.seeds]
    pilots = [_Pilot(policy, robot, trials) for robot in robots]
    moves = Rollout(policy, robots, policy.sensors).run(lambda i, _: pilots[i].velocity)
    for moving in moves:
        for i in moving:
            pilots[i].hear()
    made = [pilot.end() for pilot in pilots]
    return [trial for trial in made if trial is not None]


def _robot(trials: Trials, seed: int) -> Robot:
    scenario = trials.config.scenario_of(seed, trials.number)
    task = replace(scenario.task, timeout=trials.ppo.seconds)
    return Robot.start(replace(scenario, task=task), seed)


class _Pilot:
    """Decides for one robot, and keeps the account."""

    def __init__(self, policy: Policy, robot: Robot, trials: Trials) -> None:
        self.velocity = np.zeros(2)
        self._policy, self._robot, self._ppo = policy, robot, trials.ppo
        self._noise = Noise(
            np.array(trials.std), trials.ppo.correlation, np.random.default_rng((robot.seed, 3))
        )
        self._reward = Reward(robot.drive.simulation, -trials.ppo.collision)
        self._recorder = Recorder(policy)
        self._heard, self._newest, self._newest_ns = 0, 0, 0
        self._decided = -np.inf
        self._mean, self._tried = np.zeros(2), np.zeros(2)
        self._decisions: list[tuple[int, np.ndarray, float]] = []
        self._rewards: list[float] = []
        self._facts: list[np.ndarray] = []
        self._gain = 0.0

    def hear(self) -> None:
        """Take in that a message has come, and decide if it is time."""
        self._earn()
        robot = self._robot
        if robot.sensor not in self._policy.sensors or not robot.accepted:
            return
        event = robot.drive.message.event
        self._recorder.add(event, _UNLABELLED)
        if event.stamp_ns >= self._newest_ns:
            self._newest, self._newest_ns = self._heard, event.stamp_ns
        self._heard += 1
        if self._elapsed - self._decided >= self._ppo.decision:
            self._decide()

    def end(self) -> Trial | None:
        """The account of the drive, which is over; None if nothing was decided."""
        if not self._decisions:
            return None
        self._earn()
        self._look()
        place = np.argsort(self._recorder.order)
        newest, noise, decided = zip(*self._decisions, strict=True)
        lengths = np.diff(np.array([*decided, self._elapsed]))
        return Trial(
            arranged(self._recorder.arrays(), self._policy.spec),
            rows=place[list(newest)],
            noise=np.array(noise, np.float32),
            gaps=np.array([np.inf, *lengths[:-1]], np.float32),
            rewards=np.array(self._rewards),
            lengths=lengths,
            facts=np.array(self._facts),
            terminated=self._has_ended,
            gain=self._gain,
        )

    @property
    def _has_ended(self) -> bool:
        """Not by its time: a drive is shorter than its task, and what that is at its end counts
        for nothing here.
        """
        simulation = self._robot.drive.simulation
        by_itself = self._robot.drive.terminated and not simulation.timed_out
        return simulation.collisions > 0 or by_itself

    @property
    def _elapsed(self) -> float:
        return self._robot.drive.simulation.elapsed

    def _earn(self) -> None:
        """Put the reward of what has happened down to the last decision."""
        reward = self._reward.since_last()
        if self._decisions:
            self._gain += reward
            self._rewards[-1] += reward * self._ppo.gamma ** (self._elapsed - self._decided)

    def _decide(self) -> None:
        action, answer = self._policy.spec.action, self._robot.answer
        assert answer is not None, 'the policy answers every message that it takes'
        self._mean = action.raw(answer)
        self._look()  # before the draw: a baseline must not know what it is to judge
        self._tried = self._noise.after(self._elapsed - self._decided)
        self.velocity = action.scale(np.clip(self._mean + self._tried, -1.0, 1.0))
        self._decided = self._elapsed
        self._decisions.append((self._newest, self._tried, self._decided))
        self._rewards.append(0.0)

    def _look(self) -> None:
        self._facts.append(facts(self._robot.drive, self._reward, self._mean, self._tried))
