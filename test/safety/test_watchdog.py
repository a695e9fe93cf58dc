import math
import threading
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.safety import Source, Watchdog

MS = 1_000_000
SOURCES = {
    'lidar': Source(0.5, recovery_messages=3),
    'imu': Source(0.1, recovery_messages=1),
    'camera': Source(1.0, required=False, recovery_messages=1),
}


def watchdog():
    return Watchdog(SOURCES, stall_timeout=0.3)


def feed(dog, sensor, *times_ms):
    for ms in times_ms:
        dog.feed(sensor, ms * MS)


def hearing_all(at_ms=1000):
    dog = watchdog()
    feed(dog, 'lidar', at_ms - 20, at_ms - 10, at_ms)
    feed(dog, 'imu', at_ms)
    feed(dog, 'camera', at_ms)
    return dog


def told(dog, ms):
    return [(edge.name, edge.faulty, edge.text) for edge in dog.edges(ms * MS)]


def test_before_any_message_the_required_sensors_are_silent():
    assert watchdog().silent(now_ns=0) == ('lidar', 'imu')
    assert watchdog().describe('lidar', now_ns=0) == 'no usable lidar message yet'


def test_the_docstring_tells_the_truth():
    dog = Watchdog({'lidar': Source(0.5)})
    feed(dog, 'lidar', 0)
    assert dog.reasons(10 * MS) == ('1 of 3 usable lidar messages in a row',)
    feed(dog, 'lidar', 50, 100)
    assert dog.reasons(600 * MS) == ()
    said = 'no usable lidar message for 0.51 s (source_timeout 0.50 s)'
    assert dog.reasons(610 * MS) == (said,)


def test_a_sensor_is_silent_once_its_own_timeout_is_over():
    dog = hearing_all(at_ms=1000)
    feed(dog, 'imu', 1400)
    assert dog.silent(1500 * MS) == ()
    assert dog.silent(1501 * MS) == ('lidar', 'imu')


def test_it_takes_some_messages_in_a_row_to_be_heard_again():
    dog = hearing_all(at_ms=0)
    heard = []
    for ms in range(9000, 9040, 10):
        feed(dog, 'lidar', ms)
        heard.append(not dog.is_silent('lidar', ms * MS))
    assert heard == [False, False, True, True]


def test_a_refused_message_begins_the_recovery_anew():
    dog = hearing_all(at_ms=0)
    feed(dog, 'lidar', 9000, 9010)
    dog.refuse('lidar')
    feed(dog, 'lidar', 9020, 9030)
    assert dog.is_silent('lidar', 9030 * MS)
    feed(dog, 'lidar', 9040)
    assert not dog.is_silent('lidar', 9040 * MS)


def test_a_refused_message_of_a_sensor_that_is_heard_is_no_fault():
    dog = hearing_all()
    dog.refuse('lidar')
    assert not dog.is_silent('lidar', 1000 * MS)


def test_messages_that_come_too_seldom_are_not_in_a_row():
    dog = watchdog()
    feed(dog, 'lidar', 0, 600, 1200, 1800, 2400)
    assert dog.is_silent('lidar', 2400 * MS)


def test_a_sensor_that_is_not_required_is_known_to_be_silent_but_does_not_stop():
    dog = watchdog()
    assert dog.is_silent('camera', 0)
    assert 'camera' not in dog.silent(0)


def test_after_a_reset_nothing_has_been_heard():
    dog = hearing_all()
    dog.begin(1000 * MS)
    dog.reset()
    assert dog.age('lidar', 1) == math.inf
    assert not dog.stalled(9000 * MS)


def test_a_policy_that_does_not_answer_has_stalled():
    dog = hearing_all()
    dog.begin(1000 * MS)
    feed(dog, 'imu', 1300)
    assert dog.reasons(1300 * MS) == ()
    feed(dog, 'imu', 1310)
    said = 'the policy has not answered for 0.31 s (stall_timeout 0.30 s)'
    assert dog.reasons(1310 * MS) == (said,)
    assert dog.stalls == 1


def test_a_late_answer_is_still_a_stall_and_one_in_time_ends_it():
    dog = hearing_all()
    dog.begin(1000 * MS)
    dog.done(2000 * MS)
    assert dog.stalled(2001 * MS)
    said = 'the policy took 1.00 s for an answer (stall_timeout 0.30 s)'
    assert said in dog.reasons(2001 * MS)
    dog.begin(2010 * MS)
    assert dog.stalled(2015 * MS)
    dog.done(2020 * MS)
    assert not dog.stalled(2021 * MS)
    assert dog.stalls == 1


