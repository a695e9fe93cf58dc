"""What the guard does to a command, zone by zone and fault by fault."""

import math
import re
import threading

import numpy as np
import pytest

from liquid_control.safety import (
    Guard,
    GuardConfig,
    Limiter,
    Limits,
    Polygon,
    View,
    Zone,
    circle,
    rectangle,
    zones_around,
)

MS = 1_000_000
AROUND = np.radians(np.arange(-180.0, 180.0, 0.5))
FRONT = np.radians(np.linspace(-135.0, 135.0, 720))
NOSE = 0.254
NOTHING = np.empty((0, 2))


def wall(x, y=0.0, count=8):
    """A few points beside each other, straight ahead."""
    return np.stack((np.full(count, x), y + np.linspace(-0.02, 0.02, count)), axis=1)


def seeing(points, config=None, seen=AROUND, failed=(), stamp_ns=0):
    guard = Guard(config or GuardConfig(), {'lidar': 0.5})
    guard.see('lidar', View(np.asarray(points), seen, np.array(failed)), stamp_ns)
    return guard


def limit(guard, v, w=0.0, now_ns=0):
    return guard.limit(np.array([v, w]), now_ns)


def test_where_nothing_is_every_command_passes():
    verdict = limit(seeing(NOTHING), 0.7, -0.3)
    assert verdict.command.tolist() == [0.7, -0.3]
    assert (verdict.action, verdict.zone, verdict.reason) == ('none', '', '')


def test_the_docstring_tells_the_truth():
    said = []
    for gap in (1.5, 0.9, 0.6, 0.4, 0.1 - 1e-9):
        guard = seeing(wall(NOSE + gap))
        verdict = guard.limit(guard.slow(np.array([1.0, 0.0])), 0)
        said.append((round(verdict.command[0], 2), verdict.action))
    assert said == [
        (1.0, 'none'),
        (0.75, 'approach'),
        (0.5, 'approach'),
        (0.33, 'approach'),
        (0.0, 'stop'),
    ]


def test_points_in_the_stop_zone_stop_it_and_are_told():
    verdict = limit(seeing(wall(NOSE + 0.05)), 0.3, 0.5)
    assert verdict.command.tolist() == [0.0, 0.0]
    assert (verdict.action, verdict.zone) == ('stop', 'stop_forward')
    assert verdict.reason == '8 points of lidar, 0.30 m away, in zone stop_forward'
    assert len(verdict.points['lidar']) == 8


def test_fewer_than_min_points_do_nothing():
    assert limit(seeing(wall(NOSE + 0.05, count=2)), 0.3).action == 'none'


def test_what_is_ahead_does_not_hold_a_robot_that_turns_or_backs_away():
    guard = seeing(wall(NOSE + 0.09))
    assert limit(guard, 0.0, 0.5).action == 'none'
    assert limit(guard, -0.3).action == 'none'


def test_what_touches_it_holds_it_whatever_it_wants():
    guard = seeing(wall(NOSE + 0.005))
    for v, w in ((0.1, 0.0), (-0.1, 0.0), (0.0, 0.5), (0.0, -0.5), (0.0, 0.0)):
        verdict = limit(guard, v, w)
        assert verdict.command.tolist() == [0.0, 0.0]
        assert verdict.action == 'stop'


def test_a_turn_slows_down_where_a_corner_would_hit():
    guard = seeing(wall(0.0, y=0.28))
    verdict = limit(guard, 0.0, 1.5)
    assert verdict.action == 'approach'
    assert 0.0 < verdict.command[1] < 1.5
    assert verdict.command[0] == 0.0


def test_beside_a_corner_it_may_only_turn_away():
    guard = seeing(wall(0.17, y=0.25))
    assert limit(guard, 0.0, 0.5).zone == 'stop_left'
    assert limit(guard, 0.0, -0.5).action == 'none'


def test_a_round_robot_turns_beside_anything():
    guard = seeing(wall(0.0, y=0.2), GuardConfig(footprint=circle(0.18)))
    assert limit(guard, 0.0, 1.0).action == 'none'


