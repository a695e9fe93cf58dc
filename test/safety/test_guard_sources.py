"""What the guard does where nobody looks, and when a source is missing, stale or dead."""

import math
import re

import numpy as np
import pytest

from liquid_control.safety import (
    Guard,
    GuardConfig,
    Polygon,
    View,
    blind,
    read_beams,
    rehearse,
    scene,
    shapes,
    view,
)

MS = 1_000_000
AROUND = np.radians(np.arange(-180.0, 180.0, 0.5))
FRONT = np.radians(np.linspace(-135.0, 135.0, 720))
NOSE = 0.254
NOTHING = np.empty((0, 2))


def wall(x, count=8):
    """A few points beside each other, straight ahead."""
    return np.stack((np.full(count, x), np.linspace(-0.02, 0.02, count)), axis=1)


def seeing(points, config=None, seen=AROUND, failed=(), stamp_ns=0):
    guard = Guard(config or GuardConfig(), {'lidar': 0.5})
    guard.see('lidar', View(np.asarray(points), seen, np.array(failed)), stamp_ns)
    return guard


def limit(guard, v, w=0.0, now_ns=0):
    return guard.limit(np.array([v, w]), now_ns)


def test_it_does_not_drive_backward_where_nobody_looks():
    verdict = limit(seeing(NOTHING, seen=FRONT), -0.2)
    assert verdict.command.tolist() == [0.0, 0.0]
    assert (verdict.action, verdict.zone) == ('stop', 'blind sector')
    assert re.fullmatch(r'nobody sees where it would drive, at -?1[78]\d deg', verdict.reason)


@pytest.mark.parametrize('command', [(0.5, 0.0), (0.5, 1.5), (0.2, -1.5), (0.0, 1.5)])
def test_a_robot_that_looks_ahead_may_drive_ahead_and_turn(command):
    assert limit(seeing(NOTHING, seen=FRONT), *command).action == 'none'


def test_a_dead_sector_ahead_stops_it():
    dead = np.abs(FRONT) < math.radians(10.0)
    guard = seeing(NOTHING, seen=FRONT[~dead], failed=FRONT[dead])
    assert limit(guard, 0.3).zone == 'blind sector'


def test_a_dead_sector_beside_it_does_not_stop_a_straight_drive():
    dead = np.degrees(FRONT) > 80.0
    guard = seeing(NOTHING, seen=FRONT[~dead], failed=FRONT[dead])
    for v in (0.02, 0.3, 1.0):
        assert limit(guard, v).action == 'none'


@pytest.mark.parametrize('speed', [0.001, 0.05, 0.5, 2.0])
@pytest.mark.parametrize('turn', [0.0, 0.5, -3.0])
def test_a_lidar_that_only_looks_ahead_is_enough_to_drive_ahead(speed, turn):
    ahead = np.radians(np.linspace(-90.0, 90.0, 181))
    guard = seeing(NOTHING, seen=ahead)
    assert limit(guard, speed, turn).action == 'none'
    assert limit(guard, -speed, turn).zone == 'blind sector'


def test_a_pointed_nose_does_not_drive_where_nobody_looks():
    arrow = Polygon(((0.6, 0.0), (-0.3, 0.1), (-0.3, -0.1)))
    behind = np.radians(np.arange(90.0, 270.0))
    assert limit(seeing(NOTHING, GuardConfig(arrow), behind), 0.1).zone == 'blind sector'
    assert limit(seeing(NOTHING, GuardConfig(arrow), behind), -0.1).action == 'none'


def test_it_does_not_turn_into_a_sector_that_has_died():
    dead = np.degrees(FRONT) > 20.0
    guard = seeing(NOTHING, seen=FRONT[~dead], failed=FRONT[dead])
    assert limit(guard, 0.0, 1.0).zone == 'blind sector'


def test_another_source_may_look_where_one_is_blind():
    guard = Guard(GuardConfig(), {'front': 0.5, 'rear': 0.5})
    guard.see('front', View(NOTHING, FRONT), 0)
    guard.see('rear', View(wall(-1.0), FRONT + math.pi), 0)
    assert limit(guard, -0.2).action == 'none'
    verdict = limit(guard, -1.0)
    assert verdict.action == 'approach'
    assert list(verdict.points) == ['rear']


