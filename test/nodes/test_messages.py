import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control.nodes.messages import (
    MessageError,
    read_image,
    read_imu,
    read_scan,
    stamp_ns,
)


def scan(ranges, increment=0.01, start=-0.02, **fields):
    message = LaserScan(range_min=0.1, range_max=10.0, **fields)
    message.angle_min, message.angle_increment = start, increment
    message.angle_max = start + increment * (len(ranges) - 1)
    message.ranges = np.array(ranges, np.float32)
    return message


def image(pixels, encoding='rgb8', padding=0):
    height, width, _ = pixels.shape
    message = Image(encoding=encoding, height=height, width=width, step=3 * width + padding)
    rows = np.full((height, message.step), 7, np.uint8)
    rows[:, : 3 * width] = pixels.reshape(height, -1)
    message.data = rows.tobytes()
    return message


def refusal(read, *arguments):
    with pytest.raises(MessageError) as error:
        read(*arguments)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_stamps_are_exact_nanoseconds():
    assert stamp_ns(Time(sec=1_795_316_310, nanosec=600_943_501)) == 1_795_316_310_600_943_501


def test_ranges_keep_their_meaning():
    ranges = read_scan(scan([0.1, 10.0, math.inf, -math.inf, math.nan]))
    assert ranges.dtype == np.float32
    np.testing.assert_array_equal(ranges, np.float32([0.1, 10, math.inf, -math.inf, math.nan]))


def test_numbers_outside_of_the_sensors_reach_are_discarded():
    ranges = read_scan(scan([0.0, 0.05, 10.5, 2.0]))
    np.testing.assert_array_equal(ranges, np.float32([math.nan, math.nan, math.nan, 2.0]))


def test_a_clockwise_scan_is_turned_around():
    ranges = read_scan(scan([1, 2, 3], increment=-0.01, start=0.01), 1.0, (-0.01, 0.01))
    assert ranges.tolist() == [3, 2, 1]


def test_a_scan_is_refused_when_too_much_of_it_is_invalid():
    half = scan([1.0, math.nan])
    assert len(read_scan(half, 0.5)) == 2
    assert refusal(read_scan, half, 0.4) == 'scan is 50% invalid, at most 40% may be'


def test_a_scan_of_another_field_of_view_is_refused():
    said = refusal(read_scan, scan([1.0] * 5), 1.0, (-1.0, 1.0))
    assert said == 'scan covers -1.1 to 1.1 deg, but the policy was trained on -57.3 to 57.3 deg'


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('angle_increment', 0.0),
        ('angle_min', math.nan),
        ('range_max', 0.05),
        ('range_min', math.inf),
    ],
)
def test_a_scan_of_impossible_geometry_is_refused_by_field(name, value):
    message = scan([1.0, 2.0])
    setattr(message, name, value)
    assert name in refusal(read_scan, message)


def test_an_empty_scan_is_refused():
    assert refusal(read_scan, scan([])) == 'scan has no ranges'


def test_imu_is_rates_then_acceleration():
    message = Imu()
    rates, acceleration = message.angular_velocity, message.linear_acceleration
    rates.x, rates.y, rates.z = 0.1, 0.2, 0.3
    acceleration.x, acceleration.y, acceleration.z = 1.0, 2.0, 9.81
    values = read_imu(message)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, np.float32([0.1, 0.2, 0.3, 1.0, 2.0, 9.81]))


@pytest.mark.parametrize('value', [math.nan, -math.inf, 1e300])
def test_an_imu_without_finite_numbers_is_refused(value):
    message = Imu()
    message.angular_velocity.y = value
    assert 'wanted finite numbers' in refusal(read_imu, message)


@pytest.mark.parametrize('name', ['angular_velocity', 'linear_acceleration'])
def test_an_imu_that_does_not_measure_what_is_needed_is_refused(name):
    message = Imu()
    getattr(message, f'{name}_covariance')[0] = -1.0
    assert f'imu has no {name}' in refusal(read_imu, message)


@pytest.mark.parametrize('padding', [0, 1, 64])
def test_images_of_both_encodings_and_any_step_are_rgb(padding):
    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    np.testing.assert_array_equal(read_image(image(pixels, 'rgb8', padding)), pixels)
    np.testing.assert_array_equal(read_image(image(pixels[..., ::-1], 'bgr8', padding)), pixels)


@pytest.mark.parametrize(
    ('fields', 'said'),
    [
        ({'encoding': 'mono8'}, "image has encoding 'mono8', wanted rgb8 or bgr8"),
        ({'width': 0}, 'image has 0x4 pixels, wanted some'),
        ({'step': 14}, 'image has step 14, but 5 pixels a row need 15'),
        ({'height': 5}, 'image has 60 bytes, wanted step 15 * height 5 = 75'),
        ({'height': 2**32 - 1, 'step': 2**32 - 1}, 'image has 60 bytes, wanted step 4294967295 *'),
    ],
)
def test_an_image_that_contradicts_itself_is_refused_by_field(fields, said):
    message = image(np.zeros((4, 5, 3), np.uint8))
    for name, value in fields.items():
        setattr(message, name, value)
    assert refusal(read_image, message).startswith(said)
