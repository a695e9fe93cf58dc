"""In which directions a source looks."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.safety import View, read_beams
from liquid_control.safety.blind import Sight, gaps, unseen, within

WIDE = math.radians(10.0)


def degrees(*angles):
    return np.radians(np.array(angles, float))


def sight(seen, failed=(), origin=(0.0, 0.0)):
    return Sight(View(np.empty((0, 2)), degrees(*seen), degrees(*failed), origin), WIDE)


def hidden(sight, points):
    """Those of the points to which this sight, the only one, does not look."""
    sectors = np.insert(sight.blind, 0, 0.0, axis=1)
    return unseen(points, sight.origin[None], sectors)


def at(*bearings):
    return np.stack((np.cos(degrees(*bearings)), np.sin(degrees(*bearings))), axis=1)


def test_a_scan_says_what_it_hit_where_it_is_clear_and_what_it_missed():
    ranges = np.array([2.0, np.inf, -np.inf, np.nan], np.float32)
    view = read_beams(ranges, degrees(0, 90, 180, 270), range_min=0.1, origin=(0.5, 0.0))
    np.testing.assert_allclose(view.points, [[2.5, 0.0], [0.4, 0.0]], atol=1e-6)
    np.testing.assert_allclose(view.seen, degrees(0, 90, 180))
    np.testing.assert_allclose(view.failed, degrees(270))


def test_a_front_lidar_is_blind_behind():
    front = sight(range(-135, 136))
    assert len(hidden(front, at(0, 100, -134))) == 0
    assert len(hidden(front, at(180, 150, -150))) == 3
    assert not front.fails(at(180, 150, -150)).any()


def test_single_missing_beams_hide_nothing():
    assert len(sight(range(0, 360, 5), failed=range(1, 360, 5)).blind) == 0


def test_a_dead_sector_is_blind_and_has_failed():
    dirty = sight([*range(-135, 20), *range(40, 136)], failed=range(20, 40))
    np.testing.assert_array_equal(hidden(dirty, at(30, 0)), at(30))
    assert dirty.fails(at(30, 180, 0)).tolist() == [True, False, False]


def test_a_dead_beam_at_the_edge_of_the_mounting_gap_is_no_failure():
    assert len(sight(range(-135, 135), failed=[135]).failed) == 0


def test_directions_are_those_from_the_source():
    front = sight(range(-135, 136), origin=(1.0, 0.0))
    assert len(hidden(front, np.array([[0.0, 0.0]]))) == 1
    assert len(hidden(front, np.array([[1.5, 0.0]]))) == 0


@settings(deadline=None)
@given(st.lists(st.floats(-10.0, 10.0), max_size=40), st.floats(-10.0, 10.0))
def test_a_bearing_is_blind_if_every_beam_is_too_far_from_it(beams, bearing):
    away = [abs(math.remainder(bearing - beam, math.tau)) for beam in beams]
    blind = within(np.array([bearing]), gaps(np.array(beams), WIDE))[0]
    margin = min(away, default=math.inf) - WIDE / 2.0
    if abs(margin) > 1e-9:
        assert blind == (margin > 0.0)


@pytest.mark.parametrize('bearings', [[], [math.nan], [math.inf, math.nan]])
def test_without_any_beam_all_is_blind(bearings):
    assert within(np.linspace(0.1, 6.0, 9), gaps(np.array(bearings), WIDE)).all()


@pytest.mark.parametrize(
    ('wrong', 'message'),
    [
        ({'points': np.zeros(3)}, r'points have shape \(3,\)'),
        ({'points': np.zeros((2, 3))}, r'points have shape \(2, 3\)'),
        ({'seen': np.zeros((2, 2))}, 'seen and failed have shapes'),
        ({'origin': (math.nan, 0.0)}, 'origin is'),
    ],
)
def test_what_is_no_view_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        View(**{'points': np.empty((0, 2)), 'seen': np.empty(0)} | wrong)