def test_every_measurement_is_owed_its_own_answer():
    dog = hearing_all()
    dog.begin(1000 * MS)
    dog.begin(1100 * MS)
    dog.done(1200 * MS)
    assert not dog.stalled(1390 * MS)
    assert dog.stalled(1410 * MS)


def test_what_is_owed_is_bounded_while_the_policy_hangs():
    dog = watchdog()
    for ms in range(5000):
        dog.begin(ms * MS)
    assert len(dog._pending_ns) <= 1024


def test_edges_are_told_once():
    dog = hearing_all(at_ms=1000)
    assert told(dog, 1010) == [
        ('lidar', False, 'lidar is heard'),
        ('imu', False, 'imu is heard'),
        ('camera', False, 'camera is heard'),
    ]
    assert told(dog, 1020) == []
    said = 'no usable imu message for 0.15 s (source_timeout 0.10 s)'
    assert told(dog, 1150) == [('imu', True, said)]
    assert told(dog, 1200) == []
    feed(dog, 'imu', 1210)
    assert told(dog, 1210) == [('imu', False, 'imu is heard')]


def test_a_sensor_that_never_spoke_is_told_when_its_time_is_over():
    dog = watchdog()
    assert told(dog, 0) == []
    assert told(dog, 90) == []
    assert told(dog, 101) == [('imu', True, 'no usable imu message yet')]
    assert told(dog, 501) == [('lidar', True, 'no usable lidar message yet')]


def test_a_stall_has_its_edges_too():
    dog = Watchdog({})
    dog.begin(0)
    assert told(dog, 10) == []
    said = 'the policy has not answered for 0.31 s (stall_timeout 0.30 s)'
    assert told(dog, 310) == [('policy', True, said)]
    assert told(dog, 320) == []
    dog.done(400 * MS)
    dog.begin(400 * MS)
    dog.done(410 * MS)
    assert told(dog, 420) == [('policy', False, 'the policy answers again')]


def test_new_rules_keep_what_was_heard():
    dog = hearing_all()
    dog.configure({'lidar': Source(5.0, recovery_messages=9), 'sonar': Source(1.0)}, 0.2)
    assert dog.silent(3000 * MS) == ('sonar',)
    dog.configure({'lidar': Source(0.5)}, 0.2)
    assert dog.silent(3000 * MS) == ('lidar',)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from(('feed', 'refuse', 'look'))), max_size=60
    )
)
def test_a_sensor_may_move_the_robot_only_after_enough_messages_in_a_row(events):
    dog, source = Watchdog({'lidar': SOURCES['lidar']}), SOURCES['lidar']
    now, last, row = 0, None, 0
    for wait, event in events:
        now += wait * MS
        if event == 'feed':
            dog.feed('lidar', now)
            in_time = last is not None and now - last <= source.timeout_s * 1e9
            last, row = now, row + 1 if in_time else 1
        elif event == 'refuse':
            dog.refuse('lidar')
            row = row if row >= source.recovery_messages else 0
        fresh = last is not None and now - last <= source.timeout_s * 1e9
        assert dog.is_silent('lidar', now) == (not fresh or row < source.recovery_messages)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 250), st.sampled_from('fbd')), max_size=60))
def test_edges_alternate_and_end_in_the_present_state(events):
    dog, now, state = Watchdog({'imu': SOURCES['imu']}, stall_timeout=0.2), 0, {'policy': False}
    does = {'f': partial(dog.feed, 'imu'), 'b': dog.begin, 'd': dog.done}
    for wait, event in events:
        now += wait * MS
        does[event](now)
        for edge in dog.edges(now):
            assert edge.faulty != state.get(edge.name)
            state[edge.name] = edge.faulty
        assert state['policy'] == dog.stalled(now)
        assert state.get('imu', True) == dog.is_silent('imu', now)


def test_it_may_be_asked_from_many_threads():
    dog, failures = watchdog(), []

    def hammer(sensor):
        try:
            for ms in range(2000):
                dog.feed(sensor, ms * MS)
                dog.begin(ms * MS)
                dog.reasons(ms * MS)
                dog.edges(ms * MS)
                dog.done(ms * MS)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=hammer, args=(sensor,)) for sensor in SOURCES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert dog.reasons(2000 * MS) == ()


@pytest.mark.parametrize('timeout', [0.0, -1.0, math.nan, math.inf])
def test_a_timeout_that_is_no_time_is_refused(timeout):
    with pytest.raises(ValueError, match='source_timeout is'):
        Source(timeout)
    with pytest.raises(ValueError, match='stall_timeout is'):
        Watchdog(SOURCES, stall_timeout=timeout)


def test_recovery_without_a_message_is_refused():
    with pytest.raises(ValueError, match='recovery_messages is 0, wanted >= 1'):
        Source(recovery_messages=0)
