"""When a sensor measures, what its stamps say of that, and when its messages arrive."""

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple

import numpy as np
from pydantic import Field

from liquid_control.schema import Positive, configured
from liquid_control_sim.sensors.delivery import (
    LOST,
    Bounds,
    Bursts,
    Delivery,
    Latency,
    Outage,
    Seconds,
    Share,
    Span,
)

_BATCH = 64
"""Ticks drawn at a time: one by one they would cost as much as the physics."""

_REACH = 0.4
"""Of a period: jitter is clipped there, so that two measurements never change places."""

_SHAPES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    'normal': lambda rng, count: rng.normal(0.0, 1.0, count),
    'uniform': lambda rng, count: rng.uniform(-(3.0**0.5), 3.0**0.5, count),
    'laplace': lambda rng, count: rng.laplace(0.0, 0.5**0.5, count),
    'late': lambda rng, count: rng.exponential(1.0, count),
}
"""Of jitter, each with a standard deviation of 1."""


class Tick(NamedTuple):
    """One measurement, integer nanoseconds: when it is made, when the sensor's own clock says that
    it was, and when the message arrives; None for one that is lost.
    """

    measured_ns: int
    stamp_ns: int
    delivered_ns: int | None


@configured
class Stamps:
    """How the sensor's own clock, which the stamps show, is off the true time.

    A clock 12 ms ahead that gains 100 ppm is 18 ms ahead after a minute. It is held within LIMIT
    of the true time, as synchronisation does, which is little enough for event time to repair.

    offset: bounds of the error at the start, seconds. drift_ppm: bounds of how much it gains.
    step: stamps are rounded down to a multiple of it, seconds; 0 for whole microseconds.
    """

    LIMIT: ClassVar = 0.05

    offset: Bounds = (0.0, 0.0)
    drift_ppm: Bounds = (0.0, 0.0)
    step: Seconds = 0.0

    def start(self, rng: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
        """The clock of one episode: from true times to stamps, integer microseconds [n]."""
        offset, drift = rng.uniform(*self.offset), 1e-6 * rng.uniform(*self.drift_ppm)
        step_us = max(round(1e6 * self.step), 1)

        def stamps(measured_us: np.ndarray) -> np.ndarray:
            error = np.clip(offset + drift * 1e-6 * measured_us, -self.LIMIT, self.LIMIT)
            return (measured_us + np.rint(1e6 * error).astype(int)) // step_us * step_us

        return stamps


@configured
class Slowdown:
    """From a time drawn from `at` on, seconds, the sensor takes `factor` times as long."""

    at: Span
    factor: Annotated[float, Field(ge=1.0, allow_inf_nan=False)]


@configured
class Clock:
    """The rhythm of one sensor; seconds.

    rate 20 Hz, jitter 0.002, latency 0.012 to 0.015, stamps 0.003 ahead, a message lost:
        measured   0.031  0.080  0.132  0.181  0.230    the phase is another in every episode
        stamp      0.034  0.083  0.135  0.184  0.233    what the message says
        delivered  0.044  0.098  0.145  lost   0.247    later than another sensor's next stamp

    jitter: standard deviation of a measurement around its regular time; it does not add up.
    dropout: probability that a message is lost, whatever becomes of the others.
    jitter_shape: distribution of the jitter; `late` is exponential and never early.
    phase: of the first measurement; None draws it from one period.
    """

    rate: Positive
    jitter: Seconds
    latency: Latency
    dropout: Share = 0.0
    bursts: Bursts | None = None
    outage: Outage | None = None
    slowdown: Slowdown | None = None
    stamps: Stamps = Stamps()
    jitter_shape: Literal['normal', 'uniform', 'laplace', 'late'] = 'normal'
    phase: Seconds | None = None

    def __post_init__(self) -> None:
        shortest = (1.0 - 2.0 * _REACH) / self.rate
        if not self.stamps.step < shortest:
            raise ValueError(
                f'stamps.step is {self.stamps.step}, wanted < {shortest:.3g} s at {self.rate} Hz, '
                'or two measurements might bear one stamp'
            )

    def ticks(self, rng: np.random.Generator, start_ns: int) -> Iterator[Tick]:
        """The measurements, without end; also those whose messages are lost."""
        # Each on a stream of its own: a fault leaves everything else as it was without it.
        rhythm, shifts, own_clock, way = rng.spawn(4)
        delivery = Delivery(self.latency, self.dropout, self.bursts, self.outage, way)
        stamps_of = self.stamps.start(own_clock)
        for regular, period in self._regular(rhythm):
            shift = self.jitter * _SHAPES[self.jitter_shape](shifts, len(regular))
            shift = np.clip(shift, -_REACH * period, _REACH * period)
            measured = np.rint(1e6 * np.maximum(regular + shift, 0.0)).astype(int)
            yield from _ticks(start_ns, measured, stamps_of(measured), delivery.arrivals(measured))

    def _regular(self, rng: np.random.Generator) -> Iterator[tuple[np.ndarray, float]]:
        """Times without jitter, seconds, some at a time; and the period between them."""
        period = 1.0 / self.rate
        phase = rng.uniform(0.0, period) if self.phase is None else self.phase
        slow, change = period, np.inf
        if self.slowdown:
            slow, change = period * self.slowdown.factor, rng.uniform(*self.slowdown.at)
        last = phase - period
        while True:
            regular = last + period * np.arange(1, _BATCH + 1)
            slows = regular[-1] >= change
            if slows:
                regular = regular[regular < change]
            yield regular, period
            last += period * len(regular)
            if slows:
                period, change = slow, np.inf


def _ticks(
    start_ns: int, measured_us: np.ndarray, stamps_us: np.ndarray, arrivals_us: np.ndarray
) -> Iterator[Tick]:
    for measured, stamp, arrival in zip(
        measured_us.tolist(), stamps_us.tolist(), arrivals_us.tolist(), strict=True
    ):
        yield Tick(
            start_ns + 1000 * measured,
            start_ns + 1000 * stamp,
            None if arrival == LOST else start_ns + 1000 * arrival,
        )
