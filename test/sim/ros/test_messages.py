"""What the simulator publishes is what the drive node reads."""

import math

import numpy as np
import pytest

pytest.importorskip('rclpy')

from liquid_control.messages import read_image, read_imu, read_scan, stamp_ns
from liquid_control.policy import CameraSpec
from liquid_control.stream import Event
from liquid_control_sim.ros.kinds import BagKinds, RosKinds
from liquid_control_sim.ros.messages import BASE_FRAME, Messages, fixed_frames
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import ImuConfig, LidarConfig
from liquid_control_sim.simulation import Simulation

STAMP_NS = 12_345_678_901

messages = Messages(RosKinds())


def test_a_scan_arrives_as_it_was_measured():
    ranges = np.linspace(0.1, 9.9, 720, dtype=np.float32)
    ranges[:3] = np.inf, -np.inf, np.nan
    message = messages.scan(Event(STAMP_NS, 'lidar', ranges), LidarConfig())
    np.testing.assert_array_equal(read_scan(message).ranges, ranges)
    assert stamp_ns(message.header.stamp) == STAMP_NS


def test_a_scan_has_720_beams_from_minus_135_to_plus_135_degrees():
    message = messages.scan(Event(STAMP_NS, 'lidar', np.ones(720, np.float32)), LidarConfig())
    last = message.angle_min + 719 * message.angle_increment
    assert math.degrees(message.angle_min) == pytest.approx(-135.0)
    assert math.degrees(last) == pytest.approx(135.0)
    assert math.degrees(message.angle_max) == pytest.approx(135.0)


def test_an_imu_sample_arrives_as_it_was_measured():
    value = np.array([0.1, -0.2, 0.3, 1.0, -2.0, 9.81], np.float32)
    message = messages.imu(Event(STAMP_NS, 'imu', value), ImuConfig())
    np.testing.assert_array_equal(read_imu(message), value)
    assert message.orientation_covariance[0] == -1.0


def test_an_image_arrives_as_it_was_seen():
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    message = messages.image(Event(STAMP_NS, 'camera', pixels))
    assert message.encoding == 'rgb8'
    np.testing.assert_array_equal(read_image(message, CameraSpec()), pixels)


def test_ground_truth_is_the_pose_of_the_robot():
    simulation = Simulation(scenario(), seed=3)
    odometry = messages.odometry(STAMP_NS, 'world', simulation.pose, np.array(simulation.twist))
    pose = odometry.pose.pose
    x, y, yaw = simulation.pose
    assert (pose.position.x, pose.position.y) == (x, y)
    assert 2 * math.atan2(pose.orientation.z, pose.orientation.w) == pytest.approx(yaw)


def test_the_camera_looks_ahead_along_its_optical_axis():
    robot = scenario().robot
    frames = {child: frame for _, child, *frame in fixed_frames(robot, (1.0, 2.0, 0.0))}
    position, (x, y, z, w) = frames['camera_optical_frame']
    assert position == robot.camera_position
    assert (2 * (x * z + w * y), 2 * (y * z - w * x), w * w - x * x - y * y + z * z) == (1, 0, 0)
    assert frames['odom'][0] == (1.0, 2.0, 0.0)


def test_a_bag_holds_the_same_message_as_the_topic():
    value = np.array([0.1, -0.2, 0.3, 1.0, -2.0, 9.81], np.float32)
    event = Event(STAMP_NS, 'imu', value)
    heard, written = (
        Messages(kinds).imu(event, ImuConfig()) for kinds in (RosKinds(), BagKinds())
    )
    assert written.header.frame_id == heard.header.frame_id
    assert written.linear_acceleration.z == heard.linear_acceleration.z
    np.testing.assert_array_equal(
        written.angular_velocity_covariance, heard.angular_velocity_covariance
    )


def test_transforms_hang_on_the_robot():
    frame = ('odom', BASE_FRAME, (1.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    (transform,) = Messages(BagKinds()).transforms(STAMP_NS, frame).transforms
    assert transform.child_frame_id == 'base_link'
    assert transform.transform.translation.x == 1.0
