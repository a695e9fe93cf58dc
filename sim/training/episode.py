"""A recorded drive: what the sensors said and what the expert would have done, and its form for
training.
"""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liquid_control.coin import tosses
from liquid_control.files import write_whole
from liquid_control.policy import Policy, PolicySpec
from liquid_control.stream import Event


class Episode(NamedTuple):
    """N integrated events in the order of their stamps; S sensors in the policy's order.

    values: by sensor, the prepared values [messages of the sensor, ...].
    newest: [N, S], row in `values` that each sensor holds at each event; -1 before its first
        message.
    ages: [N, S] seconds since each sensor's last stamp, infinite before its first message.
    dt: [N] seconds since the event before; it and the ages as the policy lives them. coin: [N], as
        it lies at each event. labels: [N, 2], the expert's raw actions; NaN where it said nothing.
    """

    values: dict[str, np.ndarray]
    newest: np.ndarray
    ages: np.ndarray
    dt: np.ndarray
    coin: np.ndarray
    labels: np.ndarray


class Recorder:
    """Collects the accepted events of one drive, in order of arrival, and what the expert said at
    each.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._events: list[Event] = []
        self._labels: list[np.ndarray] = []

    def add(self, event: Event, label: np.ndarray) -> None:
        """event: with the raw value of its sensor; only what is worth storing of it is kept."""
        prepared = self._policy.encoder(event.sensor).prepare(event.value[None])[0]
        self._events.append(Event(event.stamp_ns, event.sensor, prepared))
        self._labels.append(label)

    @property
    def order(self) -> list[int]:
        """The events in order of arrival, by their stamps; those of one stamp as they came."""
        return sorted(range(len(self._events)), key=lambda i: self._events[i].stamp_ns)

    def arrays(self) -> dict[str, np.ndarray]:
        """What `arranged` makes an Episode of."""
        order = self.order
        events = [self._events[i] for i in order]
        arrays: dict[str, np.ndarray] = {
            'stamps_ns': np.array([event.stamp_ns for event in events], np.int64),
            'sensors': np.array(
                [self._policy.sensors.index(event.sensor) for event in events], np.uint8
            ),
            'labels': np.array([self._labels[i] for i in order], np.float32),
        }
        for name in self._policy.sensors:
            said = [event.value for event in events if event.sensor == name]
            arrays[f'value_{name}'] = np.array(said) if said else self._silence(name)
        return arrays

    def packed(self) -> bytes:
        """The drive's file."""
        file = io.BytesIO()
        np.savez(file, **self.arrays())  # type: ignore[arg-type]
        return file.getvalue()

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        write_whole({path: self.packed()})

    def _silence(self, sensor: str) -> np.ndarray:
        """No prepared values, in the shape that they would have."""
        spec = self._policy.spec.sensors[sensor]
        one: np.ndarray = np.zeros((1, *spec.shape), spec.dtype)
        return self._policy.encoder(sensor).prepare(one)[:0]


def load_episode(path: Path, spec: PolicySpec) -> Episode:
    """Read what a Recorder saved. spec: of the policy that is to learn from it; it has the
    sensors of the one that recorded, but may live in another time.
    """
    return arranged(read_arrays(path), spec)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read what a Recorder saved, as it collected it."""
    with np.load(path, allow_pickle=False) as arrays:
        return dict(arrays)


def seconds_of(path: Path) -> float:
    """How long a recorded drive is, from its first event to its last; what it says is not read."""
    with np.load(path, allow_pickle=False) as arrays:
        stamps_ns = arrays['stamps_ns']
    return float(stamps_ns[-1] - stamps_ns[0]) * 1e-9 if len(stamps_ns) else 0.0


def arranged(arrays: Mapping[str, np.ndarray], spec: PolicySpec) -> Episode:
    """What a Recorder collected, in its form for training."""
    stamps_ns, spoke = spec.lived_ns(arrays['stamps_ns']), arrays['sensors']
    values = {name: arrays[f'value_{name}'] for name in spec.sensors}
    said = spoke[:, None] == np.arange(len(spec.sensors))
    newest = np.cumsum(said, axis=0) - 1
    dt = np.diff(stamps_ns, prepend=stamps_ns[:1]) * 1e-9
    return Episode(
        values,
        newest,
        ages(stamps_ns, said).astype(np.float32),
        dt.astype(np.float32),
        tosses(arrays['stamps_ns']),
        arrays['labels'],
    )


def ages(stamps_ns: np.ndarray, said: np.ndarray) -> np.ndarray:
    """How old at each event is what each sensor said last: float64 [N, S] seconds, infinite before
    its first message. stamps_ns: [N], ordered. said: [N, S], whose event it is.
    """
    last_ns = np.maximum.accumulate(np.where(said, stamps_ns[:, None], 0), axis=0)
    spoken = np.logical_or.accumulate(said, axis=0)
    return np.where(spoken, (stamps_ns[:, None] - last_ns) * 1e-9, np.inf)
