"""A real robot's clocks: six minutes of jitter of a Husky's IMU and wheel odometry, over DDS.

The bag is not part of the package; HUSKY_BAG says where it is.
"""

import os
import time
from pathlib import Path

import pytest
import torch
from nav_msgs.msg import Odometry
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Imu

from liquid_control.policy import (
    ImuSpec,
    LtcSpec,
    NcpSpec,
    OdometrySpec,
    Policy,
    PolicySpec,
    save_bundle,
)
from liquid_control.stream import Timeline

BAG = Path(os.environ.get('HUSKY_BAG', Path(__file__).parents[3] / 'shared/bags/husky.bag'))
TOPICS = {'/imu/data': 'imu', '/husky_velocity_controller/odom': 'odom'}
SENSORS = {'imu': 'imu', 'odom': 'odometry'}
RELIABLE = {
    f'qos_overrides__/{topic}__subscription__{policy}': value
    for topic in SENSORS
    for policy, value in (('reliability', 'reliable'), ('depth', 1000))
}

highlevel = pytest.importorskip('rosbags.highlevel', reason='rosbags reads ROS 1 bags')
pytestmark = pytest.mark.skipif(not BAG.is_file(), reason=f'no bag at {BAG}; set HUSKY_BAG')


@pytest.fixture
def bundle(tmp_path):
    """A policy that hears what the bag has."""
    torch.manual_seed(3)
    sensors = {'imu': ImuSpec(), 'odometry': OdometrySpec()}
    save_bundle(Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec()))), tmp_path, {})
    return str(tmp_path)


@pytest.mark.parametrize(
    ('seconds', 'speed'), [(30.0, 6.0), pytest.param(120.0, 12.0, marks=pytest.mark.slow)]
)
def test_every_message_of_a_real_robot_is_accounted_for(rig, bundle, seconds, speed):
    rig.dead = {'lidar', 'imu', 'camera'}
    rules = {
        'max_lag': 0.2 * speed,
        'max_future': 0.5 * speed,
    }  # a delay here is that much more there
    rig.start(policy=bundle, use_sim_time=True, guard__enabled=False, **RELIABLE, **rules)
    sent = replay(rig, seconds, speed)
    assert sent['imu'] > 25 * min(seconds, 390.0)
    for topic, sensor in SENSORS.items():
        rig.spin_until(lambda t=topic, s=sensor: received(rig, s) >= sent[t], seconds=5.0)
        report = rig.diagnostics(sensor)
        assert int(report['received']) == sent[topic], report
        ends = {end: int(report.get(end, 0)) for end in Timeline.ENDS}
        assert sum(ends.values()) + int(report['rejected']) == sent[topic]
        assert ends['accepted'] > 0.99 * sent[topic], ends


def received(rig, sensor):
    if sensor not in rig.statuses:
        return 0
    return int(rig.diagnostics(sensor)['received'])


def replay(rig, seconds, speed):
    """Publish the bag as it was recorded, its time as /clock; returns how much of each topic."""
    qos = QoSProfile(depth=1000)
    clock = rig.node.create_publisher(Clock, '/clock', qos)
    publishers = {
        'imu': rig.node.create_publisher(Imu, 'imu', qos),
        'odom': rig.node.create_publisher(Odometry, 'odom', qos),
    }
    rig.spin(0.5)
    assert rig.spin_until(lambda: all(p.get_subscription_count() for p in publishers.values()))
    sent = dict.fromkeys(publishers, 0)
    with highlevel.AnyReader([BAG]) as bag:
        connections = [entry for entry in bag.connections if entry.topic in TOPICS]
        begin_ns, began = bag.start_time, time.monotonic()
        for entry, time_ns, raw in bag.messages(connections=connections):
            due = (time_ns - begin_ns) * 1e-9
            if due > seconds:
                break
            while time.monotonic() - began < due / speed:
                rig.executor.spin_once(timeout_sec=0.001)
            now = Clock()
            now.clock.sec, now.clock.nanosec = divmod(time_ns, 10**9)
            clock.publish(now)
            topic = TOPICS[entry.topic]
            publishers[topic].publish(message(topic, bag.deserialize(raw, entry.msgtype)))
            sent[topic] += 1
            for _ in range(4):  # the clock, the message, the command, whatever else
                rig.executor.spin_once(timeout_sec=0.0)
    return sent


def message(topic, read):
    """What the policy reads of it, under the stamp that it had."""
    if topic == 'imu':
        result = Imu()
        for name in ('angular_velocity', 'linear_acceleration'):
            ours, theirs = getattr(result, name), getattr(read, name)
            ours.x, ours.y, ours.z = theirs.x, theirs.y, theirs.z
    else:
        result = Odometry(child_frame_id=read.child_frame_id)
        result.twist.twist.linear.x = read.twist.twist.linear.x
        result.twist.twist.angular.z = read.twist.twist.angular.z
        result.pose.pose.orientation.w = 1.0
    result.header.frame_id = read.header.frame_id
    result.header.stamp.sec = read.header.stamp.sec
    result.header.stamp.nanosec = read.header.stamp.nanosec
    return result
