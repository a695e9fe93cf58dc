import math
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from liquid_control.safety import Polygon, circle, rectangle

BOX = rectangle(front=0.3, rear=0.2, half_width=0.2)
HOOK = Polygon(((0.4, 0.3), (-0.3, 0.3), (-0.3, -0.3), (0.4, -0.3), (0.4, -0.1), (0.0, 0.0)))
coordinates = st.floats(-2.0, 2.0)
points = st.tuples(coordinates, coordinates).map(lambda point: np.array([point]))


def rounded(low, high):
    return st.floats(low, high).map(lambda value: round(value, 6))


def entry(polygon, x, y, velocity, turn):
    return polygon.entry_times(np.array([[x, y]]), velocity, turn)[0]


def seen_from_the_robot(point, velocity, turn, times):
    """Where the standing point is in the frame of the robot after these times on the arc."""
    angle = turn * times
    if turn == 0.0:
        x, y = velocity * times, np.zeros_like(times)
    else:
        x, y = velocity / turn * np.sin(angle), velocity / turn * (1.0 - np.cos(angle))
    away_x, away_y = point[0, 0] - x, point[0, 1] - y
    forward = np.cos(angle) * away_x + np.sin(angle) * away_y
    left = np.cos(angle) * away_y - np.sin(angle) * away_x
    return np.stack((forward, left), axis=1)


def to_the_outline(polygon, point):
    """Metres from a point [2] to the nearest edge."""
    along = ((point - polygon.starts) * polygon.edges).sum(axis=1) / (polygon.edges**2).sum(axis=1)
    nearest = polygon.starts + np.clip(along, 0.0, 1.0)[:, None] * polygon.edges
    return np.hypot(*(point - nearest).T).min()


def test_a_point_is_inside_or_not():
    inside = BOX.inside(np.array([[0.0, 0.0], [0.29, 0.19], [0.31, 0.0], [-0.21, 0.0]]))
    assert inside.tolist() == [True, True, False, False]


def test_a_notch_is_outside():
    assert HOOK.inside(np.array([[0.3, -0.05], [0.3, 0.25], [-0.2, 0.0]])).tolist() == [
        False,
        True,
        True,
    ]


def test_the_sense_of_rotation_does_not_matter():
    turned = Polygon(BOX.vertices[::-1])
    assert entry(turned, 1.0, 0.0, 0.5, 0.0) == pytest.approx(1.4)


def test_driving_straight_takes_the_way_to_the_front():
    assert entry(BOX, 1.0, 0.1, 0.5, 0.0) == pytest.approx(1.4)
    assert entry(BOX, -1.0, 0.1, -0.5, 0.0) == pytest.approx(1.6)
    assert entry(BOX, 1.0, 0.25, 0.5, 0.0) == math.inf
    assert entry(BOX, 1.0, 0.0, -0.5, 0.0) == math.inf


def test_turning_in_place_a_corner_comes_round():
    assert entry(BOX, 0.32, 0.0, 0.0, 1.0) == pytest.approx(math.acos(0.3 / 0.32))
    assert entry(BOX, math.hypot(0.3, 0.2) + 0.001, 0.0, 0.0, 1.0) == math.inf


def test_a_point_inside_is_there_at_once_and_standing_meets_nothing():
    assert entry(BOX, 0.1, 0.0, 0.3, 1.0) == 0.0
    assert entry(BOX, 0.1, 0.0, 0.0, 0.0) == 0.0
    assert entry(BOX, 0.5, 0.0, 0.0, 0.0) == math.inf


def test_an_almost_straight_arc_is_as_good_as_a_straight_one():
    for turn in (1e-12, -1e-7, 2e-6, -1e-5):
        assert entry(BOX, 1.0, 0.1, 0.5, turn) == pytest.approx(1.4, abs=1e-4)


@settings(deadline=None, max_examples=200)
@given(points, rounded(-1.0, 1.0), rounded(-2.0, 2.0), st.sampled_from((BOX, HOOK)))
def test_at_its_entry_the_point_is_on_the_outline_and_never_inside_before(
    point, velocity, turn, polygon
):
    assume(to_the_outline(polygon, point[0]) > 1e-3)
    solved = polygon.entry_times(point, velocity, turn)[0]
    if 0.0 < solved < 10.0:
        (there,) = seen_from_the_robot(point, velocity, turn, np.array([solved]))
        assert to_the_outline(polygon, there) < 1e-5
    before = seen_from_the_robot(point, velocity, turn, np.arange(0.0, min(solved, 3.0), 0.003))
    for place in before[polygon.inside(before)]:
        assert to_the_outline(polygon, place) < 1e-5


@settings(deadline=None)
@given(points, st.floats(0.05, 1.0))
def test_a_circle_holds_what_the_round_one_holds_and_two_percent_more(point, radius):
    distance = math.hypot(*point[0])
    held = bool(circle(radius).inside(point)[0])
    assert held or distance >= radius * (1.0 - 1e-9)
    assert not held or distance <= radius * 1.02


def test_padding_moves_each_side_outward():
    padded = BOX.padded(front=0.1, rear=0.2, side=0.3)
    assert sorted(padded.vertices) == sorted(rectangle(0.4, 0.4, 0.5).vertices)


def test_turning_to_the_left_brings_the_front_to_the_left():
    turned = BOX.turned(math.pi / 2.0)
    assert turned.inside(np.array([[0.0, 0.29], [0.29, 0.0]])).tolist() == [True, False]


@pytest.mark.parametrize(
    ('vertices', 'message'),
    [
        (((0, 0), (1, 0)), 'polygon has 2 vertices, wanted 3 to 64'),
        (((0, 0), (1, 0), (2, 0)), 'which has no area'),
        (((0, 0), (1, 0), (0, math.nan)), 'wanted finite numbers'),
        (((0, 0), (1, 0), (0,)), 'wanted pairs (x, y)'),
        (((0, 0),) * 65, 'polygon has 65 vertices, wanted 3 to 64'),
    ],
)
def test_what_is_no_polygon_is_refused(vertices, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Polygon(vertices)


@pytest.mark.parametrize('radius', [0.0, -1.0, math.nan, math.inf])
def test_a_circle_without_extent_is_refused(radius):
    with pytest.raises(ValueError, match='radius is'):
        circle(radius)
