"""What the sensors show is what is there."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Camera, CameraConfig, Lidar, LidarConfig
from liquid_control_sim.worlds import Box, Cylinder, Layout

JACKAL = scenario().robot

GREY, BLUE = (0.5, 0.5, 0.5), (0.1, 0.2, 0.9)
CLEAN_LIDAR = LidarConfig(noise=0.0, missing=0.0)
CLEAN_CAMERA = CameraConfig(brightness=(1.0, 1.0), tint=0.0, noise=0.0)


def physics_of(layout: Layout, beacon: tuple[float, float] = (100.0, 0.0)) -> Physics:
    physics = Physics(layout, JACKAL, 1_000_000_000)
    physics.place_beacon(*beacon)
    physics.refresh()
    return physics


def scan(layout: Layout, config: LidarConfig = CLEAN_LIDAR, seed: int = 0) -> np.ndarray:
    return Lidar(config, physics_of(layout), np.random.default_rng(seed)).measure()


def image(layout: Layout, beacon: tuple[float, float], config: CameraConfig = CLEAN_CAMERA):
    camera = Camera(config, physics_of(layout, beacon), layout, np.random.default_rng(0))
    return camera.measure()


def test_scan_of_an_empty_room_is_its_walls(room):
    ranges = scan(room(half_size=(4.0, 3.0)))
    angles = CLEAN_LIDAR.angles
    ahead = JACKAL.lidar_position[0]
    with np.errstate(divide='ignore'):
        x = np.where(np.cos(angles) > 0, 4.0 - ahead, 4.0 + ahead) / np.abs(np.cos(angles))
        y = 3.0 / np.abs(np.sin(angles))
    assert ranges.dtype == np.float32
    assert ranges == pytest.approx(np.minimum(x, y), abs=0.02)


def test_scan_runs_counter_clockwise_from_the_right_rear(room):
    post = Cylinder(0.12, 2.0, 0.2, 1.0, GREY)
    ranges = scan(room(post))
    left = np.argmin(ranges)
    assert CLEAN_LIDAR.angles[left] == pytest.approx(np.pi / 2, abs=0.02)
    assert ranges[left] == pytest.approx(1.8, abs=0.01)
    assert CLEAN_LIDAR.angles[0] == pytest.approx(np.radians(-135))
    assert CLEAN_LIDAR.angles[-1] == pytest.approx(np.radians(135))


def test_scan_turns_with_the_robot(room):
    post = Cylinder(0.0, 2.0, 0.2, 1.0, GREY)
    ranges = scan(room(post, start=(0.0, 0.0, np.pi / 2)))
    assert CLEAN_LIDAR.angles[np.argmin(ranges)] == pytest.approx(0.0, abs=0.02)


def test_no_return_is_plus_infinity_and_too_close_minus_infinity(room):
    assert np.isposinf(scan(room(half_size=(30.0, 30.0)))).all()
    near = Box(0.12 + JACKAL.length / 2 + 0.2, 0.0, 0.0, 0.1, 3.0, 1.0, GREY)
    ranges = scan(room(near), replace(CLEAN_LIDAR, range_min=0.5))
    assert np.isneginf(ranges[360])


def test_scan_noise_and_missing_returns_are_as_configured(room):
    layout = room(half_size=(4.0, 4.0))
    config = LidarConfig(noise=0.02, missing=0.05)
    lidar = Lidar(config, physics_of(layout), np.random.default_rng(0))
    scans = np.stack([lidar.measure() for _ in range(50)])
    assert np.isposinf(scans).mean() == pytest.approx(0.05, rel=0.1)
    error = np.where(np.isfinite(scans), scans - scan(layout), np.nan)
    assert np.nanstd(error) == pytest.approx(0.02, rel=0.05)
    assert np.nanmean(error) == pytest.approx(0.0, abs=0.001)


def test_the_beacon_is_red_and_where_it_stands(room):
    picture, pixels = image(room(), beacon=(3.0, 1.0))
    red = (picture[..., 0] > 120) & (picture[..., 1] < 40) & (picture[..., 2] < 40)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert red.sum() == pixels > 20
    assert np.flatnonzero(red.any(axis=0)).max() < 32, 'left of the robot is left in the image'


def test_the_sky_is_on_top_and_the_floor_below(room):
    picture, _ = image(room(), beacon=(-3.0, 0.0))
    assert picture[0, 0].tolist() == [153, 204, 255]
    assert len({tuple(pixel) for pixel in picture[-1].tolist()}) == 1


@pytest.mark.parametrize('beacon', [(-3.0, 0.0), (0.0, 3.0), (1.0, -3.0)])
def test_a_beacon_outside_the_field_of_view_is_not_seen(room, beacon):
    assert image(room(), beacon)[1] == 0


def test_a_beacon_behind_a_wall_is_not_seen_and_above_a_low_one_it_is(room):
    high = Box(2.0, 0.0, 0.0, 0.2, 1.5, 1.7, GREY)
    low = replace(high, height=0.5)
    assert image(room(high), beacon=(4.0, 0.0))[1] == 0
    assert 0 < image(room(low), beacon=(4.0, 0.0))[1] < image(room(), beacon=(4.0, 0.0))[1]


def test_a_beacon_is_seen_from_six_metres_and_a_distractor_is_none(room):
    assert image(room(), beacon=(6.0, 0.0))[1] >= 3
    post = Cylinder(3.0, 0.0, 0.15, 1.8, BLUE)
    assert image(room(post), beacon=(-3.0, 0.0))[1] == 0


def test_light_differs_between_episodes(room):
    layout = room()
    physics = physics_of(layout)
    means = [
        Camera(CameraConfig(), physics, layout, np.random.default_rng(seed)).measure()[0].mean()
        for seed in range(12)
    ]
    assert np.std(means) > 5.0
