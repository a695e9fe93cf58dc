"""The deployed step: events in, actions out, for one robot or for many simulated ones at once.

    features = engine.encode('lidar', ranges[None])[0]
    for step in timeline.add(Event(stamp_ns, 'lidar', features), now_ns):
        action = engine.drive(step)

All memory of a robot is one `Snapshot`; a short history of them lets a late message be put in its
place.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from liquid_control.policy.backend import build_backend
from liquid_control.policy.policy import Policy
from liquid_control.stream import Step, TimeRules

_NS = 1e-9


class Snapshot(NamedTuple):
    """A robot's memory after an event.

    state: [neurons] float32. held: [features] float32. stamps_ns: [sensors] int64 and heard:
        [sensors] bool, when each sensor was last measured and whether it ever was.
    """

    state: np.ndarray
    held: np.ndarray
    stamps_ns: np.ndarray
    heard: np.ndarray


class Engine:
    """Runs a policy event by event, without gradients.

    rules: those of the timeline that makes the steps; they bound how far a step may rewind.
    device: see `build_backend`.

    runs_on: what it runs on, in words, for a log.
    """

    def __init__(
        self, policy: Policy, robots: int = 1, rules: TimeRules | None = None, device: str = 'auto'
    ) -> None:
        self.policy = policy.eval()
        self._backend = build_backend(self.policy, device)
        self.runs_on = self._backend.name
        self._index = {name: i for i, name in enumerate(policy.sensors)}
        self._length = (rules or TimeRules()).max_history + 1
        self._blank = Snapshot(
            np.zeros(policy.core.state_size, np.float32),
            np.zeros(policy.held_size, np.float32),
            np.zeros(len(policy.sensors), np.int64),
            np.zeros(len(policy.sensors), bool),
        )
        self._history: list[deque[Snapshot]] = [deque() for _ in range(robots)]
        for robot in range(robots):
            self.reset(robot)

    def reset(self, robot: int = 0) -> None:
        """Forget everything; the robot's next step must be a reset one, as a new timeline's is."""
        self._history[robot] = deque([self._blank], maxlen=self._length)

    def memory(self, robot: int = 0) -> Snapshot:
        """What the robot remembers now."""
        return self._history[robot][-1]

    def encode(self, sensor: str, values: np.ndarray) -> np.ndarray:
        """Raw values [k, ...] of one sensor to features [k, features] float32. Raises ValueError
        on a wrong shape.
        """
        for value in values:
            self.policy.check(sensor, value)
        return self._backend.encode(sensor, self.policy.encoder(sensor).prepare(values))

    def drive(self, step: Step) -> np.ndarray:
        """One step of the first robot: its raw action [2] in [-1, 1]. The event's value is the
        encoded features.
        """
        memory = self._before(0, step)
        action, state = self._advance(memory, step.dt)
        self._history[0].append(memory._replace(state=state))
        return action

    def step(self, steps: Sequence[Step | None]) -> np.ndarray:
        """At most one step of each robot; a robot without one gets NaN. Returns raw actions
        [robots, 2].
        """
        actions = np.full((len(steps), 2), np.nan, np.float32)
        robots = [robot for robot, step in enumerate(steps) if step is not None]
        if not robots:
            return actions
        before = [
            self._before(robot, step) for robot, step in enumerate(steps) if step is not None
        ]
        dt = np.array([step.dt for step in steps if step is not None], np.float32)
        actions[robots], state = self._integrate(before, dt)
        for robot, memory, row in zip(robots, before, state, strict=True):
            self._history[robot].append(memory._replace(state=row))
        return actions

    @torch.inference_mode()
    def time_constants(self, robot: int = 0) -> np.ndarray:
        """Effective time constants [neurons], in seconds, under what the robot holds now."""
        memory = self.memory(robot)
        device = next(self.policy.parameters()).device
        x = torch.from_numpy(self._input([memory])).to(device)
        state = torch.from_numpy(memory.state[None]).to(device)
        return self.policy.time_constants(x, state)[0].cpu().numpy()

    def peek(self, seconds: float) -> np.ndarray:
        """The first robot's raw action [2] so long after its newest event if no other comes; what
        it remembers stays as it is.
        """
        return self._advance(self.memory(), seconds, later=seconds)[0]

    def _before(self, robot: int, step: Step) -> Snapshot:
        """The memory to integrate from, with the event's features already held."""
        if step.reset:
            self.reset(robot)
        history = self._history[robot]
        for _ in range(step.rewind):
            history.pop()
        memory = history[-1]
        sensor = self._index[step.event.sensor]
        held, stamps_ns, heard = memory.held.copy(), memory.stamps_ns.copy(), memory.heard.copy()
        held[self.policy.slices[step.event.sensor]] = step.event.value
        stamps_ns[sensor] = step.event.stamp_ns
        heard[sensor] = True
        return Snapshot(memory.state, held, stamps_ns, heard)

    def _advance(
        self, memory: Snapshot, dt: float, later: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """`_integrate` for one robot, without the cost of lists: its action and state. later: how
        many seconds after the newest stamp the sensors' ages are taken.
        """
        stamps_ns = memory.stamps_ns
        ages = np.where(memory.heard, (stamps_ns.max() - stamps_ns) * _NS + later, np.inf)
        x = np.concatenate((memory.held, self.policy.age_input(ages.astype(np.float32))))
        scaled = np.array([dt * self.policy.spec.time_scale], np.float32)
        y, state = self._backend.step(x[None], memory.state[None], scaled)
        return np.tanh(y[0]), state[0]

    def _input(self, memories: list[Snapshot]) -> np.ndarray:
        """The network's input [robots, held features and ages], at the newest stamp of each."""
        stamps_ns = np.stack([memory.stamps_ns for memory in memories])
        heard = np.stack([memory.heard for memory in memories])
        ages = np.where(heard, (stamps_ns.max(axis=1, keepdims=True) - stamps_ns) * _NS, np.inf)
        held = np.stack([memory.held for memory in memories])
        return np.concatenate((held, self.policy.age_input(ages.astype(np.float32))), axis=1)

    def _integrate(
        self, memories: list[Snapshot], dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """`Policy.step` for the robots of these memories: actions and states."""
        state = np.stack([memory.state for memory in memories])
        time_scale = np.float32(self.policy.spec.time_scale)
        y, state = self._backend.step(self._input(memories), state, dt * time_scale)
        return np.tanh(y), state
