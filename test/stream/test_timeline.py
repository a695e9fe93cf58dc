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


def test_gap_starts_a_new_memory(timeline):
    add(timeline, 'imu', 0)
    assert told(add(timeline, 'imu', 1000)) == [('imu', 1000, 1.0, 0, False)]
    assert told(add(timeline, 'imu', 2001)) == [('imu', 2001, 0.0, 0, True)]
    assert timeline.counts['imu']['reset_gap'] == 1


def test_clock_jump_back_starts_a_new_memory_and_the_other_sensors_follow(timeline):
    add(timeline, 'imu', 5000)
    add(timeline, 'lidar', 5004)
    assert told(add(timeline, 'imu', 3000)) == [('imu', 3000, 0.0, 0, True)]
    assert told(add(timeline, 'lidar', 3002)) == [('lidar', 3002, 0.002, 0, False)]
    assert timeline.counts['imu']['jump_back'] == 1


def test_nothing_is_rewound_across_a_reset(timeline):
    add(timeline, 'imu', 0)
    add(timeline, 'imu', 3000)
    assert add(timeline, 'lidar', 2999) == []


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
