"""Arenas are reproducible, passable, and red is the beacon's alone."""

import colorsys

import numpy as np
import pytest
from scipy import ndimage

from liquid_control_sim.scenario import scenario
from liquid_control_sim.tasks import Beacon
from liquid_control_sim.worlds import Arena, Box, Cylinder, Look

JACKAL = scenario().robot

CONFIG = Arena()
SEEDS = range(25)


def arena(seed: int):
    return CONFIG.build(np.random.default_rng(seed))


def test_a_seed_is_an_arena():
    assert arena(3) == arena(3)
    assert arena(3) != arena(4)


@pytest.mark.parametrize('seed', SEEDS)
def test_everything_is_in_its_range(seed):
    layout = arena(seed)
    assert all(4.5 <= half <= 5.5 for half in layout.half_size)
    posts = [o for o in layout.obstacles if o.height == Look.beacon_height]
    furniture = [o for o in layout.obstacles if o.height != Look.beacon_height]
    assert len(posts) == CONFIG.distractors
    assert CONFIG.obstacles[0] <= len(furniture) <= CONFIG.obstacles[1]
    assert all(CONFIG.height[0] <= o.height <= CONFIG.height[1] for o in furniture)
    assert layout.clearance(np.array(layout.start[:2])) >= CONFIG.start_clearance


@pytest.mark.parametrize('seed', SEEDS)
def test_all_free_floor_is_one_piece_for_the_robot(seed):
    """Wherever the robot and the beacon are, there is a way between them."""
    layout = arena(seed)
    half_x, half_y = layout.half_size
    axes = np.arange(-half_x, half_x, 0.05), np.arange(-half_y, half_y, 0.05)
    points = np.stack(np.meshgrid(*axes, indexing='ij'), axis=-1)
    _, pieces = ndimage.label(layout.clearance(points) > JACKAL.width / 2 + 0.15)
    assert pieces == 1


@pytest.mark.parametrize('seed', SEEDS)
def test_only_the_beacon_is_red(seed):
    layout = arena(seed)
    assert redness(layout.look.beacon) > 0.6
    others = [layout.look.wall, *layout.look.floor, layout.look.sky]
    others += [obstacle.colour for obstacle in layout.obstacles]
    assert max(map(redness, others)) < 0.2


def redness(colour: tuple[float, float, float]) -> float:
    """Saturation of what has a red hue; 0 for other hues."""
    hue, saturation, _ = colorsys.rgb_to_hsv(*colour)
    return saturation if min(hue, 1.0 - hue) < 0.05 else 0.0


def test_an_overfull_arena_is_refused():
    crowded = Arena(size=(4.0, 4.0), obstacles=(30, 30))
    with pytest.raises(ValueError, match='do not fit'):
        crowded.build(np.random.default_rng(0))


def test_clearance_is_the_distance_to_the_nearest_surface(room):
    layout = room(
        Box(2.0, 0.0, np.pi / 4, 1.0, 0.5, 1.0, (0.5, 0.5, 0.5)),
        Cylinder(-3.0, 0.0, 0.5, 1.0, (0.5, 0.5, 0.5)),
        half_size=(5.0, 4.0),
    )
    along = np.array([np.cos(np.pi / 4), np.sin(np.pi / 4)])
    points = np.array([[-2.0, 0.0], [-3.0, 0.0], [2.0, 0.0], [2.0, 0.0] + 1.7 * along, [4.8, 3.0]])
    assert layout.clearance(points) == pytest.approx([0.5, -0.5, -0.5, 0.7, 0.2])


def test_beacons_stand_free_and_away_from_the_robot():
    layout, config = arena(7), Beacon()
    task = config.start(layout, np.random.default_rng(0))
    robot = np.array(layout.start[:2])
    for _ in range(50):
        place = np.array(task.beacon_xy)
        assert np.hypot(*(place - robot)) >= config.apart
        assert layout.clearance(place) >= layout.look.beacon_radius + config.gap
        robot = place + np.array([0.99 * config.reach, 0.0])
        assert task.update(*robot)


def test_a_beacon_is_reached_at_its_distance_and_single_mode_ends_there():
    layout = arena(2)
    task = Beacon(mode='single').start(layout, np.random.default_rng(0))
    x, y = task.beacon_xy
    task.update(x + 0.91, y)
    assert not task.finished
    assert not task.update(x + 0.89, y)
    assert task.finished
    assert task.reached == [(x, y)]


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValueError, match='mode'):
        Beacon(mode='twice')
