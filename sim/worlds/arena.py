"""The arena: a walled room with boxes, cylinders, and posts that are not the beacon."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.worlds.layout import Box, Cylinder, Layout, Look, Obstacle
from liquid_control_sim.worlds.look import draw_look, muted, vivid
from liquid_control_sim.worlds.placing import first_place, with_obstacles
from liquid_control_sim.worlds.wet import with_wet_patches


@configured
class Arena:
    """Ranges that an arena is drawn from; metres.

    gap: between any two obstacles, and between them and the walls. As it is wider than the
        robot, every free place can be reached from every other one.
    start_clearance: from the robot's centre to anything at the start.
    wet: how many wet patches there are.
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
    wet: tuple[int, int] = (0, 0)

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
        layout = with_obstacles(empty, list(_posts(self, rng)), self.gap, rng)
        if len(layout.obstacles) < self.distractors:
            raise ValueError(f'{self.distractors} distractors do not fit into the arena')
        layout = with_obstacles(layout, list(_furniture(self, rng)), self.gap, rng)
        if len(layout.obstacles) < self.distractors + self.obstacles[0]:
            raise ValueError(f'{self.obstacles[0]} obstacles do not fit into the arena')
        x, y = first_place(layout, self.start_clearance, rng)
        layout = replace(layout, start=(x, y, rng.uniform(-np.pi, np.pi)))
        return with_wet_patches(layout, self.wet, rng)


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
    for paint in vivid(rng, config.distractors):
        yield Cylinder(0.0, 0.0, Look.beacon_radius, Look.beacon_height, paint)
