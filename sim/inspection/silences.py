"""What silences do: a recorded drive heard again with one sensor silent, and what the policy would
have wanted.

The loop is open: the robot goes the way that it went, so all that differs is what the policy
hears. Where the departure is small, the sensor was not needed then; whether the robot would have
got there without it, only a drive tells (`liquid_control evaluate --compare`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liquid_control.policy import Engine, Policy
from liquid_control.stream import Timeline, TimeRules
from liquid_control_sim.inspection.driven import Driven
from liquid_control_sim.inspection.thoughts import encoded
from liquid_control_sim.sensors import Message


class Silence(NamedTuple):
    """A sensor of which nothing is heard that was measured from second `at` on.

    times: [n] arrivals of the messages that the policy heard in the drive, seconds. departures:
        [n, 2], wanted velocity then less the one of the drive, m/s and rad/s.
    """

    sensor: str
    at: float
    times: np.ndarray
    departures: np.ndarray

    @property
    def rms(self) -> np.ndarray:
        """Root mean square of the departures since `at`, m/s and rad/s [2]."""
        return np.sqrt(np.mean(self._since**2, axis=0))

    @property
    def largest(self) -> np.ndarray:
        """The largest departures since `at`, m/s and rad/s [2], without their signs."""
        return np.abs(self._since).max(axis=0)

    @property
    def _since(self) -> np.ndarray:
        return self.departures[self.times >= self.at]


def silences(policy: Policy, drive: Driven, at: float) -> list[Silence]:
    """One for each sensor of the policy."""
    heard = [i for i, m in enumerate(drive.messages) if m.event.sensor in policy.sensors]
    messages, times = [drive.messages[i] for i in heard], drive.times[heard]
    every = answers(policy, messages, [True] * len(messages), drive.rules)
    found = []
    for sensor in policy.sensors:
        kept = [m.event.sensor != sensor or m.measured_s < at for m in messages]
        departures = answers(policy, messages, kept, drive.rules) - every
        found.append(Silence(sensor, at, times, departures))
    return found


def answers(
    policy: Policy, messages: Sequence[Message], kept: Sequence[bool], rules: TimeRules
) -> np.ndarray:
    """The velocity [n, 2] that the policy wants after each of the messages, m/s and rad/s, if it
    hears those that are kept. Zero before the first; where it hears nothing, its last word holds.

    messages: in the order of their arrival, all of the policy's sensors.
    """
    engine, timeline = Engine(policy, rules=rules, device='cpu'), Timeline(rules)
    wanted, scale = np.zeros((len(messages), 2)), policy.spec.action.scale
    last = np.zeros(2)
    events = encoded(policy, engine, messages)
    for i, (event, message) in enumerate(zip(events, messages, strict=True)):
        for step in timeline.add(event, message.delivered_ns) if kept[i] else ():
            last = scale(engine.drive(step))
        wanted[i] = last
    return wanted
