"""What happens to a message on its way: how long it takes, and whether it arrives at all."""

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, Field, FiniteFloat

from liquid_control.schema import configured


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if not bounds[0] <= bounds[1]:
        raise ValueError(f'wanted a lower and an upper bound, got {bounds}')
    return bounds


Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]

Bounds = Annotated[tuple[FiniteFloat, FiniteFloat], AfterValidator(_rising)]
"""From, to; a value in between is drawn once per episode."""

Span = Annotated[tuple[Seconds, Seconds], AfterValidator(_rising)]
"""From, to; a time in between is drawn."""

Share = Annotated[float, Field(ge=0.0, lt=1.0)]

LOST = -1
"""The arrival of a message that does not arrive."""


@configured
class Latency:
    """Transport time in seconds: a minimum, and a tail that brings it to the mean.

    tail: `exponential`, or the heavier `lognormal` (of sigma 1).
    delayed: share of the messages that take longer still, by an exponential time of mean `delay`.
    """

    minimum: Seconds
    mean: Seconds
    tail: Literal['exponential', 'lognormal'] = 'exponential'
    delayed: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    delay: Seconds = 0.0

    def __post_init__(self) -> None:
        if not self.minimum <= self.mean:
            raise ValueError(f'latency needs minimum <= mean, got {self.minimum}, {self.mean}')

    def draw(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Transport times, seconds [count]."""
        excess = self.mean - self.minimum
        if self.tail == 'exponential':
            times = self.minimum + rng.exponential(excess, count)
        else:
            times = self.minimum + excess * np.exp(rng.normal(-0.5, 1.0, count))
        if self.delayed:
            times += (rng.random(count) < self.delayed) * rng.exponential(self.delay, count)
        return times


@configured
class Bursts:
    """Messages lost many at a time, as radio loses them: the chain of Gilbert (1960).

        arrives -> lost with probability share / (1 - share) / length
        lost -> arrives with probability 1 / length

    share: of all messages. length: of a burst, messages, on average.
    """

    share: Annotated[float, Field(gt=0.0, lt=1.0)]
    length: Annotated[float, Field(ge=1.0, allow_inf_nan=False)]

    def __post_init__(self) -> None:
        if self.share > self.length / (self.length + 1.0):
            raise ValueError(
                f'share is {self.share}, wanted at most {self.length / (self.length + 1.0):.3g} '
                f'with bursts of {self.length:g}: between two, one message arrives'
            )

    @property
    def pause(self) -> float:
        """How many messages arrive between two bursts, on average."""
        return self.length * (1.0 - self.share) / self.share


@configured
class Outage:
    """A sensor that dies and comes back, seconds.

    after (5, 15), lasts (2, 4):   alive for 9.3, dead for 2.5, alive for 6.1, dead for 3.2 ...
    after (5, 15), lasts null:     alive for 9.3, then dead for good
    """

    after: Span
    lasts: Span | None = None

    def __post_init__(self) -> None:
        if self.lasts is not None and not self.lasts[1] > 0.0:
            raise ValueError(f'lasts is {self.lasts}, wanted > 0 s, or null for good')


class Delivery:
    """The way of one sensor's messages in one episode."""

    def __init__(
        self,
        latency: Latency,
        dropout: float,
        bursts: Bursts | None,
        outage: Outage | None,
        rng: np.random.Generator,
    ) -> None:
        self._latency, self._dropout, self._bursts = latency, dropout, bursts
        self._outage = outage
        # Each on a stream of its own: what one draws does not change what another does.
        self._travel, self._drop, self._burst, self._death = rng.spawn(4)
        self._in_burst, self._run = False, 0
        if bursts:
            self._in_burst = self._burst.random() < bursts.share
            self._run = self._run_length(bursts)
        self._edges: list[float] = []
        self._arrived_us = 0

    def arrivals(self, measured_us: np.ndarray) -> np.ndarray:
        """When messages arrive that were measured at these times, LOST for those that do not.

        Integer microseconds since the start [n], rising, the calls one after the other. Messages
        arrive in the order of their measurement, as one DDS topic delivers them: those behind a
        slow one wait for it.
        """
        count = len(measured_us)
        travel_us = np.rint(1e6 * self._latency.draw(self._travel, count)).astype(int)
        lost = self._drop.random(count) < self._dropout
        if self._bursts:
            lost |= self._lost_in_bursts(count, self._bursts)
        if self._outage and count:
            lost |= self._dead(1e-6 * measured_us, self._outage)
        apart = np.arange(count)
        times = np.where(lost, LOST, measured_us + travel_us - apart)
        times = np.maximum(np.maximum.accumulate(times), self._arrived_us + 1) + apart
        times[lost] = LOST
        self._arrived_us = max(int(times.max(initial=LOST)), self._arrived_us)
        return times

    def _lost_in_bursts(self, count: int, bursts: Bursts) -> np.ndarray:
        lost = np.empty(count, dtype=bool)
        begin = 0
        while begin < count:
            end = min(begin + self._run, count)
            lost[begin:end] = self._in_burst
            self._run -= end - begin
            begin = end
            if not self._run:
                self._in_burst = not self._in_burst
                self._run = self._run_length(bursts)
        return lost

    def _run_length(self, bursts: Bursts) -> int:
        mean = bursts.length if self._in_burst else bursts.pause
        return int(self._burst.geometric(1.0 / mean))

    def _dead(self, measured: np.ndarray, outage: Outage) -> np.ndarray:
        edges = self._edges
        while not edges or edges[-1] <= measured[-1]:
            dies = (edges[-1] if edges else 0.0) + self._death.uniform(*outage.after)
            dead = self._death.uniform(*outage.lasts) if outage.lasts else math.inf
            edges += [dies, dies + dead]
        return np.searchsorted(edges, measured, side='right') % 2 == 1
