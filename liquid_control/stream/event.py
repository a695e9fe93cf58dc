"""What a sensor said and when, and what to integrate because of it."""

from typing import Any, NamedTuple


class Event(NamedTuple):
    """One measurement of one sensor.

    stamp_ns: when it was measured (the header's stamp), integer nanoseconds.
    value: what was measured; opaque to event time.
    """

    stamp_ns: int
    sensor: str
    value: Any


class Step(NamedTuple):
    """One integration of a policy's state, up to the stamp of an event.

    dt: seconds since the event integrated before this one, >= 0.
    rewind: how many of the steps taken last are undone first, because this event belongs before
        them.
    reset: the memory is forgotten first; dt is then 0.
    """

    event: Event
    dt: float
    rewind: int = 0
    reset: bool = False
