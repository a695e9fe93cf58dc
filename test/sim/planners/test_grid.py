"""Shortest ways through a layout."""

import math

import numpy as np
import pytest

from liquid_control_sim.planners import Grid
from liquid_control_sim.worlds import Box


def test_the_way_leads_around_what_stands_between(room):
    wall = Box(0.0, 0.0, 0.0, 0.2, 3.0, 1.0, (0.5, 0.5, 0.5))
    grid = Grid(room(wall, half_size=(5.0, 5.0)), comfort_price=0.0)
    way = grid.cost_to(3.0, 0.0)
    path = way.path(-3.0, 0.0, length=20.0)
    assert math.dist(path[-1].at, (3.0, 0.0)) < 0.1
    assert min(place.clearance for place in path) >= 0.3
    around = 2 * math.hypot(2.65, 3.3) + 0.7
    assert way.cost(-3.0, 0.0) == pytest.approx(around, rel=0.05)


def test_the_cost_of_open_ground_is_its_length(room):
    way = Grid(room(half_size=(5.0, 5.0)), comfort_price=0.0).cost_to(2.0, 1.0)
    for place in ((-3.0, 1.0), (2.0, -3.0), (-1.0, -2.0), (0.33, 3.71)):
        assert way.cost(*place) == pytest.approx(math.dist(place, (2.0, 1.0)), rel=0.03, abs=0.1)


def test_clearances_between_cells_are_interpolated(room):
    grid = Grid(room(Box(0.0, 0.0, 0.0, 0.2, 3.0, 1.0, (0.5, 0.5, 0.5)), half_size=(5.0, 5.0)))
    places = np.array([[1.234, 0.517], [-2.071, 0.0]])
    assert grid.rooms(places) == pytest.approx([1.034, 1.871], abs=1e-6)


def test_a_place_outside_counts_as_the_nearest_one_inside(room):
    way = Grid(room(half_size=(5.0, 5.0)), comfort_price=0.0).cost_to(0.0, 0.0)
    assert way.cost(50.0, 0.0) == pytest.approx(way.cost(4.95, 0.0), abs=0.02)
