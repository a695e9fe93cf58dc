"""The arena: a walled room with boxes, cylinders, and posts that are not the beacon."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.worlds.layout import Box, Cylinder, Layout, Look, Obstacle
from liquid_control_sim.worlds.look import colour, draw_look, muted

BLUE, GREEN, YELLOW, MAGENTA = 0.61, 0.36, 0.155, 0.83
"""Hues of the distractors. Red is the beacon's alone; nothing comes closer to it than sand."""


@configured
class Arena:
    """Ranges that an arena is drawn from; metres.

    gap: between any two obstacles, and between them and the walls. As it is wider than the
        robot, every free place can be reached from every other one.
    start_clearance: from the robot's centre to anything at the start.
    """

    type: Literal['arena'] = 'arena'
    size: tuple[float, float] = (9.0, 11.0)
    wall_height: float = 1.8
    obstacles: tuple[int, int] = (8, 14)
    half_extent: tuple[float, float] = (0.15, 0.5)
    height: tuple[float, float] = (0.5, 1.2)
    gap: float = 0.9
    distractors: int = 3
    start_clearance: float = 0.7

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw an arena. The same generator state gives the same arena.

        Raises ValueError when the lowest number of obstacles does not fit.
        """
        empty = Layout(
            half_size=(rng.uniform(*self.size) / 2, rng.uniform(*self.size) / 2),
            obstacles=(),
            start=(0.0, 0.0, 0.0),
            wall_height=self.wall_height,
            look=draw_look(rng),
        )
        layout = _place(empty, list(_posts(self, rng)), self.gap, rng)
        if len(layout.obstacles) < self.distractors:
            raise ValueError(f'{self.distractors} distractors do not fit into the arena')
        layout = _place(layout, list(_furniture(self, rng)), self.gap, rng)
        if len(layout.obstacles) < self.distractors + self.obstacles[0]:
            raise ValueError(f'{self.obstacles[0]} obstacles do not fit into the arena')
        x, y = _first_place(layout, self.start_clearance, rng)
        return replace(layout, start=(x, y, rng.uniform(-np.pi, np.pi)))


def _furniture(config: Arena, rng: np.random.Generator) -> Iterator[Obstacle]:
    """Boxes and cylinders at the origin, still to be placed."""
    for _ in range(rng.integers(config.obstacles[0], config.obstacles[1], endpoint=True)):
        height, paint = rng.uniform(*config.height), muted(rng, value=(0.2, 0.8))
        if rng.random() < 0.5:
            half = rng.uniform(*config.half_extent, 2)
            yield Box(0.0, 0.0, rng.uniform(0.0, np.pi), half[0], half[1], height, paint)
        else:
            yield Cylinder(0.0, 0.0, rng.uniform(*config.half_extent), height, paint)


def _posts(config: Arena, rng: np.random.Generator) -> Iterator[Obstacle]:
    """Distractors: the beacon's shape in other colours."""
    for hue in rng.choice([BLUE, GREEN, YELLOW, MAGENTA], config.distractors):
        paint = colour(rng, (hue - 0.02, hue + 0.02), saturation=(0.8, 1.0), value=(0.6, 1.0))
        yield Cylinder(0.0, 0.0, Look.beacon_radius, Look.beacon_height, paint)


def _place(
    layout: Layout, obstacles: list[Obstacle], gap: float, rng: np.random.Generator
) -> Layout:
    """Add the obstacles at free places, the widest first; what finds no place is left out."""
    for obstacle in sorted(obstacles, key=_reach, reverse=True):
        places = layout.free_places(rng, _reach(obstacle) + gap)
        if len(places):
            x, y = places[0]
            placed = replace(obstacle, x=float(x), y=float(y))
            layout = replace(layout, obstacles=(*layout.obstacles, placed))
    return layout


def _reach(obstacle: Obstacle) -> float:
    """Radius of the smallest circle around the obstacle."""
    if isinstance(obstacle, Cylinder):
        return obstacle.radius
    return float(np.hypot(obstacle.half_length, obstacle.half_width))


def _first_place(
    layout: Layout, clearance: float, rng: np.random.Generator
) -> tuple[float, float]:
    places = layout.free_places(rng, clearance, count=4096)
    if not len(places):
        raise ValueError(f'no place with {clearance} m of clearance in the arena')
    return float(places[0, 0]), float(places[0, 1])
