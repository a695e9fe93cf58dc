import math

import pytest

from liquid_control.safety import Source, Watchdog

MS = 1_000_000


def watchdog():
    return Watchdog({'lidar': Source(0.5), 'imu': Source(0.1), 'camera': Source(1.0, False)})


def test_before_any_message_the_required_sensors_are_silent():
    assert watchdog().silent(now_ns=0) == ('lidar', 'imu')
    assert watchdog().describe('lidar', now_ns=0) == 'no usable lidar message yet'


def test_a_sensor_is_silent_once_its_own_timeout_is_over():
    dog = watchdog()
    dog.feed('lidar', 1000 * MS)
    dog.feed('imu', 1400 * MS)
    assert dog.silent(1500 * MS) == ()
    assert dog.silent(1501 * MS) == ('lidar', 'imu')
    said = 'no usable lidar message for 0.51 s (source_timeout 0.50 s)'
    assert dog.describe('lidar', 1510 * MS) == said


def test_it_hears_a_sensor_that_comes_back():
    dog = watchdog()
    dog.feed('lidar', 0)
    dog.feed('imu', 0)
    assert dog.silent(9000 * MS) == ('lidar', 'imu')
    dog.feed('lidar', 9000 * MS)
    dog.feed('imu', 9000 * MS)
    assert dog.silent(9001 * MS) == ()


def test_a_sensor_that_is_not_required_is_known_to_be_silent_but_does_not_stop():
    dog = watchdog()
    assert dog.is_silent('camera', 0)
    assert 'camera' not in dog.silent(0)


def test_after_a_reset_nothing_has_been_heard():
    dog = watchdog()
    dog.feed('lidar', 0)
    dog.reset()
    assert dog.age('lidar', 1) == math.inf


@pytest.mark.parametrize('timeout', [0.0, -1.0, math.nan, math.inf])
def test_a_timeout_that_is_no_time_is_refused(timeout):
    with pytest.raises(ValueError, match='source_timeout is'):
        Source(timeout)
