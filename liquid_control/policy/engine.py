"""The deployed step: events in, actions out, for one robot or for many simulated ones at once.

    features = engine.encode('lidar', ranges[None])[0]
    for step in timeline.add(Event(stamp_ns, 'lidar', features), now_ns):
        action = engine.drive(step)

All memory of a robot is one `Snapshot`; a short history of them lets a late message be put in its
place.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from liquid_control.coin import toss
from liquid_control.policy.backend import build_backend
from liquid_control.policy.policy import Policy
from liquid_control.stream import Step, TimeRules

_NS = 1e-9


class Snapshot(NamedTuple):
    """A robot's memory after an event.

    state: [neurons] float32. held: [features] float32. stamps_ns: when each sensor that was ever
        heard was last measured, in the time that the policy lives in.
    """

    state: np.ndarray
    held: np.ndarray
    stamps_ns: Mapping[str, int]


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
        self._fixed_dt = policy.spec.fixed_dt
        self._backend = build_backend(self.policy, device)
        self.runs_on = self._backend.name
        self._prepare = {name: policy.encoder(name).prepare for name in policy.sensors}
        self._length = (rules or TimeRules()).max_history + 1
        self._blank = Snapshot(
            np.zeros(policy.core.state_size, np.float32),
            np.zeros(policy.held_size, np.float32),
            {},
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
        return self._backend.encode(sensor, self._prepare[sensor](values))

    def drive(self, step: Step) -> np.ndarray:
        """One step of the first robot: its raw action [2] in [-1, 1]. The event's value is the
        encoded features.
        """
        memory, dt = self._before(0, step)
        action, state = self._advance(memory, dt)
        self._history[0].append(Snapshot(state, memory.held, memory.stamps_ns))
        return action

    def step(self, steps: Sequence[Step | None]) -> np.ndarray:
        """At most one step of each robot; a robot without one gets NaN. Returns raw actions
        [robots, 2].
        """
        actions = np.full((len(steps), 2), np.nan, np.float32)
        robots = [robot for robot, step in enumerate(steps) if step is not None]
        if not robots:
            return actions
        before, dt = zip(
            *(self._before(robot, step) for robot, step in enumerate(steps) if step is not None),
            strict=True,
        )
        actions[robots], state = self._integrate(before, np.array(dt, np.float32))
        for robot, memory, row in zip(robots, before, state, strict=True):
            self._history[robot].append(memory._replace(state=row))
        return actions

    @torch.inference_mode()
    def time_constants(self, robot: int = 0) -> np.ndarray:
        """Effective time constants [neurons], in seconds, under what the robot holds now."""
        memory = self.memory(robot)
        device = next(self.policy.parameters()).device
        x = torch.from_numpy(self._input(memory)[None]).to(device)
        state = torch.from_numpy(memory.state[None]).to(device)
        return self.policy.time_constants(x, state)[0].cpu().numpy()

    def peek(self, seconds: float) -> np.ndarray:
        """The first robot's raw action [2] so long after its newest event if no other comes; what
        it remembers stays as it is. To a policy with fixed_dt no time passes where no event comes.
        """
        passed = seconds if self._fixed_dt is None else 0.0
        return self._advance(self.memory(), passed, later=passed)[0]

    def _before(self, robot: int, step: Step) -> tuple[Snapshot, float]:
        """The memory to integrate from, with the event's features already held, and over how many
        seconds.
        """
        if step.reset:
            self.reset(robot)
        history = self._history[robot]
        for _ in range(step.rewind):
            history.pop()
        memory = history[-1]
        event = step.event
        held = memory.held.copy()
        held[self.policy.slices[event.sensor]] = event.value
        stamp_ns, dt = self._lived(memory, step)
        stamps_ns = {**memory.stamps_ns, event.sensor: stamp_ns}
        return Snapshot(memory.state, held, stamps_ns), dt

    def _lived(self, memory: Snapshot, step: Step) -> tuple[int, float]:
        """When the step's event happens to the policy, as `PolicySpec.lived_ns` has it, and how
        many seconds after the one before.
        """
        fixed_dt = self._fixed_dt
        if fixed_dt is None:
            return step.event.stamp_ns, step.dt
        if not memory.stamps_ns:
            return 0, 0.0
        return max(memory.stamps_ns.values()) + round(fixed_dt * 1e9), fixed_dt

    def _advance(
        self, memory: Snapshot, dt: float, later: float = 0.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """`_integrate` for one robot, without the cost of lists: its action and state. later: how
        many seconds after the newest stamp the sensors' ages are taken.
        """
        x = self._input(memory, later)
        scaled = np.array((dt * self.policy.spec.time_scale,), np.float32)
        y, state = self._backend.step(x[None], memory.state[None], scaled)
        return np.tanh(y[0]), state[0]

    def _integrate(
        self, memories: Sequence[Snapshot], dt: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """`Policy.step` for the robots of these memories: actions and states."""
        x = np.stack([self._input(memory) for memory in memories])
        state = np.stack([memory.state for memory in memories])
        time_scale = np.float32(self.policy.spec.time_scale)
        y, state = self._backend.step(x, state, dt * time_scale)
        return np.tanh(y), state

    def _input(self, memory: Snapshot, later: float = 0.0) -> np.ndarray:
        """The network's input, so many seconds after the newest stamp; see `Policy.inputs`."""
        stamps_ns, age_cap = memory.stamps_ns, self.policy.spec.age_cap
        newest_ns = max(stamps_ns.values(), default=0)
        x, at = np.empty(self.policy.core.inputs, np.float32), len(memory.held)
        x[:at] = memory.held
        for sensor in self.policy.sensors:
            stamp_ns = stamps_ns.get(sensor)
            age = math.inf if stamp_ns is None else (newest_ns - stamp_ns) * _NS + later
            x[at] = min(age / age_cap, 1.0)
            at += 1
        if self.policy.spec.coin:
            x[at] = toss(newest_ns + round(later * 1e9))
        return x
