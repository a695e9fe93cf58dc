"""For every order of every event the memory is that of the ordered stream (hypothesis)."""

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.stream import Event, Timeline, TimeRules

MS = 1_000_000
START = 10**12
LAG_MS = 200
RULES = TimeRules(max_lag=LAG_MS / 1000, max_future=0.5, reset_gap=1.0)
SENSORS = ('lidar', 'imu', 'camera')
sensors = st.sampled_from(SENSORS)


class Memory:
    """A recurrent state with snapshots, as the engine keeps them: it forgets with time, and the
    order of events matters.
    """

    def __init__(self):
        self.states = [0.0]

    def take(self, steps):
        for step in steps:
            if step.reset:
                self.states = [0.0]
            del self.states[len(self.states) - step.rewind :]
            assert self.states
            state = math.tanh(self.states[-1] * math.exp(-step.dt) + step.event.value)
            self.states.append(state)

    @property
    def now(self):
        return self.states[-1]


def remembered(events):
    """The state of an ordered stream; the first event is where it begins."""
    memory, before = 0.0, events[0].stamp_ns
    for event in events:
        memory = math.tanh(memory * math.exp(-(event.stamp_ns - before) * 1e-9) + event.value)
        before = event.stamp_ns
    return memory


@st.composite
def streams(draw):
    """Events of three sensors and when each arrives: none overtakes one of its own sensor, and
    none is under way for longer than max_lag.
    """
    arrivals = []
    for sensor in SENSORS:
        stamp, arrival = START, START
        for gap, delay, value in draw(
            st.lists(
                st.tuples(st.integers(1, 90), st.integers(0, LAG_MS), st.floats(-2.0, 2.0)),
                max_size=15,
            )
        ):
            stamp += gap * MS
            arrival = max(arrival, stamp + delay * MS)
            if arrival - stamp <= LAG_MS * MS:
                arrivals.append((arrival, Event(stamp, sensor, value)))
    begin = (START, Event(START, 'lidar', 1.0))
    return [begin, *sorted(arrivals, key=lambda pair: pair[0])]


@settings(deadline=None)
@given(streams())
def test_any_order_within_the_lag_gives_the_ordered_stream(arrivals):
    timeline, memory = Timeline(RULES), Memory()
    for now_ns, event in arrivals:
        memory.take(timeline.add(event, now_ns))
    events = sorted((event for _, event in arrivals), key=lambda event: event.stamp_ns)
    ends = sum(timeline.counts.values(), Counter())
    assert ends['accepted'] == len(events)
    assert memory.now == pytest.approx(remembered(events), abs=1e-6)


anywhere = st.one_of(
    st.integers(START - 3000 * MS, START + 3000 * MS),
    st.integers(START - 100 * MS, START + 100 * MS),
    st.sampled_from((0, 1, -(2**63), 2**63 - 1, START)),
)
messages = st.lists(
    st.tuples(anywhere, sensors, st.floats(-2.0, 2.0), st.integers(0, 100)), max_size=60
)


@settings(deadline=None, max_examples=300)
@given(messages)
def test_whatever_comes_the_memory_is_that_of_the_accepted_events_in_order(messages):
    timeline, memory, accepted, now_ns = Timeline(RULES), Memory(), [], START
    for count, (stamp_ns, sensor, value, wait) in enumerate(messages, start=1):
        now_ns += wait * MS
        event = Event(stamp_ns, sensor, value)
        before = sum(counts['accepted'] for counts in timeline.counts.values())
        steps = timeline.add(event, now_ns)
        ends = sum(timeline.counts.values(), Counter())
        assert sum(ends[end] for end in Timeline.ENDS) == count
        assert (ends['accepted'] > before) == bool(steps)
        if not steps:
            continue
        memory.take(steps)
        accepted = [event] if steps[0].reset else [*accepted, event]
        accepted.sort(key=lambda event: event.stamp_ns)
        assert all(step.dt >= 0.0 for step in steps)
        assert memory.now == pytest.approx(remembered(accepted), abs=1e-6)


@settings(deadline=None)
@given(messages, st.integers(1, 20))
def test_a_replay_and_what_is_kept_for_it_are_bounded(messages, most):
    timeline = Timeline(TimeRules(max_lag=10.0, max_history=most))
    for stamp_ns, sensor, value, wait in messages:
        steps = timeline.add(Event(stamp_ns, sensor, value), START + wait * MS)
        assert len(steps) <= most + 1
        assert all(step.rewind <= most for step in steps)
        assert len(timeline._history) <= most


@settings(deadline=None)
@given(
    streams(),
    sensors,
    st.one_of(st.integers(-(2**63), START - 5000 * MS), st.integers(START + 10**13, 2**63 - 1)),
    st.data(),
)
def test_one_wild_stamp_changes_nothing(arrivals, sensor, wild_ns, data):
    place = data.draw(st.integers(1, len(arrivals)))
    clean, disturbed = Memory(), Memory()
    timelines = Timeline(RULES), Timeline(RULES)
    for index, (now_ns, event) in enumerate(arrivals):
        if index == place:
            assert timelines[1].add(Event(wild_ns, sensor, 9.0), now_ns) == []
        clean.take(timelines[0].add(event, now_ns))
        disturbed.take(timelines[1].add(event, now_ns))
        assert clean.states == disturbed.states
