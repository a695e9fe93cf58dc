"""Every rule of event time, seen from outside: which steps a message causes, and how it is
counted.
"""

import numpy as np
import pytest

from liquid_control.stream import Event, Timeline, TimeRules

MS = 1_000_000
NOW = 10**18


@pytest.fixture
def timeline():
    return Timeline(TimeRules(max_lag=0.05, max_future=0.5, reset_gap=1.0))


def add(timeline, sensor, ms, now=NOW):
    return timeline.add(Event(10**10 + ms * MS, sensor, (sensor, ms)), now)


def live(timeline, sensor, ms):
    """As add(), on a clock that goes on with the stamps."""
    return add(timeline, sensor, ms, now=10**10 + ms * MS + 5 * MS)


def told(steps):
    return [(*step.event.value, round(step.dt, 6), step.rewind, step.reset) for step in steps]


def test_dt_is_the_time_since_the_last_event_of_any_sensor(timeline):
    assert told(add(timeline, 'imu', 0)) == [('imu', 0, 0.0, 0, True)]
    assert told(add(timeline, 'lidar', 4)) == [('lidar', 4, 0.004, 0, False)]
    assert told(add(timeline, 'imu', 10)) == [('imu', 10, 0.006, 0, False)]


def test_same_stamp_of_two_sensors_is_no_time(timeline):
    add(timeline, 'imu', 0)
    assert told(add(timeline, 'lidar', 0)) == [('lidar', 0, 0.0, 0, False)]


def test_late_message_takes_its_place_and_the_later_ones_follow_again(timeline):
    for ms in (10, 20, 30):
        add(timeline, 'imu', ms)
    assert told(add(timeline, 'camera', 12)) == [
        ('camera', 12, 0.002, 2, False),
        ('imu', 20, 0.008, 0, False),
        ('imu', 30, 0.01, 0, False),
    ]
    assert timeline.counts['camera'] == {'accepted': 1, 'rewound': 1}
    assert told(add(timeline, 'imu', 40)) == [('imu', 40, 0.01, 0, False)]


def test_late_message_of_a_present_stamp_comes_behind_it(timeline):
    for ms in (10, 20):
        add(timeline, 'imu', ms)
    assert told(add(timeline, 'lidar', 10)) == [
        ('lidar', 10, 0.0, 1, False),
        ('imu', 20, 0.01, 0, False),
    ]


def test_message_later_than_max_lag_is_dropped(timeline):
    for ms in (0, 30, 60, 90):
        add(timeline, 'imu', ms)
    assert add(timeline, 'camera', 39) == []
    assert timeline.counts['camera'] == {'late': 1}


def test_message_older_than_all_that_is_known_is_dropped(timeline):
    add(timeline, 'imu', 10)
    assert add(timeline, 'camera', 5) == []
    assert timeline.counts['camera'] == {'late': 1}


def test_older_than_its_own_sensors_last_is_dropped(timeline):
    add(timeline, 'imu', 10)
    add(timeline, 'imu', 20)
    assert add(timeline, 'imu', 20) == []
    assert add(timeline, 'imu', 15) == []
    assert timeline.counts['imu'] == {'accepted': 2, 'duplicate': 1, 'out_of_order': 1}


def test_message_from_the_future_is_dropped(timeline):
    now = 10**10
    add(timeline, 'imu', 0, now)
    assert add(timeline, 'imu', 501, now) == []
    assert len(add(timeline, 'imu', 499, now)) == 1
    assert timeline.counts['imu'] == {'accepted': 2, 'future': 1}


def test_gap_that_the_clock_knows_starts_a_new_memory(timeline):
    live(timeline, 'imu', 0)
    assert told(live(timeline, 'imu', 1000)) == [('imu', 1000, 1.0, 0, False)]
    assert told(live(timeline, 'imu', 2001)) == [('imu', 2001, 0.0, 0, True)]
    assert timeline.counts['imu'] == {'accepted': 3, 'reset_gap': 1}


def test_gap_that_the_clock_does_not_know_is_doubted_once(timeline):
    add(timeline, 'imu', 0)
    assert add(timeline, 'imu', 2001) == []
    assert told(add(timeline, 'imu', 2011)) == [('imu', 2011, 0.0, 0, True)]
    assert timeline.counts['imu'] == {'accepted': 2, 'unconfirmed': 1, 'reset_gap': 1}


@pytest.mark.parametrize('ms', [-(10**7), -9000, 1, 2000, 10**9])
def test_one_wild_stamp_does_not_erase_the_memory(timeline, ms):
    for sensor, at in (('imu', 5000), ('lidar', 5004), ('imu', 5010)):
        add(timeline, sensor, at)
    assert add(timeline, 'imu', ms) == []
    assert told(add(timeline, 'imu', 5020)) == [('imu', 5020, 0.01, 0, False)]
    assert timeline.counts['imu'] == {'accepted': 3, 'unconfirmed': 1}


def test_a_sensor_with_a_clock_of_its_own_is_never_believed(timeline):
    for tick in range(0, 5000, 10):
        add(timeline, 'imu', 10**7 + tick)
        add(timeline, 'lidar', 10**7 + tick)
    resets = 0
    for tick in range(5000, 9000, 10):
        resets += sum(step.reset for step in add(timeline, 'imu', tick))
        if tick % 50 == 0:
            resets += sum(step.reset for step in add(timeline, 'lidar', 10**7 + tick))
    assert resets == 0
    assert timeline.counts['imu']['unconfirmed'] == 400


