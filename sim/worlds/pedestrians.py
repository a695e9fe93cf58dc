"""A hall with people in it, and things for them to step out from behind."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.worlds.layout import Box, Cylinder, Layout, Mover, Obstacle, Point
from liquid_control_sim.worlds.look import draw_look, muted, vivid
from liquid_control_sim.worlds.placing import first_place, with_obstacles
from liquid_control_sim.worlds.walk import Walk
from liquid_control_sim.worlds.wet import with_wet_patches


@configured
class Pedestrians:
    """Ranges that a hall is drawn from; metres, m/s.

    length, width: of the hall. things: pillars and stalls as high as people, `gap` apart.
    people: how many. speed: of each way of each of them. apart: from the robot at the start.
    wet: how many wet patches there are.
    """

    type: Literal['pedestrians'] = 'pedestrians'
    length: tuple[float, float] = (10.0, 14.0)
    width: tuple[float, float] = (5.0, 8.0)
    wall_height: float = 2.2
    things: tuple[int, int] = (4, 8)
    gap: float = 0.9
    people: tuple[int, int] = (4, 8)
    radius: float = 0.25
    height: float = 1.7
    speed: tuple[float, float] = (0.4, 1.4)
    apart: float = 2.0
    wet: tuple[int, int] = (0, 0)

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw a hall. Raises ValueError when there is no room for the robot or the people."""
        empty = Layout(
            half_size=(rng.uniform(*self.length) / 2, rng.uniform(*self.width) / 2),
            obstacles=(),
            start=(0.0, 0.0, 0.0),
            wall_height=self.wall_height,
            look=draw_look(rng),
        )
        layout = with_obstacles(empty, list(self._things(rng)), self.gap, rng)
        x, y = first_place(layout, 0.6, rng)
        layout = replace(layout, start=(x, y, rng.uniform(-np.pi, np.pi)))
        layout = replace(layout, movers=tuple(self._people(layout, rng)))
        return with_wet_patches(layout, self.wet, rng)

    def _things(self, rng: np.random.Generator) -> Iterator[Obstacle]:
        for _ in range(rng.integers(*self.things, endpoint=True)):
            height, paint = rng.uniform(1.8, 2.2), muted(rng, value=(0.3, 0.8))
            if rng.random() < 0.5:
                yield Cylinder(0.0, 0.0, rng.uniform(0.2, 0.4), height, paint)
            else:
                half = rng.uniform((0.5, 0.15), (1.0, 0.5))
                yield Box(0.0, 0.0, rng.choice([0.0, np.pi / 2]), half[0], half[1], height, paint)

    def _people(self, layout: Layout, rng: np.random.Generator) -> Iterator[Mover]:
        number = int(rng.integers(*self.people, endpoint=True))
        places = self._apart(layout, rng)[:number]
        if len(places) < number:
            raise ValueError(f'people is {self.people}, but {number} find no place in the hall')
        for (x, y), paint in zip(places, vivid(rng, number), strict=True):
            body = Cylinder(x, y, self.radius, self.height, paint)
            yield Mover(body, Walk((x, y), self.radius, self.speed))

    def _apart(self, layout: Layout, rng: np.random.Generator) -> list[Point]:
        """Places away from the robot and from each other."""
        places: list[Point] = []
        for x, y in layout.free_places(rng, self.radius + 0.15, count=1024).tolist():
            from_robot = math.dist((x, y), layout.start[:2])
            from_others = min((math.dist((x, y), other) for other in places), default=math.inf)
            if from_robot >= self.apart and from_others >= 4 * self.radius:
                places.append((x, y))
        return places
