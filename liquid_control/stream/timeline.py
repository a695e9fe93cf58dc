"""The rules of event time: order, true dt, late messages, clock jumps, gaps."""

from collections import Counter, defaultdict
from dataclasses import dataclass, fields

from liquid_control.stream.event import Event, Step

_NS = 1_000_000_000


@dataclass(frozen=True)
class TimeRules:
    """How much disorder is repaired, in seconds, and from where on it is refused.

    max_lag: an event at most this much older than the newest one is put in its place; an older one
        is dropped.
    max_future: an event further than this ahead of the clock is dropped.
    reset_gap: after a longer silence of all sensors, or a longer jump of the stamps backwards,
        memory starts anew.
    max_history: how many integrated events are kept for the repair; the longest possible replay.
    """

    max_lag: float = 0.2
    max_future: float = 0.5
    reset_gap: float = 1.0
    max_history: int = 128

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not value >= 0:
                raise ValueError(f'{field.name} is {value}, but it must be a number >= 0')


class Timeline:
    """Turns messages in order of arrival into steps in order of time.

    lidar L every 50 ms, IMU I every 10 ms; the scan measured at 20 ms arrives after the IMU of 30
    ms:

        arrives   I10          I20          I30          L20                      I40
        steps     I10 dt 0     I20 dt .01   I30 dt .01   L20 dt 0, rewind 1       I40 dt .01
                  (reset)                                I30 dt .01

    Every message ends in exactly one count: of `accepted` (with `rewound`, `reset_gap` or
        `jump_back` beside it where that happened) or of `duplicate`, `out_of_order`, `late`,
        `future`, which are drops.
    """

    def __init__(self, rules: TimeRules | None = None) -> None:
        self.rules = rules or TimeRules()
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self._history: list[Event] = []
        self._last_stamp: dict[str, int] = {}

    def reset(self) -> None:
        """Forget all events (not the counts); the next one starts a new memory."""
        self._history.clear()
        self._last_stamp.clear()

    def add(self, event: Event, now_ns: int) -> list[Step]:
        """The steps that this message causes; none when it is dropped.

        now_ns: the clock that the stamps come from, only to know the future by.
        """
        refusal = self._refusal(event, now_ns)
        if refusal:
            self.counts[event.sensor][refusal] += 1
            return []
        self.counts[event.sensor]['accepted'] += 1
        if (
            self._history
            and event.stamp_ns < self._history[-1].stamp_ns
            and not self._jumps_back(event)
        ):
            steps = self._insert(event)
        else:
            steps = [self._append(event)]
        self._last_stamp[event.sensor] = event.stamp_ns
        self._prune()
        return steps

    def _refusal(self, event: Event, now_ns: int) -> str | None:
        if event.stamp_ns - now_ns > self.rules.max_future * _NS:
            return 'future'
        if self._jumps_back(event):
            return None
        own_last = self._last_stamp.get(event.sensor)
        if own_last is not None and event.stamp_ns <= own_last:
            return 'duplicate' if event.stamp_ns == own_last else 'out_of_order'
        if self._history and event.stamp_ns < self._history[0].stamp_ns:
            return 'late'
        newest = self._history[-1].stamp_ns if self._history else event.stamp_ns
        return 'late' if newest - event.stamp_ns > self.rules.max_lag * _NS else None

    def _jumps_back(self, event: Event) -> bool:
        own_last = self._last_stamp.get(event.sensor)
        return own_last is not None and own_last - event.stamp_ns > self.rules.reset_gap * _NS

    def _append(self, event: Event) -> Step:
        reset = not self._history
        if self._jumps_back(event):
            self.counts[event.sensor]['jump_back'] += 1
            reset = True
        elif (
            self._history
            and event.stamp_ns - self._history[-1].stamp_ns > self.rules.reset_gap * _NS
        ):
            self.counts[event.sensor]['reset_gap'] += 1
            reset = True
        if reset:
            self.reset()
            self._history.append(event)
            return Step(event, dt=0.0, reset=True)
        dt = _seconds(self._history[-1], event)
        self._history.append(event)
        return Step(event, dt)

    def _insert(self, event: Event) -> list[Step]:
        """Put a late event behind those of its or an earlier stamp; repeat the later ones."""
        self.counts[event.sensor]['rewound'] += 1
        place = len(self._history)
        while self._history[place - 1].stamp_ns > event.stamp_ns:
            place -= 1
        rewind = len(self._history) - place
        self._history.insert(place, event)
        pairs = zip(self._history[place - 1 :], self._history[place:], strict=False)
        steps = [Step(after, _seconds(before, after)) for before, after in pairs]
        steps[0] = Step(event, steps[0].dt, rewind=rewind)
        return steps

    def _prune(self) -> None:
        """Keep what a late event may need: all within max_lag and the one event before."""
        oldest = self._history[-1].stamp_ns - self.rules.max_lag * _NS
        keep = 0
        while keep + 1 < len(self._history) and self._history[keep + 1].stamp_ns <= oldest:
            keep += 1
        keep = max(keep, len(self._history) - max(self.rules.max_history, 1))
        del self._history[:keep]


def _seconds(before: Event, after: Event) -> float:
    return (after.stamp_ns - before.stamp_ns) / _NS