def test_approach_keeps_the_arc_and_the_time_before_collision():
    verdict = limit(seeing(wall(NOSE + 0.6)), 1.0, 0.2)
    assert verdict.action == 'approach'
    assert verdict.command[0] / verdict.command[1] == pytest.approx(5.0)
    again = limit(seeing(wall(NOSE + 0.6)), *verdict.command)
    np.testing.assert_allclose(again.command, verdict.command)
    assert re.fullmatch(
        r'3 points of lidar, 0.85 m away, hit in 0\.\d\d s \(time_before_collision 1.20 s\)',
        verdict.reason,
    )


def test_what_was_seen_a_while_ago_is_nearer_by_now():
    guard = seeing(wall(NOSE + 0.6))
    fresh, old = limit(guard, 1.0, now_ns=0), limit(guard, 1.0, now_ns=200 * MS)
    assert fresh.command[0] == pytest.approx(0.5)
    assert old.command[0] == pytest.approx(0.4 / 1.2)


def test_what_is_passed_by_does_not_slow_it_down():
    assert limit(seeing(wall(1.0, y=0.5)), 0.8).action == 'none'


def test_without_time_before_collision_it_does_not_look_ahead():
    config = GuardConfig(time_before_collision=0.0)
    assert limit(seeing(wall(NOSE + 0.2), config), 1.0).action == 'none'


def test_a_slowdown_zone_takes_its_share_of_what_is_wished():
    guard = seeing(wall(NOSE + 0.3, y=0.3))
    assert guard.slow(np.array([0.8, 0.4])).tolist() == [0.4, 0.2]
    verdict = limit(guard, 0.4, 0.0)
    assert (verdict.action, verdict.zone) == ('slowdown', 'slowdown')
    assert verdict.reason == '8 points of lidar, 0.62 m away, in zone slowdown: 50% of the speed'
    assert guard.slow(np.array([0.0, 0.4])).tolist() == [0.0, 0.4]
    assert limit(guard, 0.0, 0.4).action == 'none'


def test_the_slowest_of_several_slowdown_zones_counts():
    zones = tuple(
        Zone(f'slow {ratio}', circle(1.0), 'slowdown', slowdown_ratio=ratio)
        for ratio in (0.5, 0.2, 0.7)
    )
    guard = seeing(wall(0.9), GuardConfig(zones=zones))
    assert guard.slow(np.array([1.0, 0.0]))[0] == pytest.approx(0.2)


def test_what_is_slowed_into_the_range_of_a_stop_zone_is_stopped():
    creeping = Zone('creeping', circle(1.0), linear_max=0.4)
    guard = seeing(wall(NOSE + 0.36), GuardConfig(zones=(creeping,)))
    verdict = limit(guard, 1.0)
    assert (verdict.action, verdict.zone) == ('stop', 'creeping')


def test_a_command_that_is_no_number_becomes_zero():
    verdict = limit(seeing(NOTHING), math.nan, 0.5)
    assert verdict.command.tolist() == [0.0, 0.0]
    assert (verdict.action, verdict.zone) == ('stop', 'invalid command')


def test_turned_off_it_lets_pass_and_says_so_every_time():
    guard = seeing(wall(NOSE + 0.05))
    guard.disable('by the service enable_guard')
    for _ in range(2):
        verdict = limit(guard, 0.3)
        assert verdict.command.tolist() == [0.3, 0.0]
        assert verdict.action == 'off'
        assert verdict.reason == 'the guard is off: by the service enable_guard'
    assert not guard.enabled
    assert limit(guard, math.nan).command.tolist() == [0.0, 0.0]
    guard.enable()
    assert limit(guard, 0.3).action == 'stop'


def test_it_is_not_turned_off_without_a_reason():
    with pytest.raises(ValueError, match='not turned off without a reason'):
        seeing(NOTHING).disable('')


def test_after_a_reset_it_has_seen_nothing_and_is_as_off_as_before():
    guard = seeing(NOTHING)
    guard.disable('test')
    guard.reset()
    assert limit(guard, 0.1).action == 'off'
    guard.enable()
    assert limit(guard, 0.1).reason == 'nothing seen by lidar yet'


def test_new_rules_keep_what_was_seen():
    guard = seeing(wall(NOSE + 0.2))
    guard.configure(
        GuardConfig(zones=zones_around(rectangle(0.254, 0.254, 0.215), stop=0.3)), {'lidar': 0.5}
    )
    assert limit(guard, 0.1).zone == 'stop_forward'