def test_clock_jump_back_is_believed_when_another_sensor_says_the_same(timeline):
    add(timeline, 'imu', 5000)
    add(timeline, 'lidar', 5004)
    assert add(timeline, 'imu', 3000) == []
    assert add(timeline, 'imu', 3010) == []
    assert told(add(timeline, 'lidar', 3002)) == [('lidar', 3002, 0.0, 0, True)]
    assert told(add(timeline, 'imu', 3020)) == [('imu', 3020, 0.018, 0, False)]
    assert timeline.counts['lidar'] == {'accepted': 2, 'jump_back': 1}
    assert timeline.counts['imu'] == {'accepted': 2, 'unconfirmed': 2}


def test_clock_jump_back_of_the_only_sensor_is_believed_at_the_second_message(timeline):
    add(timeline, 'imu', 5000)
    assert add(timeline, 'imu', 3000) == []
    assert add(timeline, 'imu', 3000) == []
    assert told(add(timeline, 'imu', 3010)) == [('imu', 3010, 0.0, 0, True)]
    assert timeline.counts['imu'] == {'accepted': 2, 'unconfirmed': 2, 'jump_back': 1}


def test_clock_jump_back_is_believed_when_nobody_is_left_in_the_old_time(timeline):
    add(timeline, 'lidar', 5000)
    add(timeline, 'imu', 5010)
    resets = [ms for ms in range(0, 3000, 10) if any(s.reset for s in add(timeline, 'imu', ms))]
    assert resets == [1010]


def test_a_straggler_from_before_the_jump_does_not_take_it_back(timeline):
    for sensor, ms in (('imu', 5000), ('lidar', 5000), ('imu', 100), ('lidar', 110)):
        add(timeline, sensor, ms)
    assert add(timeline, 'camera', 4990) == []
    assert told(add(timeline, 'imu', 120)) == [('imu', 120, 0.01, 0, False)]


def test_a_bag_that_loops_loses_a_few_messages_each_time(timeline):
    for _ in range(3):
        for ms in range(0, 4000, 10):
            add(timeline, 'imu', ms)
            if ms % 100 == 0:
                add(timeline, 'lidar', ms)
    total = {name: timeline.counts[name] for name in ('imu', 'lidar')}
    assert sum(counts['jump_back'] for counts in total.values()) == 2
    assert sum(counts['unconfirmed'] for counts in total.values()) <= 4
    assert sum(counts['accepted'] for counts in total.values()) >= 3 * 440 - 4


def test_nothing_is_rewound_across_a_reset(timeline):
    live(timeline, 'imu', 0)
    live(timeline, 'imu', 3000)
    assert live(timeline, 'lidar', 2999) == []


@pytest.mark.parametrize('wild', [2**63 - 1, -(2**63), 2**31 * 10**9, 0, 1, -1])
def test_extreme_stamps_cost_no_more_than_others(timeline, wild):
    for _ in range(3):
        timeline.add(Event(wild, 'camera', None), NOW)
        add(timeline, 'imu', 0)
        timeline.add(Event(wild, 'imu', None), 2**63 - 1)
        timeline.add(Event(wild, 'imu', None), -(2**63))
    assert len(timeline._history) <= 128
    for sensor in ('imu', 'camera'):
        ends = sum(timeline.counts[sensor][end] for end in Timeline.ENDS)
        assert ends == {'imu': 9, 'camera': 3}[sensor]


def test_reset_forgets_stamps_but_not_counts(timeline):
    add(timeline, 'imu', 50)
    timeline.reset()
    assert told(add(timeline, 'imu', 20)) == [('imu', 20, 0.0, 0, True)]
    assert timeline.counts['imu'] == {'accepted': 2}


def test_replay_is_bounded_by_max_history():
    timeline = Timeline(TimeRules(max_lag=10.0, max_history=16))
    for ms in range(100):
        add(timeline, 'imu', ms)
    assert add(timeline, 'camera', 10) == []
    assert len(add(timeline, 'camera', 85)) == 15


def test_random_arrivals_integrate_exactly_the_time_that_passed():
    rng = np.random.default_rng(0)
    stamps = np.cumsum(rng.integers(0, 9, 500))
    timeline = Timeline(TimeRules(max_lag=1.0, max_history=1000))
    states = [0.0]
    for place in np.argsort(stamps + rng.integers(0, 60, 500), kind='stable'):
        for step in add(timeline, f'sensor_{place}', int(stamps[place])):
            if step.reset:
                states = [0.0]
            del states[len(states) - step.rewind :]
            states.append(states[-1] + step.dt)
        newest, oldest = timeline._history[-1], stamps.min()
        assert newest.stamp_ns >= oldest
    accepted = [s for p, s in enumerate(stamps) if timeline.counts[f'sensor_{p}']['accepted']]
    assert len(accepted) > 450
    assert states[-1] == pytest.approx((max(accepted) - min(accepted)) / 1000)


def test_a_rule_that_is_no_number_is_refused_by_name():
    with pytest.raises(ValueError, match='max_lag is -1'):
        TimeRules(max_lag=-1)
