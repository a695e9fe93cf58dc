"""Arenas are reproducible, passable, and red is the beacon's alone."""

import colorsys
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from liquid_control_sim.scenario import scenario
from liquid_control_sim.worlds import Arena, Look

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


def test_patches_are_only_added_and_the_arena_stays():
    dry, wet = arena(5), Arena(wet=(2, 4)).build(np.random.default_rng(5))
    assert 2 <= len(wet.patches) <= 4
    assert all(0.0 < patch.friction < 1.0 for patch in wet.patches)
    assert replace(wet, patches=()) == dry