def test_points_of_all_sources_count_together():
    guard = Guard(GuardConfig(), {'front': 0.5, 'rear': 0.5})
    guard.see('front', View(wall(NOSE + 0.05, count=2), AROUND), 0)
    guard.see('rear', View(wall(NOSE + 0.06, count=2), AROUND), 0)
    verdict = limit(guard, 0.2)
    assert verdict.action == 'stop'
    assert {name: len(points) for name, points in verdict.points.items()} == {
        'front': 2,
        'rear': 2,
    }


def test_it_stops_while_a_source_is_missing_or_stale():
    guard = Guard(GuardConfig(), {'front': 0.5, 'rear': 0.2})
    assert limit(guard, 0.1).reason == 'nothing seen by front yet'
    guard.see('front', View(NOTHING, AROUND), 0)
    assert limit(guard, 0.1).reason == 'nothing seen by rear yet'
    guard.see('rear', View(NOTHING, AROUND), 0)
    assert limit(guard, 0.1).action == 'none'
    verdict = limit(guard, 0.1, now_ns=300 * MS)
    assert verdict.command.tolist() == [0.0, 0.0]
    assert (verdict.action, verdict.zone) == ('stop', 'invalid source')
    assert verdict.reason == 'nothing seen by rear for 0.30 s (source_timeout 0.20 s)'


def test_without_any_source_it_stops():
    verdict = limit(Guard(GuardConfig(), {}), 0.1)
    assert (verdict.action, verdict.reason) == ('stop', 'the guard has no source')


def test_a_scan_of_nothing_but_nan_stops_it():
    guard = Guard(GuardConfig(), {'lidar': 0.5})
    guard.see('lidar', read_beams(np.full(720, np.nan), FRONT, 0.1), 0)
    for v, w in ((0.1, 0.0), (0.0, 0.1)):
        assert limit(guard, v, w).reason == 'no beam of lidar measures anything'


def test_a_hand_on_the_lidar_stops_it():
    guard = Guard(GuardConfig(), {'lidar': 0.5})
    guard.see('lidar', read_beams(np.full(720, -np.inf), FRONT, 0.1, origin=(0.12, 0.0)), 0)
    assert limit(guard, 0.1).zone == 'stop'


def test_an_older_view_does_not_replace_a_newer_one():
    guard = seeing(wall(NOSE + 0.05), stamp_ns=100 * MS)
    guard.see('lidar', View(NOTHING, AROUND), 50 * MS)
    assert limit(guard, 0.1, now_ns=100 * MS).action == 'stop'


def test_a_view_from_the_future_stops_it_until_the_next_one():
    guard = seeing(NOTHING, stamp_ns=9000 * MS)
    said = 'what lidar saw is 8.00 s ahead of the clock (source_timeout 0.50 s)'
    assert limit(guard, 0.1, now_ns=1000 * MS).reason == said
    guard.see('lidar', View(NOTHING, AROUND), 1000 * MS)
    assert limit(guard, 0.1, now_ns=1000 * MS).action == 'none'


def test_after_the_rehearsal_nothing_is_compiled_while_driving():
    loops = (
        shapes._inside,
        shapes._entry_times,
        blind.moved,
        blind.unseen,
        blind.unseen_ahead,
        blind._gaps,
        view._read,
        scene._real,
    )
    rehearse()
    compiled = [len(loop.signatures) for loop in loops]
    ranges = np.random.default_rng(0).uniform(0.2, 2.0, 720).astype(np.float32)
    ranges[:100] = math.nan
    bearings = FRONT.copy()
    bearings.flags.writeable = False
    for reach in (ranges, ranges[::-1], ranges + 1.0, np.full(720, math.inf)):
        guard = Guard(GuardConfig(), {'lidar': 0.5})
        guard.see('lidar', read_beams(reach, bearings, 0.1, (0.12, 0)), 0)
        for command in ((0.5, 0.3), (-0.5, 0.0), (0.0, 1.0), (1, 0)):
            guard.limit(guard.slow(np.array(command)), 0)
    assert [len(loop.signatures) for loop in loops] == compiled
