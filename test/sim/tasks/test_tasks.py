"""Beacons, goals and cruises: where they lead, and when they are done."""

import math

import numpy as np
import pytest

from liquid_control_sim.tasks import Beacon, Cruise, Goal
from liquid_control_sim.worlds import Arena, Box

RNG_SEED = 0


def arena(seed: int):
    return Arena().build(np.random.default_rng(seed))


def start(config, layout):
    return config.start(layout, np.random.default_rng(RNG_SEED))


def test_beacons_stand_free_and_away_from_the_robot():
    layout, config = arena(7), Beacon()
    task = start(config, layout)
    robot = np.array(layout.start[:2])
    for number in range(50):
        place = np.array(task.beacon_xy)
        assert np.hypot(*(place - robot)) >= config.apart
        assert layout.clearance(place) >= layout.look.beacon_radius + config.gap
        robot = place + np.array([0.99 * config.reach, 0.0])
        task.update((*robot.tolist(), 0.0), float(number))
        assert len(task.reached) == number + 1


def test_a_beacon_is_reached_at_its_distance_and_single_mode_ends_there():
    task = start(Beacon(mode='single'), arena(2))
    x, y = task.beacon_xy
    task.update((x + 0.91, y, 0.0), 1.0)
    assert not task.finished
    task.update((x + 0.89, y, 0.0), 1.0)
    assert task.finished
    assert task.succeeded
    assert task.reached == [(x, y)]


def test_where_all_places_are_near_the_beacon_stands_at_the_farthest(room):
    layout = room(half_size=(1.5, 1.5))
    task = start(Beacon(), layout)
    task.update((*task.beacon_xy, 0.0), 1.0)
    assert math.dist(task.beacon_xy, task.reached[0]) > 1.0


def test_a_world_without_room_for_a_beacon_is_refused(room):
    with pytest.raises(ValueError, match=r'gap is 0\.6'):
        start(Beacon(), room(half_size=(0.6, 0.6)))


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match='mode'):
        Beacon(mode='twice')


def test_a_goal_is_free_and_as_far_as_configured():
    for seed in range(10):
        layout = arena(seed)
        task = start(Goal(distance=(3.0, 4.0)), layout)
        assert 3.0 <= math.dist(task.target, layout.start[:2]) <= 4.0
        assert layout.clearance(np.array(task.target)) >= 0.4


def test_the_goal_is_told_in_the_frame_of_the_start(room):
    """Two metres ahead and one to the left of a robot that looks along y."""
    layout = room(start=(1.0, 1.0, math.pi / 2))
    task = start(Goal(), layout)
    ahead, left = task.goal
    assert task.target == pytest.approx((1.0 - left, 1.0 + ahead))


def test_a_goal_behind_a_wall_is_not_asked_for(room):
    wall = Box(0.0, 0.0, math.pi / 2, 10.0, 0.1, 1.0, (0.5, 0.5, 0.5))
    layout = room(wall, start=(-5.0, 0.0, 0.0))
    goals = [Goal().start(layout, np.random.default_rng(seed)).target for seed in range(20)]
    assert all(x < 0.0 for x, _ in goals)


def test_a_goal_is_reached_once():
    task = start(Goal(reach=0.5), arena(3))
    x, y = task.target
    task.update((x + 0.51, y, 0.0), 1.0)
    assert not task.finished
    task.update((x + 0.49, y, 0.0), 2.0)
    task.update((x, y, 0.0), 3.0)
    assert task.finished
    assert task.succeeded
    assert task.reached == [(x, y)]


def test_a_goal_that_is_too_far_for_the_world_is_refused(room):
    with pytest.raises(ValueError, match=r'distance is \(30.0, 40.0\)'):
        start(Goal(distance=(30.0, 40.0)), room())


def test_a_cruise_succeeds_when_it_went_on_to_the_end(room):
    task = start(Cruise(timeout=20.0), room())
    for second in range(21):
        assert not task.finished
        task.update((0.2 * second, 0.0, 0.0), float(second))
    assert task.finished
    assert task.succeeded


def test_a_cruise_that_turns_on_the_spot_has_stalled(room):
    task = start(Cruise(patience=8.0), room())
    for second in range(9):
        task.update((0.0, 0.0, float(second)), float(second))
        assert not task.stalled
    task.update((0.0, 0.0, 9.0), 9.0)
    assert task.stalled
    assert task.finished
    assert not task.succeeded
