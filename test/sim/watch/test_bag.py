"""A run becomes a bag that another library reads."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from liquid_control_sim.watch.bag import write_bag

SENSORS = {'/scan': 'lidar', '/imu': 'imu', '/image': 'camera', '/odom': 'odometry'}


@pytest.fixture(scope='module')
def folder(planned, tmp_path_factory):
    folder = tmp_path_factory.mktemp('bags') / 'bag'
    write_bag(folder, planned)
    return folder


@pytest.fixture(scope='module')
def topics(folder):
    """By topic, the log times and messages, as the reader of the MCAP project sees them."""
    return read(folder)


def read(folder):
    topics = defaultdict(list)
    with (folder / 'bag.mcap').open('rb') as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        assert reader.get_header().profile == 'ros2'
        for schema, channel, message, decoded in reader.iter_decoded_messages():
            assert schema.encoding == 'ros2msg'
            topics[channel.topic].append((message.log_time, decoded))
    return topics


def test_each_delivery_is_in_it_once_under_its_true_stamp(planned, topics):
    for topic, sensor in SENSORS.items():
        delivered = [m.message for m in planned.moments if m.message.event.sensor == sensor]
        times = [(message.delivered_ns, message.event.stamp_ns) for message in delivered]
        assert [(time_ns, stamp_ns(each)) for time_ns, each in topics[topic]] == times
        assert len(times) > 10


def test_stamps_of_a_sensor_go_on(topics):
    for topic in SENSORS:
        stamps = [stamp_ns(message) for _, message in topics[topic]]
        assert stamps == sorted(set(stamps))


def test_values_are_those_that_were_measured(planned, topics):
    seen = {m.message.event.sensor: m.message for m in planned.moments}
    np.testing.assert_array_equal(
        np.array(topics['/scan'][-1][1].ranges, np.float32), seen['lidar'].event.value
    )
    image = np.frombuffer(topics['/image'][-1][1].data, np.uint8)
    np.testing.assert_array_equal(image, seen['camera'].event.value.ravel())
    place = topics['/odom'][-1][1].pose.pose.position
    assert (place.x, place.y) == seen['odometry'].pose[:2]


def test_the_goal_the_frames_and_the_world_are_in_it(planned, topics):
    (_, goal), *more = topics['/goal_pose']
    assert not more
    assert goal.header.frame_id == 'odom'
    assert (goal.pose.position.x, goal.pose.position.y) == pytest.approx(planned.run.goal)
    fixed = {frame.child_frame_id for frame in topics['/tf_static'][0][1].transforms}
    assert fixed == {'odom', 'lidar_link', 'imu_link', 'camera_optical_frame'}
    assert len(topics['/tf']) == len(topics['/odom'])
    layout = planned.run.layout
    solid = len(layout.obstacles) + len(layout.patches) + 4
    assert len(topics['/world'][0][1].markers) == solid
    assert len(topics['/moving'][-1][1].markers) == len(layout.movers) + 1


def test_time_constants_of_a_policy_are_numbers_over_time(recording, tmp_path):
    write_bag(tmp_path / 'bag', recording)
    topics = read(tmp_path / 'bag')
    minds = [moment.mind for moment in recording.moments if moment.mind is not None]
    assert len(topics['/time_constants']) == len(topics['/neurons']) == len(minds)
    assert topics['/time_constants'][-1][1].data == pytest.approx(minds[-1].time_constants)


def test_a_bag_is_written_anew_over_an_old_one(planned, folder, topics):
    write_bag(folder, planned)
    counts = Counter({topic: len(messages) for topic, messages in read(folder).items()})
    assert counts == {topic: len(messages) for topic, messages in topics.items()}


def test_a_folder_with_something_else_in_it_is_left_alone(planned, tmp_path):
    (tmp_path / 'bag').mkdir()
    (tmp_path / 'bag' / 'notes.txt').write_text('mine')
    with pytest.raises(OSError, match='not empty'):
        write_bag(tmp_path / 'bag', planned)
    assert (tmp_path / 'bag' / 'notes.txt').read_text() == 'mine'


def stamp_ns(message):
    return message.header.stamp.sec * 1_000_000_000 + message.header.stamp.nanosec
