"""A drive from inside: what the policy held, knew and computed at each event.

The events are taken in the order of their stamps. A message that arrived late has its place among
them, as it has in the memory of the robot once event time has put it there.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from liquid_control.coin import tosses
from liquid_control.policy import Engine, Policy
from liquid_control.stream import Event, Timeline
from liquid_control_sim.inspection.driven import Driven
from liquid_control_sim.sensors import Message


class Thoughts(NamedTuple):
    """n events.

    times: [n] seconds since the beginning, by their stamps. newest: by sensor, [n] which of
        `prepared` is held at each event, -1 before its first message.
    ages: [n, sensors] seconds of silence, infinite before a sensor's first message.
    x: [n, inputs] float32, the network's input. dt: [n] float32, seconds that the event is
        integrated over. resets: [n] bool, the memory began anew.
    states: [n, state size] float32, after the event. actions: [n, 2], raw.
    time_constants: [n, neurons], seconds; no neurons for a network without them.
    prepared: by sensor, the values that the encoder takes [messages, ...].
    """

    times: np.ndarray
    newest: dict[str, np.ndarray]
    ages: np.ndarray
    x: np.ndarray
    dt: np.ndarray
    resets: np.ndarray
    states: np.ndarray
    actions: np.ndarray
    time_constants: np.ndarray
    prepared: dict[str, np.ndarray]

    def at(self, grid: np.ndarray) -> np.ndarray:
        """The event that was the last at each of these times, [grid]; the first before it."""
        return np.maximum(np.searchsorted(self.times, grid, side='right') - 1, 0)


def encoded(policy: Policy, engine: Engine, messages: Sequence[Message]) -> list[Event]:
    """The messages' events with features for values; one batch for each sensor."""
    events = [message.event for message in messages]
    features: dict[int, np.ndarray] = {}
    for sensor in policy.sensors:
        spoke = [i for i, event in enumerate(events) if event.sensor == sensor]
        if spoke:
            values = np.stack([events[i].value for i in spoke])
            features.update(zip(spoke, engine.encode(sensor, values), strict=True))
    return [event._replace(value=features[i]) for i, event in enumerate(events)]


def thoughts(policy: Policy, drive: Driven) -> Thoughts:
    """What went on inside the policy while it drove so."""
    messages = [m for m, taken in zip(drive.messages, drive.accepted, strict=True) if taken]
    messages.sort(key=lambda message: message.event.stamp_ns)
    engine, timeline = Engine(policy, rules=drive.rules, device='cpu'), Timeline(drive.rules)
    held, lived, resets, states, actions = [], [], [], [], []
    for event in encoded(policy, engine, messages):
        (step,) = timeline.add(event, event.stamp_ns)
        actions.append(engine.drive(step))
        memory = engine.memory()
        held.append(memory.held)
        lived.append([memory.stamps_ns.get(sensor, -1) for sensor in policy.sensors])
        states.append(memory.state)
        resets.append(step.reset)
    lived_ns, reset = np.array(lived), np.array(resets)
    newest_ns = lived_ns.max(axis=1)
    ages = np.where(lived_ns >= 0, (newest_ns[:, None] - lived_ns) * 1e-9, np.inf)
    dt = np.where(reset, 0.0, np.diff(newest_ns, prepend=newest_ns[:1]) * 1e-9)
    x = _inputs(policy, np.array(held), ages, tosses(newest_ns))
    return Thoughts(
        times=np.array([m.measured_s for m in messages]),
        newest={name: _newest(messages, name, reset) for name in policy.sensors},
        ages=ages,
        x=x,
        dt=dt.astype(np.float32),
        resets=reset,
        states=np.array(states),
        actions=np.array(actions),
        time_constants=_time_constants(policy, x, np.array(states)),
        prepared={name: _prepared(policy, messages, name) for name in policy.sensors},
    )


def _inputs(policy: Policy, *parts: np.ndarray) -> np.ndarray:
    """parts: see `Policy.inputs`."""
    return policy.inputs(*(torch.from_numpy(part) for part in parts)).float().numpy()


def _newest(messages: Sequence[Message], sensor: str, resets: np.ndarray) -> np.ndarray:
    spoke = np.array([message.event.sensor == sensor for message in messages])
    count = np.cumsum(spoke)
    forgotten = np.maximum.accumulate(np.where(resets, count - spoke, 0))
    return np.where(count > forgotten, count - 1, -1)


@torch.no_grad()
def _time_constants(policy: Policy, x: np.ndarray, states: np.ndarray) -> np.ndarray:
    return policy.time_constants(torch.from_numpy(x), torch.from_numpy(states)).numpy()


def _prepared(policy: Policy, messages: Sequence[Message], sensor: str) -> np.ndarray:
    spec, prepare = policy.spec.sensors[sensor], policy.encoder(sensor).prepare
    values = [message.event.value for message in messages if message.event.sensor == sensor]
    return prepare(np.stack(values)) if values else prepare(np.zeros((1, *spec.shape)))[:0]
