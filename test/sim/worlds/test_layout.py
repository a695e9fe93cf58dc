"""Distances and ways in a layout."""

import numpy as np
import pytest

from liquid_control_sim.worlds import Box, Cylinder

GREY = (0.5, 0.5, 0.5)


def test_clearance_is_the_distance_to_the_nearest_surface(room):
    layout = room(
        Box(2.0, 0.0, np.pi / 4, 1.0, 0.5, 1.0, GREY),
        Cylinder(-3.0, 0.0, 0.5, 1.0, GREY),
        half_size=(5.0, 4.0),
    )
    along = np.array([np.cos(np.pi / 4), np.sin(np.pi / 4)])
    points = np.array([[-2.0, 0.0], [-3.0, 0.0], [2.0, 0.0], [2.0, 0.0] + 1.7 * along, [4.8, 3.0]])
    assert layout.clearance(points) == pytest.approx([0.5, -0.5, -0.5, 0.7, 0.2])


def test_many_alike_cylinders_are_as_far_as_each_alone(room):
    rng = np.random.default_rng(0)
    alike = [Cylinder(x, y, 0.075, 1.0, GREY) for x, y in rng.uniform(-4.0, 4.0, (50, 2))]
    points = rng.uniform(-5.0, 5.0, (40, 50, 2))
    nearest = np.minimum.reduce([item.distance(points) for item in alike])
    walls = (5.0 - np.abs(points)).min(-1)
    layout = room(*alike, Box(0.0, 0.0, 0.3, 1.0, 0.2, 1.0, GREY), half_size=(5.0, 5.0))
    expected = np.minimum.reduce([nearest, walls, layout.obstacles[-1].distance(points)])
    assert layout.clearance(points) == pytest.approx(expected)


def test_what_is_walled_off_cannot_be_reached(room):
    wall = Box(0.0, 0.0, np.pi / 2, 5.0, 0.1, 1.0, GREY)
    layout = room(wall, start=(-2.0, 0.0, 0.0), half_size=(5.0, 5.0))
    places = layout.reachable_places(np.random.default_rng(0), 0.4)
    assert len(places) > 50
    assert (places[:, 0] < 0.0).all()


@pytest.mark.parametrize(('door', 'opens'), [(0.6, False), (0.9, True)])
def test_a_door_is_a_way_if_the_robot_fits_through(room, door, opens):
    half = (5.0 - door / 2) / 2
    walls = [
        Box(0.0, sign * (door / 2 + half), np.pi / 2, half, 0.1, 1.0, GREY) for sign in (-1, 1)
    ]
    layout = room(*walls, start=(-2.0, 0.0, 0.0), half_size=(5.0, 5.0))
    places = layout.reachable_places(np.random.default_rng(0), 0.4)
    assert (places[:, 0] > 0.0).any() == opens
