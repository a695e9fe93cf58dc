"""Serialised messages say the same as rclpy's objects of them, whatever their alignment."""

import struct

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped, Twist, TwistStamped, Vector3
from hypothesis import given, settings
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control.messages import read_image, read_imu, read_scan
from liquid_control.nodes.serialised import SerialisedTwist, deserialise
from liquid_control.policy import CameraSpec

frames = st.text(st.characters(codec='utf-8', exclude_characters='\0'), max_size=20)


def stamped(message, frame_id):
    message.header.frame_id = frame_id
    message.header.stamp.sec, message.header.stamp.nanosec = -5, 999_999_999
    return message


def imu():
    message = Imu()
    for i, vector in enumerate((message.angular_velocity, message.linear_acceleration)):
        vector.x, vector.y, vector.z = i + 0.1, i + 0.2, i + 0.3
    message.orientation.w = 7.0
    message.linear_acceleration_covariance[0] = 3.0
    return message


def scan(beams=7):
    message = LaserScan(angle_min=-1.0, angle_max=1.0, angle_increment=0.25, scan_time=9.0)
    message.range_min, message.range_max = 0.1, 8.0
    message.ranges = np.linspace(0.5, 4.0, beams, dtype=np.float32)
    message.intensities = np.ones(beams, np.float32)
    return message


def image():
    message = Image(height=12, width=17, step=60, encoding='rgb8', is_bigendian=1)
    message.data = np.random.default_rng(0).integers(0, 255, 720, np.uint8).tobytes()
    return message


def both(message, frame_id):
    """What is read of a message, and rclpy's object of it; their headers say the same."""
    data = serialize_message(stamped(message, frame_id))
    read, reference = deserialise(type(message), data), deserialize_message(data, type(message))
    assert read.header.frame_id == reference.header.frame_id == frame_id
    assert (read.header.stamp.sec, read.header.stamp.nanosec) == (-5, 999_999_999)
    return read, reference


@settings(deadline=None)
@given(frames)
def test_an_imu_is_read_as_from_the_object(frame_id):
    read, reference = both(imu(), frame_id)
    np.testing.assert_array_equal(read_imu(read), read_imu(reference))
    for name in ('angular_velocity_covariance', 'linear_acceleration_covariance'):
        np.testing.assert_array_equal(getattr(read, name), getattr(reference, name))


@settings(deadline=None)
@given(frames, st.integers(1, 9))
def test_a_scan_is_read_as_from_the_object(frame_id, beams):
    read, reference = both(scan(beams), frame_id)
    ours, theirs = read_scan(read), read_scan(reference)
    np.testing.assert_array_equal(ours.ranges, theirs.ranges)
    assert (ours.angle_min, ours.angle_increment) == (theirs.angle_min, theirs.angle_increment)
    assert (read.range_min, read.range_max) == (reference.range_min, reference.range_max)


@settings(deadline=None)
@given(frames, st.sampled_from(('rgb8', 'bgr8')))
def test_an_image_is_read_as_from_the_object(frame_id, encoding):
    message = image()
    message.encoding = encoding
    read, reference = both(message, frame_id)
    assert read.is_bigendian == 1
    spec = CameraSpec(width=16, height=12)
    np.testing.assert_array_equal(read_image(read, spec), read_image(reference, spec))


def test_a_scan_without_beams_has_none():
    assert len(deserialise(LaserScan, serialize_message(LaserScan())).ranges) == 0


def test_other_messages_are_rclpys():
    message = stamped(PoseStamped(), 'map')
    assert deserialise(PoseStamped, serialize_message(message)) == message


def test_big_endian_is_read_too():
    numbers = range(37)
    data = b'\0\0\0\0' + struct.pack('>iII4s37d', 1, 2, 4, b'imu\0', *numbers)
    read = deserialise(Imu, data)
    assert read.header.frame_id == 'imu'
    assert read_imu(read).tolist() == [13.0, 14.0, 15.0, 25.0, 26.0, 27.0]


@pytest.mark.parametrize('message', [imu(), scan(), image()])
def test_a_truncated_message_is_no_message(message):
    whole = serialize_message(stamped(message, 'base_link'))
    unread = 4 + 7 * 4 if isinstance(message, LaserScan) else 0  # its intensities
    for length in range(len(whole) - unread):
        with pytest.raises(Exception):  # noqa: B017, PT011 - its reader's caller tells of any
            deserialise(type(message), whole[:length])


@pytest.mark.parametrize(('kind', 'offsets'), [(LaserScan, (12, 48)), (Image, (12, 28, 40))])
def test_lengths_beyond_the_message_are_refused(kind, offsets):
    whole = serialize_message(kind())
    for offset in offsets:
        data = bytearray(whole)
        data[offset : offset + 4] = b'\xff\xff\xff\x7f'
        with pytest.raises(ValueError, match=r'fit|buffer'):
            deserialise(kind, bytes(data))


@settings(deadline=None)
@given(frames, st.floats(-9.0, 9.0), st.floats(-9.0, 9.0), st.integers(0, 2**31 * 10**9 - 1))
def test_a_command_is_read_as_it_was_filled_in(frame_id, linear, angular, now_ns):
    for command in (SerialisedTwist(frame_id), SerialisedTwist()):
        command.filled(1.0, 1.0, 1)
        read = deserialize_message(command.filled(linear, angular, now_ns), command.kind)
        twist = read
        if command.kind is TwistStamped:
            twist, stamp = read.twist, read.header.stamp
            assert stamp.sec * 10**9 + stamp.nanosec == now_ns
            assert read.header.frame_id == frame_id
        assert twist == Twist(linear=Vector3(x=linear), angular=Vector3(z=angular))
