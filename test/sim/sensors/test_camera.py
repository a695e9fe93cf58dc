"""What the camera shows is there, in the light and the weather that are configured."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest

from liquid_control.schema import ConfigError, validated
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Camera, CameraConfig
from liquid_control_sim.sensors.camera import pinhole
from liquid_control_sim.worlds import FLOOR_GROUP, SOLID_GROUP, Box, Cylinder, Layout

JACKAL = scenario().robot
GREY, BLUE = (0.5, 0.5, 0.5), (0.1, 0.2, 0.9)
CLEAN = CameraConfig(brightness=(1.0, 1.0), tint=0.0, noise=0.0)
SKY = (153.0, 204.0, 255.0)


def physics_of(layout: Layout, beacon: tuple[float, float] = (100.0, 0.0)) -> Physics:
    physics = Physics(layout, JACKAL, 1_000_000_000)
    physics.place_beacon(*beacon)
    physics.locate()
    return physics


def camera_of(layout: Layout, config: CameraConfig, beacon=(100.0, 0.0), seed: int = 0) -> Camera:
    return Camera(config, physics_of(layout, beacon), layout, np.random.default_rng(seed))


def image(layout: Layout, beacon: tuple[float, float], config: CameraConfig = CLEAN):
    return camera_of(layout, config, beacon).measure()


def picture(layout: Layout, config: CameraConfig = CLEAN, seed: int = 0) -> np.ndarray:
    return camera_of(layout, config, seed=seed).measure()[0].astype(float)


def film(layout: Layout, config: CameraConfig, count: int, period_ns: int = 66_667_000):
    """Images of a robot that stands still, float [count, height, width, 3]."""
    physics = physics_of(layout)
    camera = Camera(config, physics, layout, np.random.default_rng(0))
    images = []
    for _ in range(count):
        physics.now_ns += period_ns
        images.append(camera.measure()[0])
    return np.array(images, float)


def test_the_beacon_is_red_and_where_it_stands(room):
    picture, pixels = image(room(), beacon=(3.0, 1.0))
    red = (picture[..., 0] > 120) & (picture[..., 1] < 40) & (picture[..., 2] < 40)
    assert picture.shape == (48, 64, 3)
    assert picture.dtype == np.uint8
    assert red.sum() == pixels > 20
    assert np.flatnonzero(red.any(axis=0)).max() < 32, 'left of the robot is left in the image'


def test_the_sky_is_on_top_and_the_floor_below(room):
    picture, _ = image(room(), beacon=(-3.0, 0.0))
    assert picture[0, 0].tolist() == list(SKY)
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
    means = [picture(room(), CameraConfig(), seed).mean() for seed in range(12)]
    assert np.std(means) > 5.0


def test_an_image_without_faults_is_the_one_that_mujocos_rays_give():
    layout = scenario().world.build(np.random.default_rng(4))
    x, y, _ = layout.start
    physics = physics_of(layout, (x + 1.5, y + 0.5))
    camera = Camera(CLEAN, physics, layout, np.random.default_rng(2))
    chance = np.random.default_rng(2)
    chance.uniform()
    chance.normal(size=3)
    sun = chance.uniform(-np.pi, np.pi)
    expected = rendered(physics, layout, (0.6 * np.cos(sun), 0.6 * np.sin(sun), 0.8))
    assert (camera.measure()[0] == expected).all()


def rendered(physics: Physics, layout: Layout, sun: tuple[float, float, float]) -> np.ndarray:
    """Flat colours, half lit by the sun, and tiles of 1 m."""
    model, data = physics.model, physics.data
    groups = np.zeros(6, np.uint8)
    groups[[SOLID_GROUP, FLOOR_GROUP]] = 1
    site = model.site('camera').id
    rays = pinhole(CLEAN) @ data.site_xmat[site].reshape(3, 3).T
    count, origin = len(rays), data.site_xpos[site]
    geoms, distances, normals = np.empty(count, np.int32), np.empty(count), np.empty(3 * count)
    mujoco.mj_multiRay(
        model,
        data,
        origin,
        rays.ravel(),
        groups,
        True,
        -1,
        geoms,
        distances,
        normals,
        count,
        CLEAN.far,
    )
    colours = (255.0 * model.geom_rgba[geoms, :3]).astype(np.float32)
    tiles = np.floor(origin[:2] + rays[:, :2] * distances[:, None]).astype(int).sum(axis=1)
    dark = (geoms == model.geom('floor').id) & (tiles % 2 == 1)
    colours[dark] = 255.0 * np.array(layout.look.floor[1])
    shade = 0.7 + 0.3 * np.maximum(normals.reshape(-1, 3) @ sun, 0.0)
    colours[geoms < 0], shade[geoms < 0] = 255.0 * np.array(layout.look.sky), 1.0
    colours *= shade.astype(np.float32)[:, None]
    return colours.astype(np.uint8).reshape(CLEAN.height, CLEAN.width, 3)


def test_brightness_scales_the_whole_image_and_night_is_dark(room):
    day, dusk = picture(room()), picture(room(), replace(CLEAN, brightness=(0.5, 0.5)))
    assert dusk == pytest.approx(day / 2, abs=1.0)
    assert picture(room(), replace(CLEAN, brightness=(0.05, 0.2))).max() < 0.2 * 255


def test_pixel_noise_is_as_configured_and_grows_in_the_dark(room):
    dim = replace(CLEAN, brightness=(0.4, 0.4), noise=0.01)
    for config, expected in ((dim, 0.01), (replace(dim, dark_noise=0.05), 0.01 + 0.05 * 0.6)):
        spread = film(room(), config, 30)[:, :, :, 2].std(axis=0)
        # whole grey levels add a twelfth to the variance
        wanted = np.sqrt((255.0 * expected) ** 2 + 1 / 12)
        assert np.median(spread) == pytest.approx(wanted, rel=0.1)


@pytest.mark.parametrize('distance', [2.0, 6.0])
def test_fog_blends_a_surface_with_its_own_colour_by_koschmieders_law(room, distance):
    eye = JACKAL.camera_position[0]
    wall = Box(eye + distance + 0.05, 0.0, 0.0, 0.05, 8.0, 1.8, BLUE)
    clear, foggy = picture(room(wall)), picture(room(wall), replace(CLEAN, fog=8.0))
    passed = np.exp(-np.log(20.0) / 8.0 * distance)
    centre = (slice(22, 25), slice(31, 33))
    expected = passed * clear[centre] + (1 - passed) * 0.78 * 255.0
    assert foggy[centre] == pytest.approx(expected, abs=2.0)


def test_fog_swallows_the_sky_and_a_beacon_beyond_its_visibility(room):
    foggy = replace(CLEAN, fog=5.0)
    assert picture(room(), foggy)[0, 0] == pytest.approx([0.78 * 255.0] * 3, abs=1.0)
    assert image(room(), (4.0, 0.0), foggy)[1] == image(room(), (4.0, 0.0))[1] > 0
    assert image(room(), (6.0, 0.0), foggy)[1] == 0 < image(room(), (6.0, 0.0))[1]


def test_rain_is_as_many_bright_streaks_as_configured_and_falls(room):
    dark = replace(room(), look=replace(room().look, sky=(0.2, 0.2, 0.2)))
    dry = picture(dark)
    drops = [film(dark, replace(CLEAN, rain=rain), 60) - dry for rain in (5.0, 20.0)]
    assert min(images.min() for images in drops) >= 0.0, 'streaks are brighter than all behind'
    wet = [np.count_nonzero(images.max(axis=3)) / len(images) for images in drops]
    # a streak is 4 to 10 pixels long, and some of it falls outside the image
    assert 5 * 4 < wet[0] < 5 * 10
    assert wet[1] / wet[0] == pytest.approx(4.0, rel=0.15)
    assert (drops[1][0] != drops[1][1]).any()


def test_blur_softens_edges_and_keeps_the_light(room):
    post = room(Cylinder(2.0, 0.0, 0.2, 1.8, (1.0, 1.0, 1.0)))
    sharp, soft = picture(post), picture(post, replace(CLEAN, blur=1.0))
    assert np.abs(np.diff(soft, axis=1)).max() < 0.6 * np.abs(np.diff(sharp, axis=1)).max()
    assert soft.mean() == pytest.approx(sharp.mean(), abs=1.0)


def test_an_open_shutter_smears_what_turns_by_and_only_sideways(room):
    layout = room(Cylinder(2.0, 0.0, 0.2, 1.8, (1.0, 1.0, 1.0)))
    steps = {}
    for turning in (0.0, 3.0):
        physics = physics_of(layout)
        camera = Camera(replace(CLEAN, shutter=0.05), physics, layout, np.random.default_rng(0))
        physics.data.qvel[5] = turning
        seen = camera.measure()[0].astype(float)
        steps[turning] = [np.abs(np.diff(seen, axis=axis)).max() for axis in (0, 1)]
    assert steps[3.0][1] < 0.8 * steps[0.0][1]
    assert steps[3.0][0] == pytest.approx(steps[0.0][0], abs=2.0)


def test_auto_exposure_shows_a_dim_scene_as_bright_as_a_light_one(room):
    means = [
        picture(room(), replace(CLEAN, brightness=(light, light), exposure_lag=0.5)).mean()
        for light in (0.3, 0.6)
    ]
    assert means == pytest.approx([0.45 * 255] * 2, rel=0.05)


def test_exposure_drift_wanders_about_one_with_the_configured_spread(room):
    images = film(room(), replace(CLEAN, brightness=(0.4, 0.4), exposure_drift=0.2), 400, 10**9)
    gains = np.log(images.mean(axis=(1, 2, 3)))
    assert gains.std() == pytest.approx(0.2, rel=0.15)
    slow = film(room(), replace(CLEAN, brightness=(0.4, 0.4), exposure_drift=0.2), 50, 10**7)
    assert np.abs(np.diff(np.log(slow.mean(axis=(1, 2, 3))))).max() < 0.1


def test_a_colour_cast_rolls_through_the_channels_slowly(room):
    plain = replace(CLEAN, brightness=(0.5, 0.5))
    images = film(room(), replace(plain, colour_cast=0.2), 300, 200_000_000)
    gains = images.mean(axis=(1, 2)) / picture(room(), plain).mean(axis=(0, 1))
    assert gains.max(axis=0) == pytest.approx([1.2] * 3, abs=0.02)
    assert gains.min(axis=0) == pytest.approx([0.8] * 3, abs=0.02)
    assert np.abs(np.diff(gains, axis=0)).max() < 0.05
    assert np.ptp(gains[:, [0, 1]] / gains[:, [1, 2]], axis=0).min() > 0.1, 'each its own way'


def test_one_seed_gives_one_film_with_all_that_can_go_wrong(room):
    config = CameraConfig(
        fog=20.0, rain=20.0, blur=0.5, exposure_lag=1.0, exposure_drift=0.2, colour_cast=0.1
    )
    assert (film(room(), config, 5) == film(room(), config, 5)).all()
    assert (picture(room(), config, seed=1) != picture(room(), config, seed=2)).any()


def test_weather_and_exposure_leave_the_episodes_light_and_noise_alone(room):
    plain = CameraConfig()
    rainy = picture(room(), replace(plain, rain=3.0), seed=5)
    assert (rainy == picture(room(), plain, seed=5)).mean() > 0.95


@pytest.mark.parametrize(('field', 'value'), [('fog', 0.0), ('rain', -1.0), ('blur', -0.5)])
def test_a_nonsensical_setting_is_refused_by_name(field, value):
    with pytest.raises(ConfigError, match=rf'{field} is {value}'):
        validated(CameraConfig, {field: value}, 'camera')
