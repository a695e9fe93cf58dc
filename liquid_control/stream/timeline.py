"""The rules of event time: order, true dt, late messages, clock jumps, gaps."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from typing import ClassVar

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
        for entry in fields(self):
            value = getattr(self, entry.name)
            if not value >= 0:
                raise ValueError(f'{entry.name} is {value}, but it must be a number >= 0')


class Timeline:
    """Turns messages in order of arrival into steps in order of time.

    lidar L every 50 ms, IMU I every 10 ms; the scan measured at 20 ms arrives after the IMU of 30
    ms:

        arrives   I10          I20          I30          L20                      I40
        steps     I10 dt 0     I20 dt .01   I30 dt .01   L20 dt 0, rewind 1       I40 dt .01
                  (reset)                                I30 dt .01

    A stamp that leaps by more than reset_gap is doubted, unless the clock says that so much time
    has passed: one message does not erase the memory. A leap is believed when another sensor
    leaps to the same time; or when this one goes on there and no other was heard lately, or for
    reset_gap no message came from the old time. A bag begins anew at 0 s, after 90 s:

        arrives   I90.00   I0.00         I0.01         L0.01 (reset)    I0.02
        ends      accepted unconfirmed   unconfirmed   accepted         accepted

    Every message ends in exactly one count of ENDS: `accepted` (with `rewound`, `reset_gap` or
    `jump_back` beside it where that happened), or one of the drops.
    """

    ENDS: ClassVar = ('accepted', 'duplicate', 'out_of_order', 'late', 'future', 'unconfirmed')

    def __init__(self, rules: TimeRules | None = None) -> None:
        self.rules = rules or TimeRules()
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)
        self.reset()

    def reset(self) -> None:
        """Forget all events (not the counts); the next one starts a new memory."""
        self._history: list[Event] = []
        self._last_stamp: dict[str, int] = {}
        self._newest_at_ns = 0
        self._doubt: _Doubt | None = None

    def add(self, event: Event, now_ns: int) -> list[Step]:
        """The steps that this message causes; none when it is dropped.

        now_ns: the clock that the stamps come from, to know the future and a gap by.
        """
        counts = self.counts[event.sensor]
        leap = self._leap(event)
        refusal = self._refusal(event, leap, now_ns)
        if refusal:
            counts[refusal] += 1
            return []
        counts['accepted'] += 1
        if leap:
            counts[leap] += 1
            self.reset()
        if self._history and event.stamp_ns < self._history[-1].stamp_ns:
            steps = self._insert(event)
        else:
            steps = [self._append(event)]
            self._newest_at_ns = now_ns
        self._doubt = None
        self._last_stamp[event.sensor] = event.stamp_ns
        self._prune()
        return steps

    def _leap(self, event: Event) -> str:
        """The count of how the event leaps out of the memory's time; empty if it does not."""
        gap_ns = self.rules.reset_gap * _NS
        own_last = self._last_stamp.get(event.sensor)
        if own_last is not None and own_last - event.stamp_ns > gap_ns:
            return 'jump_back'
        if self._history and event.stamp_ns - self._history[-1].stamp_ns > gap_ns:
            return 'reset_gap'
        return ''

    def _refusal(self, event: Event, leap: str, now_ns: int) -> str:
        if event.stamp_ns - now_ns > self.rules.max_future * _NS:
            return 'future'
        if leap:
            known = leap == 'reset_gap' and self._has_passed(event, now_ns)
            return '' if known or self._is_confirmed(event) else 'unconfirmed'
        own_last = self._last_stamp.get(event.sensor)
        if own_last is not None and event.stamp_ns <= own_last:
            return 'duplicate' if event.stamp_ns == own_last else 'out_of_order'
        if not self._history:
            return ''
        is_late = self._history[-1].stamp_ns - event.stamp_ns > self.rules.max_lag * _NS
        return 'late' if is_late or event.stamp_ns < self._history[0].stamp_ns else ''

    def _has_passed(self, event: Event, now_ns: int) -> bool:
        """Whether the clock has gone on as far as the stamps, give or take reset_gap."""
        ahead_ns = event.stamp_ns - self._history[-1].stamp_ns
        return ahead_ns - (now_ns - self._newest_at_ns) <= self.rules.reset_gap * _NS

    def _is_confirmed(self, event: Event) -> bool:
        """Whether what was doubted before says the same; if not, this event is what is doubted."""
        gap_ns, stamp_ns = self.rules.reset_gap * _NS, event.stamp_ns
        doubt = self._doubt
        if doubt is None or abs(stamp_ns - doubt.last_ns) > gap_ns:
            self._doubt = _Doubt(stamp_ns, stamp_ns, {event.sensor})
            return False
        if doubt.sensors != {event.sensor}:
            return True
        goes_on = stamp_ns > doubt.last_ns
        doubt.last_ns = max(doubt.last_ns, stamp_ns)
        is_alone = all(
            sensor == event.sensor or self._history[-1].stamp_ns - last_ns > gap_ns
            for sensor, last_ns in self._last_stamp.items()
        )
        return goes_on and (is_alone or stamp_ns - doubt.first_ns > gap_ns)

    def _append(self, event: Event) -> Step:
        before = self._history[-1] if self._history else None
        self._history.append(event)
        if before is None:
            return Step(event, dt=0.0, reset=True)
        return Step(event, _seconds(before, event))

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


@dataclass
class _Doubt:
    """Leaps to one time that nothing has confirmed yet: first and last stamp, and whose."""

    first_ns: int
    last_ns: int
    sensors: set[str] = field(default_factory=set)


def _seconds(before: Event, after: Event) -> float:
    return (after.stamp_ns - before.stamp_ns) / _NS
