"""What the LiDAR shows is there, and where it errs it errs as configured."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control.schema import ConfigError, validated
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Lidar, LidarConfig
from liquid_control_sim.worlds import Box, Cylinder, Layout

JACKAL = scenario().robot
GREY = (0.5, 0.5, 0.5)
CLEAN = LidarConfig(noise=0.0, missing=0.0)
AHEAD = JACKAL.lidar_position[0]


def lidar(layout: Layout, config: LidarConfig, seed: int = 0) -> Lidar:
    physics = Physics(layout, JACKAL, 1_000_000_000)
    physics.place_beacon(100.0, 0.0)
    physics.locate()
    return Lidar(config, physics, np.random.default_rng(seed))


def scan(layout: Layout, config: LidarConfig = CLEAN, seed: int = 0) -> np.ndarray:
    return lidar(layout, config, seed).measure()


def scans(layout: Layout, config: LidarConfig, count: int = 50) -> np.ndarray:
    device = lidar(layout, config)
    return np.stack([device.measure() for _ in range(count)])


def ring(radius: float) -> list[Box]:
    """Walls around the LiDAR, all about this far away."""
    angles = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    return [
        Box(AHEAD + radius * np.cos(a), radius * np.sin(a), a, 1e-3, 0.08 * radius, 1.5, GREY)
        for a in angles
    ]


def test_scan_of_an_empty_room_is_its_walls(room):
    ranges = scan(room(half_size=(4.0, 3.0)))
    angles = CLEAN.angles
    with np.errstate(divide='ignore'):
        x = np.where(np.cos(angles) > 0, 4.0 - AHEAD, 4.0 + AHEAD) / np.abs(np.cos(angles))
        y = 3.0 / np.abs(np.sin(angles))
    assert ranges.dtype == np.float32
    assert ranges == pytest.approx(np.minimum(x, y), abs=0.02)


def test_scan_runs_counter_clockwise_from_the_right_rear(room):
    post = Cylinder(0.12, 2.0, 0.2, 1.0, GREY)
    ranges = scan(room(post))
    left = np.argmin(ranges)
    assert CLEAN.angles[left] == pytest.approx(np.pi / 2, abs=0.02)
    assert ranges[left] == pytest.approx(1.8, abs=0.01)
    assert CLEAN.angles[0] == pytest.approx(np.radians(-135))
    assert CLEAN.angles[-1] == pytest.approx(np.radians(135))


def test_scan_turns_with_the_robot(room):
    post = Cylinder(0.0, 2.0, 0.2, 1.0, GREY)
    ranges = scan(room(post, start=(0.0, 0.0, np.pi / 2)))
    assert CLEAN.angles[np.argmin(ranges)] == pytest.approx(0.0, abs=0.02)


def test_no_return_is_plus_infinity_and_too_close_minus_infinity(room):
    assert np.isposinf(scan(room(half_size=(30.0, 30.0)))).all()
    near = Box(0.12 + JACKAL.length / 2 + 0.2, 0.0, 0.0, 0.1, 3.0, 1.0, GREY)
    ranges = scan(room(near), replace(CLEAN, range_min=0.5))
    assert np.isneginf(ranges[360])


def test_noise_and_missing_returns_are_as_configured(room):
    layout = room(half_size=(4.0, 4.0))
    seen = scans(layout, LidarConfig(noise=0.02, missing=0.05))
    assert np.isposinf(seen).mean() == pytest.approx(0.05, rel=0.1)
    error = np.where(np.isfinite(seen), seen - scan(layout), np.nan)
    assert np.nanstd(error) == pytest.approx(0.02, rel=0.05)
    assert np.nanmean(error) == pytest.approx(0.0, abs=0.001)


def test_proportional_noise_grows_with_the_range(room):
    for radius in (1.0, 4.0):
        layout = room(*ring(radius), half_size=(9.0, 9.0))
        error = scans(layout, replace(CLEAN, noise=0.01, proportional_noise=0.02)) - scan(layout)
        assert error.std() == pytest.approx(np.hypot(0.01, 0.02 * radius), rel=0.05)


def test_quantised_ranges_are_the_nearest_steps(room):
    layout = room(half_size=(4.0, 4.0))
    ranges = scan(layout, replace(CLEAN, quantisation=0.05))
    assert ranges / 0.05 == pytest.approx(np.rint(ranges / 0.05), abs=1e-4)
    assert np.abs(ranges - scan(layout)).max() == pytest.approx(0.025, abs=0.001)


def test_mixed_pixels_lie_between_the_two_surfaces_of_an_edge(room):
    layout = room(Cylinder(AHEAD + 1.0, 0.0, 0.2, 1.0, GREY), half_size=(4.0, 4.0))
    clean, seen = scan(layout), scans(layout, replace(CLEAN, mixed_pixels=0.4), count=400)
    changed = (seen != clean).any(axis=0)
    beams = np.flatnonzero(changed)
    assert len(beams) == 2, 'the post has two edges, the corners of the room are none'
    assert (seen != clean)[:, beams].mean() == pytest.approx(0.4, abs=0.05)
    for beam in beams:
        between = seen[:, beam][seen[:, beam] != clean[beam]]
        low, high = sorted(clean[beam : beam + 2])
        assert between.min() > low - 1e-6
        assert between.max() < high + 1e-6
        assert between.mean() == pytest.approx((low + high) / 2, rel=0.06)


def test_no_return_mixes_with_nothing(room):
    post = Cylinder(AHEAD + 1.0, 0.0, 0.2, 1.0, GREY)
    layout = room(post, half_size=(30.0, 30.0))
    assert (scans(layout, replace(CLEAN, mixed_pixels=1.0)) == scan(layout)).all()


@pytest.mark.parametrize('distance', [1.0, 4.0])
def test_fog_lets_a_beam_pass_there_and_back_by_the_law_of_beer_and_lambert(room, distance):
    layout = room(*ring(distance), half_size=(9.0, 9.0))
    clean, seen = scan(layout), scans(layout, replace(CLEAN, fog=10.0))
    passed = np.exp(-2 * np.log(20.0) / 10.0 * distance)
    assert (seen == clean).mean() == pytest.approx(passed, rel=0.03)
    assert np.isposinf(seen).mean() == pytest.approx(0.9 * (1 - passed), rel=0.03)
    early = seen[(seen != clean) & np.isfinite(seen)]
    assert early.max() < clean.max()
    assert len(early) / seen.size == pytest.approx(0.1 * (1 - passed), rel=0.15)


def test_thin_fog_takes_less_than_thick_fog_and_a_clear_day_nothing(room):
    layout = room(half_size=(4.0, 4.0))
    lost = [
        np.isposinf(scans(layout, replace(CLEAN, fog=fog), 10)).mean() for fog in (5.0, 20.0, None)
    ]
    assert lost[0] > lost[1] > lost[2] == 0.0


def test_one_seed_gives_one_scan_with_all_that_can_go_wrong(room):
    layout = room(Cylinder(1.5, 0.0, 0.2, 1.0, GREY), half_size=(4.0, 4.0))
    config = LidarConfig(
        proportional_noise=0.01, missing=0.1, mixed_pixels=0.5, fog=20.0, quantisation=0.01
    )
    assert scan(layout, config, 3).tobytes() == scan(layout, config, 3).tobytes()
    assert scan(layout, config, 3).tobytes() != scan(layout, config, 4).tobytes()


@pytest.mark.parametrize(
    ('field', 'value'), [('fog', 0.0), ('mixed_pixels', 1.5), ('noise', -0.1), ('missing', -0.1)]
)
def test_a_nonsensical_setting_is_refused_by_name(field, value):
    with pytest.raises(ConfigError, match=rf'{field} is {value}'):
        validated(LidarConfig, {field: value}, 'lidar')
