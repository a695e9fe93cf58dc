"""Putting things where there is room for them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from liquid_control_sim.worlds.layout import Cylinder, Layout, Obstacle, Point


def with_obstacles(
    layout: Layout, obstacles: Sequence[Obstacle], gap: float, rng: np.random.Generator
) -> Layout:
    """Add the obstacles at free places, the widest first; what finds no place is left out.

    gap: between any two, and between them and the walls, metres.
    """
    for obstacle in sorted(obstacles, key=_reach, reverse=True):
        places = layout.free_places(rng, _reach(obstacle) + gap)
        if len(places):
            x, y = places[0]
            placed = replace(obstacle, x=float(x), y=float(y))
            layout = replace(layout, obstacles=(*layout.obstacles, placed))
    return layout


def first_place(layout: Layout, clearance: float, rng: np.random.Generator) -> Point:
    """A random place with this clearance. Raises ValueError when there is none."""
    places = layout.free_places(rng, clearance, count=4096)
    if not len(places):
        raise ValueError(f'no place with {clearance} m of clearance for the robot to start')
    return float(places[0, 0]), float(places[0, 1])


def _reach(obstacle: Obstacle) -> float:
    """Radius of the smallest circle around the obstacle."""
    if isinstance(obstacle, Cylinder):
        return obstacle.radius
    return float(np.hypot(obstacle.half_length, obstacle.half_width))
