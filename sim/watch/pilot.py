"""Who drives: a policy as the robot runs it, or a planner. Each hears every message."""

from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from liquid_control.policy import Engine, Policy, load_bundle
from liquid_control.stream import Event, Timeline
from liquid_control_sim.planners import planner
from liquid_control_sim.rollout import THINK_S
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


class Mind(NamedTuple):
    """A liquid policy after an event. neurons: potentials [n]. time_constants: seconds [n]."""

    neurons: np.ndarray
    time_constants: np.ndarray


class Pilot(Protocol):
    """velocity: what it wants now, forward m/s and left rad/s, float64 [2]."""

    velocity: np.ndarray

    def hear(self, message: Message) -> None: ...

    def mind(self) -> Mind | None:
        """None for who has no neurons with time constants."""
        ...


def pilot(driver: Path | str, simulation: Simulation) -> Pilot:
    """driver: a bundle's folder, or a planner's name. Raises BundleError, ConfigError."""
    if isinstance(driver, Path):
        return PolicyPilot(load_bundle(driver), simulation)
    return PlannerPilot(driver, simulation)


class PolicyPilot:
    """Event time and engine, as the drive node has them."""

    def __init__(self, policy: Policy, simulation: Simulation) -> None:
        self.velocity = np.zeros(2)
        self._policy = policy
        rules = simulation.config.event_time
        self._timeline = Timeline(rules)
        self._engine = Engine(policy, rules=rules, device='cpu')

    def hear(self, message: Message) -> None:
        event = message.event
        if event.sensor not in self._policy.sensors:
            return
        features = self._engine.encode(event.sensor, event.value[None])[0]
        encoded = Event(event.stamp_ns, event.sensor, features)
        for step in self._timeline.add(encoded, message.delivered_ns):
            self.velocity = self._policy.spec.action.scale(self._engine.drive(step))

    def mind(self) -> Mind | None:
        time_constants = self._engine.time_constants()
        return Mind(self._engine.memory().state, time_constants) if len(time_constants) else None


class PlannerPilot:
    """A planner, asked as often as in training and evaluation."""

    def __init__(self, name: str, simulation: Simulation) -> None:
        self.velocity = np.zeros(2)
        self._simulation = simulation
        self._planner = planner(name, simulation)
        self._asked = -np.inf

    def hear(self, message: Message) -> None:
        self._planner.observe(message)
        if self._simulation.elapsed - self._asked >= THINK_S:
            self._asked = self._simulation.elapsed
            self.velocity = self._planner.act()

    def mind(self) -> None:
        return None
