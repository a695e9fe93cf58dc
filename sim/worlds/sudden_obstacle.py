"""A hall with niches, out of which something comes when the robot is about to pass."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.worlds.ambush import Ambush
from liquid_control_sim.worlds.layout import Cylinder, Layout, Mover
from liquid_control_sim.worlds.look import draw_look, vivid
from liquid_control_sim.worlds.plan import Rectangle, solid

_NICHE, _DEPTH = 0.7, 1.2
"""Metres wide and deep: who stands at the back of it is not seen until one is almost there."""
_BACK = 0.3
"""From the back of the niche to the centre of who stands there, metres."""


class _Niche(NamedTuple):
    x: float
    side: float
    """1.0: left of who drives along x; -1.0: right."""


@configured
class SuddenObstacle:
    """Ranges that a hall is drawn from; metres, seconds, m/s.

    length, width: of the hall, without its niches. niches: how many there are; in `obstacles` of
        them something waits, at least `after` metres from the start.
    time_to_collision: between the robot at its present speed and the obstacle, when that comes
        into the open. speed: at which it comes; it crosses half the hall in about 0.5 s.
    stay: how long it stands in the way. The robot can drive round it, or wait.

    A robot at speed v that reacts after r seconds and brakes at a stops within v r + v^2 / (2 a),
    so in time if

        time_to_collision > r + v / (2 a)

    A Jackal (3 m/s^2) at 2 m/s with 0.4 s for sensor, policy and motors needs 0.73 s; a TurtleBot
    (1 m/s^2) at 0.3 m/s needs 0.55 s. At 1.2 s and more a collision is the policy's fault.
    """

    type: Literal['sudden_obstacle'] = 'sudden_obstacle'
    length: tuple[float, float] = (11.0, 15.0)
    width: tuple[float, float] = (2.6, 3.4)
    wall_height: float = 1.8
    niches: tuple[int, int] = (4, 7)
    obstacles: tuple[int, int] = (1, 3)
    after: float = 3.5
    radius: float = 0.25
    height: float = 1.2
    time_to_collision: tuple[float, float] = (1.2, 2.5)
    speed: float = 3.0
    stay: float = 3.0

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw a hall. The robot starts at its one end; the goal is at the other."""
        length, width = rng.uniform(*self.length), rng.uniform(*self.width)
        niches = self._niches(length, rng)
        half_size = length / 2, width / 2 + _DEPTH + 0.1
        look = draw_look(rng)
        floor = [Rectangle.around(0.0, 0.0, length, width)]
        middle = (width + _DEPTH) / 2
        floor += [Rectangle.around(n.x, n.side * middle, _NICHE, _DEPTH) for n in niches]
        start = -length / 2 + 0.8, rng.uniform(-0.3, 0.3), rng.normal(0.0, 0.1)
        far = [niche for niche in niches if niche.x - start[0] >= self.after]
        number = rng.integers(*self.obstacles, endpoint=True)
        manned = [far[index] for index in rng.permutation(len(far))[:number]]
        return Layout(
            half_size=half_size,
            obstacles=solid(half_size, floor, self.wall_height, look.wall),
            start=start,
            wall_height=self.wall_height,
            goal=(length / 2 - 0.8, 0.0),
            movers=tuple(self._movers(manned, width, rng)),
            look=look,
        )

    def _niches(self, length: float, rng: np.random.Generator) -> list[_Niche]:
        """Left or right, one in each of as many equal parts of the hall."""
        number = int(rng.integers(*self.niches, endpoint=True))
        part = (length - 2.0) / number
        places = 1.0 - length / 2 + part * (np.arange(number) + 0.5)
        places += rng.uniform(-0.5, 0.5, number) * max(part - _NICHE - 0.3, 0.0)
        sides = rng.choice([-1.0, 1.0], number)
        return [_Niche(*niche) for niche in zip(places.tolist(), sides.tolist(), strict=True)]

    def _movers(
        self, niches: list[_Niche], width: float, rng: np.random.Generator
    ) -> Iterator[Mover]:
        for niche, paint in zip(niches, vivid(rng, len(niches)), strict=True):
            begin = niche.x, niche.side * (width / 2 + _DEPTH - _BACK)
            course = Ambush(
                begin=begin,
                out=(0.0, -niche.side),
                radius=self.radius,
                cover=_DEPTH - _BACK - self.radius,
                farthest=_DEPTH - _BACK + width - self.radius,
                time_to_collision=self.time_to_collision,
                speed=self.speed,
                stay=self.stay,
            )
            yield Mover(Cylinder(*begin, self.radius, self.height, paint), course)