def test_its_own_mast_does_not_stop_it():
    mast = Polygon(((-0.1, -0.1), (-0.1, 0.1), (0.1, 0.1), (0.1, -0.1)))
    assert limit(seeing(wall(0.0)), 0.1).action == 'stop'
    assert limit(seeing(wall(0.0), GuardConfig(exclusion_zones=(mast,))), 0.1).action == 'none'


def test_more_points_than_it_looks_at_do_not_hide_the_nearest():
    rng = np.random.default_rng(0)
    far = rng.uniform(1.0, 9.0, (50_000, 1)) * np.array([[1.0, 0.2]]) + rng.normal(
        size=(50_000, 2)
    )
    crowd = np.concatenate((far[np.hypot(*far.T) > 1.0], wall(NOSE + 0.05, count=200)))
    guard = seeing(crowd, GuardConfig(max_points=720))
    assert limit(guard, 0.1).zone == 'stop_forward'
    assert len(guard._scene.points) <= 720


def test_it_may_see_while_another_thread_limits():
    guard = seeing(NOTHING)
    views = [View(wall(NOSE + 0.05), AROUND), View(NOTHING, AROUND)]
    watcher = threading.Thread(
        target=lambda: [guard.see('lidar', views[i % 2], 0) for i in range(300)]
    )
    watcher.start()
    actions = {limit(guard, 0.1).action for _ in range(300)}
    watcher.join()
    assert actions <= {'none', 'stop'}


def test_points_that_are_no_numbers_are_not_there():
    odd = np.array([[math.nan, 0.0], [math.inf, 0.0], [0.1, math.nan], [1e300, -1e300]])
    assert limit(seeing(odd), 0.5, 0.3).action == 'none'


def test_behind_the_guard_the_limiter_starts_from_what_was_let_through():
    guard, limiter = seeing(NOTHING), Limiter(Limits())
    sent = []
    for tick in range(60):
        points = wall(NOSE + 0.05) if tick < 30 else NOTHING
        guard.see('lidar', View(points, AROUND), tick * 20 * MS)
        verdict = guard.govern(limiter, np.array([1.0, 0.0]), 0.02, tick * 20 * MS)
        sent.append(verdict.command[0])
    assert sent[:30] == [0.0] * 30
    assert np.diff(sent).max() <= 2.0 * 0.02 + 1e-9
    assert sent[-1] == pytest.approx(1.0)


def test_in_a_slowdown_zone_it_settles_at_its_share():
    guard, limiter = seeing(wall(NOSE + 0.3, y=0.3)), Limiter(Limits())
    for _ in range(200):
        verdict = guard.govern(limiter, np.array([0.8, 0.0]), 0.02, 0)
    assert verdict.command[0] == pytest.approx(0.4)
    assert verdict.action == 'slowdown'


def test_a_round_robot_is_guarded_all_around():
    guard = seeing(wall(0.0, y=0.2), GuardConfig(footprint=circle(0.18)))
    assert limit(guard, 0.1).action == 'stop'


@pytest.mark.parametrize(
    ('build', 'message'),
    [
        (lambda: GuardConfig(time_before_collision=-1.0), 'time_before_collision is -1'),
        (lambda: GuardConfig(time_before_collision=math.nan), 'time_before_collision is nan'),
        (lambda: GuardConfig(min_points=0), 'min_points is 0, wanted >= 1'),
        (lambda: GuardConfig(max_points=0), 'max_points is 0, wanted >= 1'),
        (lambda: GuardConfig(blind_angle=0.0), 'blind_angle is 0'),
        (lambda: Guard(GuardConfig(), {'lidar': 0.0}), 'lidar: source_timeout is 0'),
        (lambda: seeing(NOTHING).see('sonar', View(NOTHING, AROUND), 0), 'sonar is no source'),
        (lambda: seeing(NOTHING).limit(np.zeros(3), 0), r'command has shape \(3,\)'),
        (lambda: Zone('a', circle(1.0), 'halt'), "zone a: action_type is 'halt'"),
        (lambda: Zone('a', circle(1.0), slowdown_ratio=1.5), 'zone a: slowdown_ratio is 1.5'),
        (lambda: Zone('a', circle(1.0), min_points=0), 'zone a: min_points is 0'),
        (
            lambda: Zone('a', circle(1.0), linear_min=1.0, linear_max=0.0),
            'zone a: linear_min is 1',
        ),
    ],
)
def test_what_cannot_be_is_refused_by_name(build, message):
    with pytest.raises(ValueError, match=message):
        build()
