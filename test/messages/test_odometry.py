import math

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import Imu

from liquid_control.messages import (
    Goal,
    GoalSettings,
    ImuSettings,
    MessageError,
    OdometrySettings,
    read_imu,
    read_odometry,
    stamp_ns,
)


def odometry(x=0.0, y=0.0, yaw=0.0, frame='odom', **velocity):
    message = Odometry()
    message.header.frame_id = frame
    message.pose.pose.position.x, message.pose.pose.position.y = x, y
    message.pose.pose.orientation.z = math.sin(yaw / 2)
    message.pose.pose.orientation.w = math.cos(yaw / 2)
    message.twist.twist.linear.x = velocity.get('v', 0.0)
    message.twist.twist.angular.z = velocity.get('w', 0.0)
    return message


def goal_pose(x, y, frame='odom', stamp_s=0):
    message = PoseStamped()
    message.header.frame_id = frame
    message.header.stamp.sec = stamp_s
    message.pose.position.x, message.pose.position.y = x, y
    return message


def refusal(read, *arguments):
    with pytest.raises(MessageError) as error:
        read(*arguments)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_stamps_are_exact_nanoseconds():
    assert stamp_ns(Time(sec=1_795_316_310, nanosec=600_943_501)) == 1_795_316_310_600_943_501


@pytest.mark.parametrize('sec', [-(2**31), -1, 0, 2**31 - 1])
@pytest.mark.parametrize('nanosec', [0, 10**9 - 1, 2**32 - 1])
def test_any_stamp_is_an_integer_of_64_bits(sec, nanosec):
    assert -(2**63) <= stamp_ns(Time(sec=sec, nanosec=nanosec)) < 2**63


def test_imu_is_rates_then_acceleration():
    message = Imu()
    rates, acceleration = message.angular_velocity, message.linear_acceleration
    rates.x, rates.y, rates.z = 0.1, 0.2, 0.3
    acceleration.x, acceleration.y, acceleration.z = 1.0, 2.0, 9.81
    values = read_imu(message)
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, np.float32([0.1, 0.2, 0.3, 1.0, 2.0, 9.81]))


@pytest.mark.parametrize('value', [math.nan, -math.inf, 1e300, 1001.0, -1e5])
def test_an_imu_that_says_what_cannot_be_is_refused(value):
    message = Imu()
    message.angular_velocity.y = value
    assert 'wanted finite numbers up to 1000' in refusal(read_imu, message)


@pytest.mark.parametrize('name', ['angular_velocity', 'linear_acceleration'])
def test_an_imu_that_does_not_measure_what_is_needed_is_refused(name):
    message = Imu()
    getattr(message, f'{name}_covariance')[0] = -1.0
    assert f'imu has no {name}' in refusal(read_imu, message)


def test_odometry_is_the_robots_velocity():
    values = read_odometry(odometry(v=0.5, w=-0.25))
    assert values.dtype == np.float32
    assert values.tolist() == [0.5, -0.25]


@pytest.mark.parametrize('value', [math.nan, math.inf, 1e300])
def test_odometry_of_no_number_is_refused(value):
    assert 'wanted finite numbers' in refusal(read_odometry, odometry(v=value))
    assert 'wanted finite numbers' in refusal(read_odometry, odometry(w=value))


def test_messages_of_another_frame_are_refused_if_one_is_wanted():
    said = refusal(read_odometry, odometry(), OdometrySettings(frame_id='wheels'))
    assert said == "odometry is in frame 'odom', wanted 'wheels'"
    said = refusal(read_imu, Imu(), ImuSettings(frame_id='imu_link'))
    assert said == "imu is in frame '', wanted 'imu_link'"
    said = refusal(Goal(GoalSettings(frame_id='map')).aim, goal_pose(0.0, 0.0))
    assert said == "goal is in frame 'odom', wanted 'map'"


@pytest.mark.parametrize(
    ('robot', 'wanted'),
    [
        ((0.0, 0.0, 0.0), (5.0, 0.0)),
        ((3.0, 2.0, 0.0), (math.hypot(2, 2), -math.pi / 4)),
        ((5.0, -1.0, math.pi / 2), (1.0, 0.0)),
        ((5.0, 1.0, math.pi), (1.0, math.pi / 2)),
        ((6.0, 0.0, -3.0), (1.0, 3.0 - math.pi)),
    ],
)
def test_a_goal_is_seen_from_the_robot(robot, wanted):
    goal = Goal()
    goal.aim(goal_pose(5.0, 0.0))
    values = goal.read(odometry(*robot))
    assert values.dtype == np.float32
    assert values == pytest.approx(wanted, abs=1e-5)


def test_a_bearing_is_the_short_way_round():
    goal = Goal()
    goal.aim(goal_pose(-5.0, 0.1))
    for yaw in np.linspace(-7.0, 7.0, 50):
        assert abs(goal.read(odometry(yaw=yaw))[1]) <= np.float32(math.pi)


def test_without_a_goal_there_is_nothing_to_see():
    goal = Goal()
    assert refusal(goal.read, odometry()) == 'goal has not been given yet'
    goal.aim(goal_pose(1.0, 0.0))
    assert goal.read(odometry())[0] == 1.0
    goal.forget()
    assert refusal(goal.read, odometry()) == 'goal has not been given yet'


def test_a_goal_in_another_frame_is_refused_and_the_one_before_holds():
    goal = Goal()
    goal.aim(goal_pose(1.0, 0.0, '/odom'))
    assert goal.read(odometry())[0] == 1.0
    assert refusal(goal.aim, goal_pose(9.0, 0.0, 'map')) == (
        "goal is in frame 'map', but the odometry in 'odom': publish goals in the frame of the "
        'odometry'
    )
    assert goal.read(odometry())[0] == 1.0


def test_a_goal_that_came_before_the_odometry_is_compared_with_it_later():
    goal = Goal()
    goal.aim(goal_pose(9.0, 0.0, 'map'))
    assert refusal(goal.read, odometry()).startswith("goal is in frame 'map', but the odometry")
    goal.aim(goal_pose(2.0, 0.0, 'odom'))
    assert goal.read(odometry())[0] == 2.0


def test_an_older_goal_never_replaces_a_newer_one():
    goal = Goal()
    goal.aim(goal_pose(1.0, 0.0, stamp_s=20))
    said = refusal(goal.aim, goal_pose(2.0, 0.0, stamp_s=19))
    assert said == 'goal is 1.000 s older than the goal that holds'
    assert goal.read(odometry())[0] == 1.0
    goal.aim(goal_pose(3.0, 0.0, stamp_s=0))
    assert goal.read(odometry())[0] == 3.0
    goal.aim(goal_pose(4.0, 0.0, stamp_s=20))
    assert goal.read(odometry())[0] == 4.0


@pytest.mark.parametrize('value', [math.nan, -math.inf, 1e300])
def test_places_that_are_none_are_refused(value):
    goal = Goal()
    assert refusal(goal.aim, goal_pose(value, 0.0)).endswith('wanted finite numbers')
    goal.aim(goal_pose(1.0, 0.0))
    assert refusal(goal.read, odometry(y=value)).endswith('wanted finite numbers')


@pytest.mark.parametrize('w', [0.0, 0.5, math.nan, math.inf, 1e300])
def test_an_orientation_that_is_none_is_refused(w):
    goal = Goal()
    goal.aim(goal_pose(1.0, 0.0))
    message = odometry()
    message.pose.pose.orientation.w = w
    assert 'wanted a quaternion of length 1' in refusal(goal.read, message)
