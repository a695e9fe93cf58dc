import builtins
import dataclasses

import numpy as np
import pytest
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import CompressedImage, Image, Imu, LaserScan, PointCloud2

from liquid_control.messages import (
    LaserScanSettings,
    MessageError,
    PointCloud2Settings,
)
from liquid_control.messages.inputs import (
    build_input,
    build_scan_feed,
    input_types,
    settings_class,
)
from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
)

SPECS = (LidarSpec(), ImuSpec(), CameraSpec(), DepthSpec(), OdometrySpec(), GoalSpec())
EVERY = [(spec, kind) for spec in SPECS for kind in input_types(spec)]


def scan(ranges):
    message = LaserScan(range_min=0.1, range_max=10.0)
    message.angle_min = LidarSpec().angle_min
    message.angle_increment = (LidarSpec().angle_max - LidarSpec().angle_min) / (len(ranges) - 1)
    message.ranges = np.array(ranges, np.float32)
    return message


@pytest.mark.parametrize(
    ('spec', 'kind', 'topic', 'message'),
    [
        (LidarSpec(), 'laser_scan', 'scan', LaserScan),
        (LidarSpec(), 'point_cloud2', 'points', PointCloud2),
        (ImuSpec(), 'imu', 'imu', Imu),
        (CameraSpec(), 'image', 'image', Image),
        (CameraSpec(), 'compressed_image', 'image/compressed', CompressedImage),
        (DepthSpec(), 'image', 'image', Image),
        (OdometrySpec(), 'odometry', 'odom', Odometry),
    ],
)
def test_each_sensor_has_a_topic_and_a_message(spec, kind, topic, message):
    (feed,) = build_input(spec, kind, settings_class(spec, kind)()).feeds
    assert (feed.topic, feed.message, feed.delivery) == (topic, message, 'newest')


def test_a_goal_has_two_topics_and_no_goal_may_get_lost():
    goal, odometry = build_input(GoalSpec(), 'goal', settings_class(GoalSpec(), 'goal')()).feeds
    assert (goal.topic, goal.message, goal.delivery) == ('goal_pose', PoseStamped, 'every')
    assert (odometry.topic, odometry.message, odometry.delivery) == ('odom', Odometry, 'newest')


def test_a_goal_is_a_measurement_at_each_odometry_until_it_is_forgotten():
    sensor = build_input(GoalSpec(), 'goal', settings_class(GoalSpec(), 'goal')())
    goal, odometry = sensor.feeds
    pose, place = PoseStamped(), Odometry()
    pose.pose.position.x = 2.0
    place.pose.pose.orientation.w = 1.0
    with pytest.raises(MessageError, match='goal has not been given yet'):
        odometry.read(place)
    assert goal.read(pose) is None
    assert odometry.read(place).value.tolist() == [2.0, 0.0]
    sensor.forget()
    with pytest.raises(MessageError, match='goal has not been given yet'):
        odometry.read(place)


def test_two_sensors_of_a_type_know_nothing_of_each_other():
    first, second = (
        build_input(GoalSpec(), 'goal', settings_class(GoalSpec(), 'goal')()) for _ in range(2)
    )
    first.feeds[0].read(PoseStamped())
    place = Odometry()
    place.pose.pose.orientation.w = 1.0
    assert first.feeds[1].read(place) is not None
    with pytest.raises(MessageError):
        second.feeds[1].read(place)


def test_a_scan_is_beams_for_the_policy_and_a_scan_for_the_guard():
    settings = LaserScanSettings(x=0.2)
    (feed,) = build_input(LidarSpec(), 'laser_scan', settings).feeds
    reading = feed.read(scan(np.linspace(1, 2, 1440)))
    assert reading.value.shape == (720,)
    assert len(reading.scan.ranges) == 1440
    assert reading.scan.x == 0.2


def test_the_share_of_invalid_beams_is_a_setting():
    half = scan(np.where(np.arange(720) % 2, 1.0, np.nan))
    for share, is_read in ((0.4, False), (0.6, True)):
        settings = LaserScanSettings(max_invalid_ratio=share)
        (feed,) = build_input(LidarSpec(), 'laser_scan', settings).feeds
        if is_read:
            assert feed.read(half).value.shape == (720,)
        else:
            with pytest.raises(MessageError, match='scan is 50% invalid'):
                feed.read(half)


@pytest.mark.parametrize('kind', input_types(LidarSpec()))
def test_the_guard_may_have_a_lidar_that_the_policy_has_not(kind):
    feed = build_scan_feed(kind, settings_class(LidarSpec(), kind)())
    if kind == 'laser_scan':
        reading = feed.read(scan([1.0, 2.0]))
        assert reading.scan.ranges.tolist() == [1.0, 2.0]
        assert reading.value.size == 0


def test_the_guards_lidar_is_no_camera():
    with pytest.raises(ValueError, match="type is 'image', but a lidar takes laser_scan or"):
        build_scan_feed('image', settings_class(CameraSpec(), 'image')())


def test_a_type_that_cannot_feed_the_sensor_is_refused():
    said = "type is 'laser_scan', but a camera takes image or compressed_image"
    with pytest.raises(ValueError, match=said):
        settings_class(CameraSpec(), 'laser_scan')


def test_without_pillow_compressed_images_are_refused_and_nothing_else(monkeypatch):
    real = builtins.__import__

    def without_pillow(name, *arguments, **options):
        if name.startswith('liquid_control.messages.compressed'):
            raise ImportError("No module named 'PIL'")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, '__import__', without_pillow)
    for spec, kind in EVERY:
        settings = settings_class(spec, kind)()
        if kind == 'compressed_image':
            with pytest.raises(ValueError, match='python3-pil, or pip install pillow'):
                build_input(spec, kind, settings)
        else:
            assert build_input(spec, kind, settings).feeds


@pytest.mark.parametrize(('spec', 'kind'), EVERY)
def test_every_setting_describes_itself_and_accepts_its_default(spec, kind):
    fields = dataclasses.fields(settings_class(spec, kind))
    assert {'topic', 'frame_id'} <= {field.name for field in fields}
    for field in fields:
        assert len(field.metadata['description']) > 10
        assert isinstance(field.default, (str, float, bool))
        assert (field.metadata['range'] is not None) == (type(field.default) is float)


@pytest.mark.parametrize(('spec', 'kind'), EVERY)
def test_default_topics_are_relative(spec, kind):
    for feed in build_input(spec, kind, settings_class(spec, kind)()).feeds:
        assert not feed.topic.startswith('/')


@pytest.mark.parametrize(
    ('values', 'said'),
    [
        ({'yaw': 7.0}, 'yaw is 7.0, but it must be from -6.28319 to 6.28319'),
        ({'max_invalid_ratio': -0.1}, 'max_invalid_ratio is -0.1, but it must be from 0 to 1'),
        ({'x': float('nan')}, 'x is nan, but it must be from -10 to 10'),
        ({'min_height': 2.0}, 'min_height is 2.0, but it must be below max_height, which is 1.0'),
        ({'angle_min': 4.0}, 'angle_min is 4.0, but it must be below angle_max, which is 3.14'),
        ({'angle_min': -6.0}, 'angle_min to angle_max is more than one turn'),
    ],
)
def test_settings_that_cannot_be_are_refused_by_name(values, said):
    with pytest.raises(ValueError, match=said):
        PointCloud2Settings(**values)
