"""Many simulated robots side by side: their events go through the policy as one batch.

Each robot has its own world, timeline and memory, as the real one; only the arithmetic is shared.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np

from liquid_control.policy import Engine, Policy
from liquid_control.stream import Event, Step, Timeline
from liquid_control_sim.drive import Drive
from liquid_control_sim.planners import Planner, planner
from liquid_control_sim.scenario import Scenario

THINK_S = 0.03
"""A planner is asked at most this often, in seconds; in between its last word holds."""

Choice = Callable[[int, 'Robot'], np.ndarray | None]
"""By a robot's index and the robot, its velocity until the next message; None for rest."""


@dataclass
class Robot:
    """One simulated robot under way.

    answer: velocity [2], m/s and rad/s, that the policy wants. label: that the planner wants.
        None without them.
    accepted: whether event time integrates the last message or drops it.
    """

    seed: int
    drive: Drive
    planner: Planner | None
    timeline: Timeline
    answer: np.ndarray | None = None
    label: np.ndarray | None = None
    accepted: bool = True
    _asked: float = -np.inf

    @classmethod
    def start(cls, config: Scenario, seed: int, advisor: str | None = None) -> 'Robot':
        """advisor: name of the planner that gives the labels; None for none."""
        drive = Drive(config, seed)
        counsel = planner(advisor, drive.simulation) if advisor else None
        return cls(seed, drive, counsel, Timeline(config.event_time))

    @property
    def sensor(self) -> str:
        """Who spoke last."""
        return self.drive.message.event.sensor

    def consult(self) -> None:
        """Show the message to the planner and ask what to do now."""
        if self.planner is None:
            return
        self.planner.observe(self.drive.message)
        elapsed = self.drive.simulation.elapsed
        if elapsed - self._asked >= THINK_S:
            self._asked, self.label = elapsed, self.planner.act()

    def steps(self, features: object) -> list[Step]:
        """What the last message makes the policy integrate. features: its value, encoded."""
        message = self.drive.message
        event = Event(message.event.stamp_ns, message.event.sensor, features)
        steps = self.timeline.add(event, message.delivered_ns)
        self.accepted = bool(steps)
        return steps


_REST = np.zeros(2)


class Rollout:
    """Drives robots until all are done.

    policy: None leaves `answer` empty, for robots that a planner alone drives.
    heard: sensors whose messages go through event time; the policy knows nothing of others.
    """

    def __init__(
        self, policy: Policy | None, robots: Sequence[Robot], heard: Collection[str]
    ) -> None:
        self._robots = robots
        self._policy = policy
        self._engine = _engine(policy, robots) if policy else None
        self._heard = frozenset(heard)

    def run(self, choose: Choice) -> Iterator[list[int]]:
        """Yields the indices of the robots that a message has reached, when both the planner and
        the policy have answered it and before the robot acts.
        """
        robots = self._robots
        while moving := [i for i, robot in enumerate(robots) if not robot.drive.over]:
            for i in moving:
                robots[i].consult()
            self._answer([i for i in moving if robots[i].sensor in self._heard])
            yield moving
            for i in moving:
                velocity = choose(i, robots[i])
                robots[i].drive.act(_REST if velocity is None else velocity)

    def _answer(self, heard: list[int]) -> None:
        """Set the answers of the robots that have heard something they do not drop."""
        if self._engine is None or self._policy is None:
            for i in heard:
                self._robots[i].steps(None)
            return
        scale = self._policy.spec.action.scale
        features = self._encoded(heard)
        steps: dict[int, list[Step]] = {i: self._robots[i].steps(features[i]) for i in heard}
        for column in zip_longest(*(steps.get(i, []) for i in range(len(self._robots)))):
            actions = self._engine.step(column)
            for i, step in enumerate(column):
                if step is not None:
                    self._robots[i].answer = scale(actions[i])

    def _encoded(self, heard: list[int]) -> dict[int, np.ndarray]:
        """The features of each robot's message; one batch for each sensor that spoke."""
        assert self._engine is not None
        features: dict[int, np.ndarray] = {}
        for sensor in sorted({self._robots[i].sensor for i in heard}):
            spoke = [i for i in heard if self._robots[i].sensor == sensor]
            values = np.stack([self._robots[i].drive.message.event.value for i in spoke])
            features.update(zip(spoke, self._engine.encode(sensor, values), strict=True))
        return features


def _engine(policy: Policy, robots: Sequence[Robot]) -> Engine:
    """With the memory for the longest replay of any of them."""
    rules = max((robot.timeline.rules for robot in robots), key=lambda rules: rules.max_history)
    return Engine(policy, len(robots), rules, device='cpu')
