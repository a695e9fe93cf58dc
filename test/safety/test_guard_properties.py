"""What holds for every command and every scene (hypothesis)."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.safety import Guard, GuardConfig, Limiter, Limits, View, circle, read_beams
from liquid_control.safety.guard import JACKAL

AROUND = np.radians(np.arange(-180.0, 180.0, 1.0))
FRONT = np.radians(np.linspace(-135.0, 135.0, 91))
anything = st.floats(allow_nan=True, allow_infinity=True)
speeds = st.floats(-2.0, 2.0)
commands = st.tuples(speeds, speeds).map(np.array)
places = st.tuples(st.floats(-2.5, 2.5), st.floats(-2.5, 2.5))
GRID = np.linspace(-2.0, 2.0, 81)
EVERYWHERE = np.stack(np.meshgrid(GRID, GRID), axis=-1).reshape(-1, 2)
scenes = st.lists(places, max_size=40).map(lambda scene: np.array(scene).reshape(-1, 2))
beams = st.one_of(st.floats(-1.0, 12.0), st.sampled_from((math.nan, math.inf, -math.inf)))
scans = st.lists(beams, min_size=91, max_size=91).map(np.array)
configs = st.builds(
    GuardConfig,
    footprint=st.sampled_from((JACKAL, circle(0.2))),
    time_before_collision=st.sampled_from((0.0, 0.5, 1.2, 2.0)),
    min_points=st.integers(1, 4),
)


def seeing(view, config=None):
    guard = Guard(config or GuardConfig(), {'lidar': 0.5})
    guard.see('lidar', view, 0)
    return guard


def is_slower_on_the_same_arc(command, wished):
    share = command / np.where(wished == 0.0, 1.0, wished)
    moving = share[wished != 0.0]
    return (
        (command[wished == 0.0] == 0.0).all()
        and ((moving >= 0.0) & (moving <= 1.0 + 1e-12)).all()
        and (len(moving) < 2 or math.isclose(*moving, rel_tol=1e-6, abs_tol=1e-9))
    )


@settings(deadline=None)
@given(scans, st.tuples(anything, anything).map(np.array), st.integers(0, 10**9))
def test_no_scan_and_no_command_lets_out_what_is_no_number(scan, command, now_ns):
    guard = seeing(read_beams(scan, FRONT, 0.1, (0.12, 0.0)))
    verdict = guard.limit(command, now_ns)
    assert np.isfinite(verdict.command).all()
    assert verdict.action == 'none' or verdict.reason
    guard.disable('test')
    assert np.isfinite(guard.limit(command, now_ns).command).all()


@settings(deadline=None)
@given(scenes, commands, configs)
def test_it_never_speeds_up_and_never_leaves_the_arc(scene, command, config):
    guard = seeing(View(scene, AROUND), config)
    verdict = guard.limit(command, 0)
    assert is_slower_on_the_same_arc(verdict.command, command)
    assert is_slower_on_the_same_arc(guard.slow(command), command)
    assert verdict.action != 'none' or (verdict.command == command).all()


@settings(deadline=None)
@given(scenes, commands, configs)
def test_an_obstacle_in_a_stop_zone_means_zero(scene, command, config):
    stops = [zone for zone in seeing(View(scene, AROUND), config).zones if is_stop(zone, command)]
    assert stops or (command == 0.0).all()
    for zone in stops:
        inside = EVERYWHERE[zone.shape.inside(EVERYWHERE)][: zone.min_points]
        assert len(inside) == zone.min_points
        guard = seeing(View(np.concatenate((scene, inside)), AROUND), config)
        verdict = guard.limit(command, 0)
        assert verdict.action == 'stop'
        assert (verdict.command == 0.0).all()
        assert sum(len(points) for points in verdict.points.values()) >= zone.min_points


def is_stop(zone, command):
    return zone.action_type == 'stop' and zone.covers(*command)


@settings(deadline=None)
@given(scenes, scenes, commands, configs)
def test_more_points_never_let_it_go_faster(scene, more, command, config):
    fewer = seeing(View(scene, AROUND), config)
    crowded = seeing(View(np.concatenate((scene, more)), AROUND), config)
    for before, after in (
        (fewer.limit(command, 0).command, crowded.limit(command, 0).command),
        (fewer.slow(command), crowded.slow(command)),
    ):
        assert (np.abs(after) <= np.abs(before) + 1e-12).all()


@settings(deadline=None)
@given(scenes, commands, configs)
def test_what_it_lets_pass_touches_nothing_before_its_time(scene, command, config):
    verdict = seeing(View(scene, AROUND), config).limit(command, 0)
    if verdict.command.any():
        times = config.footprint.entry_times(scene, *verdict.command)
        soon = np.count_nonzero(times < config.time_before_collision * (1.0 - 1e-6))
        assert soon < config.min_points


@settings(deadline=None)
@given(scenes, commands, configs)
def test_what_it_lets_pass_it_lets_pass_again(scene, command, config):
    guard = seeing(View(scene, AROUND), config)
    once = guard.limit(command, 0).command
    np.testing.assert_allclose(guard.limit(once, 0).command, once, rtol=1e-6, atol=1e-9)


@settings(deadline=None)
@given(scenes, commands, st.lists(st.booleans(), min_size=360, max_size=360))
def test_the_fewer_beams_measure_the_less_it_drives(scene, command, alive):
    alive = np.array(alive)
    whole = seeing(View(scene, AROUND)).limit(command, 0).command
    blind = seeing(View(scene, AROUND[alive], AROUND[~alive])).limit(command, 0).command
    assert (np.abs(blind) <= np.abs(whole) + 1e-12).all()


@settings(deadline=None)
@given(st.lists(st.tuples(commands, scenes, st.integers(0, 60)), min_size=1, max_size=20))
def test_limiter_and_guard_together_never_speed_up_faster_than_allowed(ticks):
    limits = Limits((1.0, 1.5), (-0.5, -1.5))
    guard, limiter = seeing(View(np.empty((0, 2)), AROUND)), Limiter(limits)
    last, now_ns = np.zeros(2), 0
    for target, scene, ms in ticks:
        now_ns += ms * 1_000_000
        guard.see('lidar', View(scene, AROUND), now_ns)
        verdict = guard.govern(limiter, target, ms / 1000.0, now_ns)
        faster = np.where(
            verdict.command * last >= 0.0,
            np.abs(verdict.command) - np.abs(last),
            np.abs(verdict.command),
        )
        assert (faster <= np.multiply(limits.max_acceleration, ms / 1000.0) + 1e-9).all()
        assert (verdict.command <= limits.max_velocity).all()
        assert (verdict.command >= limits.min_velocity).all()
        last = verdict.command
