"""Many simulated robots side by side: their events go through the policy as one batch.

Each robot has its own world, timeline and memory, as the real one; only the arithmetic is shared.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from liquid_control.policy import Engine, Policy
from liquid_control.stream import Event, Step, Timeline
from liquid_control_sim.env import DriveEnv
from liquid_control_sim.planners.expert import BeaconExpert
from liquid_control_sim.sensors import Message
from liquid_control_sim.tasks import Mode

THINK_S = 0.03
"""The expert is asked at most this often, in seconds; in between its last word holds."""

Choice = Callable[[int, 'Robot'], np.ndarray | None]
"""By a robot's index and the robot, its raw action until the next message; None for rest."""


@dataclass
class Robot:
    """One simulated robot under way.

    message: the last one delivered. accepted: whether event time integrates it or drops it.
    answer: raw action [2] of the policy. label: raw action [2] of the expert. None without them.
    """

    seed: int
    env: DriveEnv
    message: Message
    expert: BeaconExpert | None
    timeline: Timeline = field(default_factory=Timeline)
    answer: np.ndarray | None = None
    label: np.ndarray | None = None
    accepted: bool = True
    done: bool = False
    _asked: float = -np.inf

    @classmethod
    def start(cls, env: DriveEnv, seed: int, mode: Mode, with_expert: bool) -> 'Robot':
        _, info = env.reset(seed=seed, options={'mode': mode})
        expert = BeaconExpert(env.simulation) if with_expert else None
        return cls(seed, env, info['message'], expert)

    def consult(self) -> None:
        """Show the message to the expert and ask what to do now."""
        if self.expert is None:
            return
        self.expert.observe(self.message)
        elapsed = self.env.simulation.elapsed
        if elapsed - self._asked >= THINK_S:
            self._asked, self.label = elapsed, self.expert.act()

    def drive(self, action: np.ndarray | None) -> None:
        """Act until the next message."""
        _, _, terminated, truncated, info = self.env.step(_REST if action is None else action)
        self.message = info['message']
        self.done = terminated or truncated

    def steps(self, features: object) -> list[Step]:
        """What the last message makes the policy integrate. features: its value, encoded."""
        event = Event(self.message.event.stamp_ns, self.message.event.sensor, features)
        steps = self.timeline.add(event, self.message.delivered_ns)
        self.accepted = bool(steps)
        return steps


_REST = np.zeros(2, np.float32)


class Rollout:
    """Drives robots until all are done.

    policy: None leaves `answer` empty, for robots that the expert alone drives.
    silent: sensors whose messages never reach the policy, as if they were dead.
    """

    def __init__(
        self, policy: Policy | None, robots: Sequence[Robot], silent: Sequence[str] = ()
    ) -> None:
        self._robots = robots
        self._engine = Engine(policy, len(robots), device='cpu') if policy else None
        self._silent = frozenset(silent)

    def run(self, choose: Choice) -> Iterator[list[int]]:
        """Yields the indices of the robots that a message has reached, when both the expert and
        the policy have answered it and before the robot acts.
        """
        robots = self._robots
        while moving := [i for i, robot in enumerate(robots) if not robot.done]:
            for i in moving:
                robots[i].consult()
            self._answer([i for i in moving if self._sensor(i) not in self._silent])
            yield moving
            for i in moving:
                robots[i].drive(choose(i, robots[i]))

    def _answer(self, heard: list[int]) -> None:
        """Set the answers of the robots that have heard something they do not drop."""
        if self._engine is None:
            for i in heard:
                self._robots[i].steps(None)
            return
        features = self._encoded(heard)
        steps: dict[int, list[Step]] = {i: self._robots[i].steps(features[i]) for i in heard}
        for column in zip_longest(*(steps.get(i, []) for i in range(len(self._robots)))):
            actions = self._engine.step(column)
            for i, step in enumerate(column):
                if step is not None:
                    self._robots[i].answer = actions[i]

    def _encoded(self, heard: list[int]) -> dict[int, np.ndarray]:
        """The features of each robot's message; one batch for each sensor that spoke."""
        assert self._engine is not None
        features: dict[int, np.ndarray] = {}
        for sensor in sorted({self._sensor(i) for i in heard}):
            spoke = [i for i in heard if self._sensor(i) == sensor]
            values = np.stack([self._robots[i].message.event.value for i in spoke])
            features.update(zip(spoke, self._engine.encode(sensor, values), strict=True))
        return features

    def _sensor(self, i: int) -> str:
        return self._robots[i].message.event.sensor
