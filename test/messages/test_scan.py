import math

import numpy as np
import pytest
from sensor_msgs.msg import LaserScan

from liquid_control.messages import LaserScanSettings, MessageError, read_scan
from liquid_control.messages.scan import MAX_BEAMS


def scan(ranges, increment=0.01, start=-0.02, **fields):
    message = LaserScan(range_min=0.1, range_max=10.0, **fields)
    message.angle_min, message.angle_increment = start, increment
    message.angle_max = start + increment * (len(ranges) - 1)
    message.ranges = np.array(ranges, np.float32)
    return message


def refusal(message, **settings):
    with pytest.raises(MessageError) as error:
        read_scan(message, LaserScanSettings(**settings))
    assert '\n' not in str(error.value)
    return str(error.value)


def test_ranges_keep_the_meaning_that_rep_117_gives_them():
    ranges = read_scan(scan([0.1, 10.0, math.inf, -math.inf, math.nan])).ranges
    assert ranges.dtype == np.float32
    np.testing.assert_array_equal(ranges, np.float32([0.1, 10, math.inf, -math.inf, math.nan]))


def test_numbers_outside_of_the_sensors_reach_are_discarded():
    ranges = read_scan(scan([0.0, 0.05, 10.5, 2.0])).ranges
    np.testing.assert_array_equal(ranges, np.float32([math.nan, math.nan, math.nan, 2.0]))


def test_beams_have_directions_in_the_base_frame():
    read = read_scan(scan([1, 2, 3], increment=0.5, start=-0.5), LaserScanSettings(yaw=0.25))
    np.testing.assert_allclose(read.angles, [-0.25, 0.25, 0.75])
    assert read.angle_max == pytest.approx(0.75)


def test_a_clockwise_scan_is_turned_around():
    read = read_scan(scan([1, 2, 3], increment=-0.5, start=0.75))
    assert read.ranges.tolist() == [3, 2, 1]
    np.testing.assert_allclose(read.angles, [-0.25, 0.25, 0.75])


def test_a_scan_upside_down_has_left_and_right_exchanged():
    read = read_scan(
        scan([1, 2, 3], increment=0.5, start=0.0), LaserScanSettings(upside_down=True)
    )
    assert read.ranges.tolist() == [3, 2, 1]
    np.testing.assert_allclose(read.angles, [-1.0, -0.5, 0.0])


def test_a_clockwise_scan_upside_down_counts_to_the_left_again():
    message = scan([1, 2, 3], increment=-0.5, start=0.0)
    read = read_scan(message, LaserScanSettings(upside_down=True, yaw=1.0))
    assert read.ranges.tolist() == [1, 2, 3]
    np.testing.assert_allclose(read.angles, [1.0, 1.5, 2.0])


def test_directions_are_the_same_however_many_turns_the_driver_adds():
    read = read_scan(scan([1, 2, 3], increment=0.5, start=2 * math.pi - 0.5))
    np.testing.assert_allclose(read.angles, [-0.5, 0.0, 0.5], atol=1e-6)


def test_the_place_of_the_lidar_is_kept_for_the_guard():
    read = read_scan(scan([1.0]), LaserScanSettings(x=0.2, y=-0.1))
    assert (read.x, read.y, read.range_min) == (0.2, -0.1, pytest.approx(0.1))


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('angle_increment', 0.0),
        ('angle_increment', math.nan),
        ('angle_increment', 1e30),
        ('angle_min', math.nan),
        ('angle_min', 1e30),
        ('range_max', 0.05),
        ('range_max', math.inf),
        ('range_min', math.inf),
        ('range_min', -1.0),
    ],
)
def test_a_scan_of_impossible_geometry_is_refused_by_field(name, value):
    message = scan([1.0, 2.0])
    setattr(message, name, value)
    assert name in refusal(message)


def test_a_scan_in_degrees_is_refused():
    message = scan([1.0] * 360, increment=1.0, start=0.0)
    said = 'scan has 360 beams of angle_increment 1, wanted one turn at most; are these radians?'
    assert refusal(message) == said


def test_a_scan_of_one_full_turn_with_both_ends_is_read():
    assert len(read_scan(scan([1.0] * 361, increment=math.tau / 360, start=0.0)).ranges) == 361


def test_an_empty_scan_is_refused():
    assert refusal(scan([])) == 'scan has no ranges'


def test_a_scan_of_absurdly_many_beams_is_refused_unread():
    message = scan([1.0], increment=1e-6)
    message.ranges = np.ones(MAX_BEAMS + 1, np.float32)
    assert refusal(message) == 'scan has 65537 ranges, wanted 65536 at most'


def test_a_scan_of_another_frame_is_refused_if_one_is_wanted():
    message = scan([1.0])
    message.header.frame_id = 'rear_laser'
    assert refusal(message, frame_id='laser') == "scan is in frame 'rear_laser', wanted 'laser'"
    message.header.frame_id = '/laser'
    assert read_scan(message, LaserScanSettings(frame_id='laser')).ranges.tolist() == [1.0]
