"""What a classical planner makes of messages that were measured at different times."""

import math
from dataclasses import replace

import numpy as np
import pytest

from liquid_control.stream import Event
from liquid_control_sim.planners.senses import Senses
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

MS = 1_000_000


@pytest.fixture
def senses():
    return Senses(Simulation(scenario(task='goal'), 0))


def odometry(senses, at_ms, pose, velocity):
    stamp = senses.now_ns + at_ms * MS
    event = Event(stamp, 'odometry', np.array(velocity, np.float32))
    return Message(event, stamp, pose)


def scan(senses, hits):
    """A scan with these ranges at these angles, and nothing elsewhere."""
    ranges = np.full(len(senses.angles), np.inf, np.float32)
    for angle, away in hits.items():
        ranges[np.argmin(np.abs(senses.angles - angle))] = away
    return ranges


def test_the_pose_goes_on_along_the_arc_that_the_odometry_reports(senses):
    start = senses.now_ns
    senses.observe(odometry(senses, 0, (1.0, 2.0, 0.5), (1.0, 0.0)))
    later = Event(start, 'imu', np.zeros(6))
    senses.observe(Message(later, start + 100 * MS))
    assert senses.pose == pytest.approx(
        (1.0 + 0.1 * math.cos(0.5), 2.0 + 0.1 * math.sin(0.5), 0.5)
    )


def test_a_scan_that_arrives_late_stays_where_it_was_measured(senses):
    start = senses.now_ns
    senses.observe(odometry(senses, 0, (0.0, 0.0, 0.0), (1.0, 0.0)))
    ranges = scan(senses, {0.0: 2.0})
    senses.observe(Message(Event(start + 20 * MS, 'lidar', ranges), start + 220 * MS))
    seen = senses.from_here(senses.scan.points)
    straight = 2.0 + senses.lidar_xy[0] + 0.02
    assert senses.scan.points[0] == pytest.approx((straight, 0.0), abs=0.02)
    assert seen[0] == pytest.approx((straight - 0.22, 0.0), abs=0.02)


def test_the_goal_stays_in_place_while_the_robot_turns(senses):
    start = senses.now_ns
    senses.observe(odometry(senses, 0, (0.0, 0.0, 0.0), (0.0, 0.0)))
    there = Event(start, 'goal', np.array([3.0, math.pi / 2], np.float32))
    senses.observe(Message(there, start))
    senses.observe(odometry(senses, 500, (1.0, 0.0, math.pi / 2), (0.0, 0.0)))
    assert senses.goal == pytest.approx((0.0, 3.0), abs=1e-5)
    assert senses.from_here(np.array(senses.goal)) == pytest.approx((3.0, 1.0), abs=1e-5)


def test_what_is_too_near_to_measure_is_taken_to_be_at_the_nearest_range(senses):
    now = senses.now_ns
    senses.observe(Message(Event(now, 'lidar', scan(senses, {0.0: -np.inf})), now))
    assert senses.scan.points[0, 0] == pytest.approx(senses.lidar_xy[0] + 0.06, abs=0.01)


def test_what_is_no_number_is_taken_as_no_return(senses):
    now = senses.now_ns
    senses.observe(Message(Event(now, 'lidar', scan(senses, {0.0: np.nan})), now))
    assert not len(senses.scan.points)


def test_places_seen_from_the_robot_and_on_the_map_are_the_same_places(senses):
    senses.observe(odometry(senses, 0, (1.0, -2.0, 2.3), (0.0, 0.0)))
    places = np.array([[0.3, 0.4], [-1.0, 2.0]])
    assert senses.from_here(senses.to_map(places)) == pytest.approx(places)


def test_without_a_goal_it_is_straight_ahead():
    senses = Senses(Simulation(scenario(task='cruise'), 0))
    senses.observe(odometry(senses, 0, (1.0, 1.0, math.pi / 2), (0.0, 0.0)))
    assert senses.goal == pytest.approx((1.0, 6.0))


def test_scans_are_replaced_not_added(senses):
    now = senses.now_ns
    one = Message(Event(now, 'lidar', scan(senses, {0.0: 2.0, 0.5: 3.0})), now)
    senses.observe(one)
    senses.observe(replace(one, event=Event(now + 1, 'lidar', scan(senses, {0.0: 2.0}))))
    assert len(senses.scan.points) == 1
