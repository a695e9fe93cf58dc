"""When a sensor measures, and when its message arrives."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from liquid_control.schema import configured

_BATCH = 64
"""Ticks drawn at a time: one by one they would cost as much as the physics."""


@configured
class Latency:
    """Transport time in seconds: a minimum, and an exponential tail that brings it to the mean."""

    minimum: float
    mean: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.minimum <= self.mean:
            raise ValueError(
                f'latency needs 0 <= minimum <= mean, got {self.minimum}, {self.mean}'
            )

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Transport times, seconds [count]."""
        return self.minimum + rng.exponential(self.mean - self.minimum, count)


class Tick(NamedTuple):
    """One measurement: when it is made and when its message arrives, integer nanoseconds."""

    measured_ns: int
    delivered_ns: int


@configured
class Clock:
    """The rhythm of one sensor; seconds.

    rate 20 Hz, jitter 0.002, latency 0.012 to 0.015, a message lost now and then:
        measured   0.031  0.080  0.132  (0.181)  0.230    the phase is another in every episode
        delivered  0.044  0.098  0.145   lost    0.247    later than another sensor's next stamp

    jitter: standard deviation of a measurement around its regular time; it does not add up.
    dropout: probability that a message is lost.
    Messages of one sensor arrive in the order of their stamps, as one DDS topic delivers them.
    """

    rate: float
    jitter: float
    latency: Latency
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if not self.rate > 0.0:
            raise ValueError(f'rate is {self.rate}, wanted > 0 Hz')
        if not self.jitter >= 0.0:
            raise ValueError(f'jitter is {self.jitter}, wanted >= 0 s')
        if not 0.0 <= self.dropout < 1.0:
            raise ValueError(f'dropout is {self.dropout}, wanted a probability in [0, 1)')

    def ticks(self, rng: np.random.Generator, start_ns: int) -> Iterator[Tick]:
        """The measurements whose messages are not lost, without end."""
        period = 1.0 / self.rate
        regular = rng.uniform(0.0, period) + period * np.arange(_BATCH)
        arrived_us = 0
        while True:
            # Clipped, so that two measurements never change places.
            shift = np.clip(rng.normal(0.0, self.jitter, _BATCH), -0.4 * period, 0.4 * period)
            measured = np.rint(1e6 * np.maximum(regular + shift, 0.0)).astype(int)
            arrivals = measured + np.rint(1e6 * self.latency.draw(rng, _BATCH)).astype(int)
            kept = rng.random(_BATCH) >= self.dropout
            for measured_us, arrival_us in zip(
                measured[kept].tolist(), arrivals[kept].tolist(), strict=True
            ):
                arrived_us = max(arrival_us, arrived_us + 1)
                yield Tick(start_ns + 1000 * measured_us, start_ns + 1000 * arrived_us)
            regular += period * _BATCH
