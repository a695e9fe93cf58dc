"""Whatever arrives: an array of the right shape or a reason, in bounded time and memory."""

import contextlib
import io
import time
import tracemalloc

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from hypothesis import given, settings
from hypothesis import strategies as st
from nav_msgs.msg import Odometry
from PIL import Image as Pillow
from sensor_msgs.msg import CompressedImage, Image, Imu, LaserScan, PointCloud2, PointField

from liquid_control.messages import MessageError
from liquid_control.messages.inputs import build_input, input_types, settings_class
from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
)

LIDAR = LidarSpec()
CAMERA = CameraSpec(width=16, height=12)
DEPTH = DepthSpec(width=16, height=12)
SPARE_BYTES = 1_500_000
"""A reader's own, and pytest's, beside what grows with the message."""


def feeds(spec, kind=None):
    kind = kind or input_types(spec)[0]
    return build_input(spec, kind, settings_class(spec, kind)()).feeds


def survive(read, shape, message, payload_bytes):
    """The reading or the refusal; both at a cost that the message's own size bounds."""
    tracemalloc.start()
    begin = time.thread_time()
    try:
        reading = read(message)
        assert reading.value.shape == shape
        assert reading.value.dtype in (np.float32, np.uint8)
        answer = reading
    except MessageError as error:
        answer = str(error)
    spent = time.thread_time() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < SPARE_BYTES + 16 * payload_bytes
    assert spent < 0.5 + payload_bytes * 1e-6
    if isinstance(answer, str):
        assert '\n' not in answer
        assert len(answer) < 400
    return answer


uint32 = st.one_of(st.integers(0, 64), st.integers(0, 2**32 - 1), st.just(2**31))
floats = st.floats(width=32)
raw = st.binary(max_size=2000)
text = st.one_of(st.sampled_from(['rgb8', 'bgra8', 'mono8', '16UC1', '32FC1']), st.text())


@given(st.lists(floats, max_size=300), floats, floats, floats, floats, floats)
def test_any_scan(ranges, angle_min, angle_max, increment, range_min, range_max):
    (feed,) = feeds(LIDAR)
    message = LaserScan(ranges=ranges, angle_min=angle_min, angle_max=angle_max)
    message.angle_increment, message.range_min, message.range_max = increment, range_min, range_max
    survive(feed.read, LIDAR.shape, message, 4 * len(ranges))


@given(text, uint32, uint32, uint32, st.integers(0, 255), raw)
@pytest.mark.parametrize('spec', [CAMERA, DEPTH])
def test_any_image(spec, encoding, height, width, step, is_bigendian, data):
    (feed,) = feeds(spec)
    message = Image(encoding=encoding, height=height, width=width, step=step, data=data)
    message.is_bigendian = is_bigendian
    survive(feed.read, spec.shape, message, len(data))


@given(raw, st.sampled_from([b'', b'\xff\xd8\xff\xe0', b'\x89PNG\r\n\x1a\n']))
def test_any_compressed_image(data, magic):
    (feed,) = feeds(CAMERA, 'compressed_image')
    survive(feed.read, CAMERA.shape, CompressedImage(data=magic + data), len(data))


point_fields = st.builds(
    PointField,
    name=st.sampled_from(['x', 'y', 'z', 'rgb', '']),
    offset=uint32,
    datatype=st.integers(0, 255),
    count=uint32,
)
good_fields = st.just([PointField(name=n, offset=4 * i, datatype=7) for i, n in enumerate('xyz')])


@given(
    st.one_of(good_fields, st.lists(point_fields, max_size=5)),
    st.tuples(uint32, uint32, uint32, uint32),
    st.booleans(),
    raw,
)
def test_any_cloud(fields, sizes, is_bigendian, data):
    (feed,) = feeds(LIDAR, 'point_cloud2')
    height, width, point_step, row_step = sizes
    message = PointCloud2(height=height, width=width, point_step=point_step, row_step=row_step)
    message.fields, message.is_bigendian, message.data = fields, is_bigendian, data
    survive(feed.read, LIDAR.shape, message, len(data))


@given(st.binary(min_size=12 * 16, max_size=12 * 16), st.integers(0, 3))
def test_any_points_in_a_cloud_of_a_good_layout(data, turns):
    kind = settings_class(LIDAR, 'point_cloud2')
    (feed,) = build_input(LIDAR, 'point_cloud2', kind(roll=0.7 * turns, yaw=turns)).feeds
    fields = [PointField(name=n, offset=4 * i, datatype=7) for i, n in enumerate('xyz')]
    message = PointCloud2(height=4, width=4, point_step=12, row_step=48, fields=fields, data=data)
    survive(feed.read, LIDAR.shape, message, len(data))


@given(st.lists(st.floats(), min_size=6, max_size=6))
def test_any_numbers_in_imu_odometry_and_goal(values):
    imu, odometry, goal = Imu(), Odometry(), PoseStamped()
    parts = (imu.angular_velocity, imu.linear_acceleration, odometry.pose.pose.position)
    parts += (goal.pose.position, odometry.twist.twist.linear, odometry.twist.twist.angular)
    for part in parts:
        part.x, part.y, part.z = values[:3]
    turn = odometry.pose.pose.orientation
    turn.x, turn.y, turn.z, turn.w = values[2:]
    survive(feeds(ImuSpec())[0].read, (6,), imu, 0)
    survive(feeds(OdometrySpec())[0].read, (2,), odometry, 0)
    aim, look = feeds(GoalSpec())
    with contextlib.suppress(MessageError):
        assert aim.read(goal) is None
    answer = survive(look.read, (2,), odometry, 0)
    assert isinstance(answer, str) or np.isfinite(answer.value).all()


@settings(max_examples=5)
@given(st.integers(1, 65536))
def test_a_lidar_that_changes_its_geometry_with_every_scan(beams):
    (feed,) = feeds(LIDAR)
    for shift in range(5):
        message = LaserScan(angle_min=-2.0 - 0.001 * shift, range_min=0.1, range_max=10.0)
        message.angle_increment = 4.0 / beams
        message.ranges = np.ones(beams, np.float32)
        survive(feed.read, LIDAR.shape, message, 4 * beams)


@pytest.mark.parametrize('encoding', ['rgb8', 'bgra8', 'mono8'])
def test_an_image_as_large_as_may_be(encoding):
    pixel = {'rgb8': 3, 'bgra8': 4, 'mono8': 1}[encoding]
    message = Image(encoding=encoding, height=3000, width=4000, step=4000 * pixel)
    message.data = bytes(3000 * 4000 * pixel)
    reading = survive(feeds(CAMERA)[0].read, CAMERA.shape, message, 0.5 * len(message.data))
    assert not reading.value.any()


def test_a_cloud_as_large_as_may_be():
    fields = [PointField(name=n, offset=4 * i, datatype=7) for i, n in enumerate('xyz')]
    message = PointCloud2(height=1024, width=1024, point_step=12, row_step=12288, fields=fields)
    message.data = np.full((2**20, 3), 0.9, np.float32).tobytes()
    (feed,) = feeds(LIDAR, 'point_cloud2')
    survive(feed.read, LIDAR.shape, message, len(message.data))


def test_a_few_bytes_that_decode_to_as_much_as_may_be():
    data = io.BytesIO()
    Pillow.fromarray(np.zeros((2048, 2048, 3), np.uint8)).save(data, 'PNG')
    (feed,) = feeds(CAMERA, 'compressed_image')
    answer = survive(feed.read, CAMERA.shape, CompressedImage(data=data.getvalue()), 4 * 2**20)
    assert not answer.value.any()
