"""Rooms: a floor divided by walls with doors in them, and furniture."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.worlds.layout import Box, Colour, Cylinder, Layout, Obstacle, Point
from liquid_control_sim.worlds.look import draw_look, muted
from liquid_control_sim.worlds.placing import first_place
from liquid_control_sim.worlds.plan import Rectangle
from liquid_control_sim.worlds.wet import with_wet_patches

_THICKNESS = 0.12
_JAMB = 0.3
"""Of wall between a door and the corner next to it."""


@configured
class Rooms:
    """Ranges that rooms are drawn from; metres.

    size: of the whole floor, each side. room: what no side of a room falls below.
    door: how wide they are; a wall longer than `two_doors` has two.
    furniture: pieces for each room; what would close a way or a door is left out.
    passage: the clearance with which all of the floor can be reached.
    wet: how many wet patches there are.
    """

    type: Literal['rooms'] = 'rooms'
    size: tuple[float, float] = (10.0, 13.0)
    room: float = 3.0
    door: tuple[float, float] = (0.9, 1.3)
    two_doors: float = 6.0
    furniture: tuple[int, int] = (2, 5)
    passage: float = 0.35
    wall_height: float = 1.8
    wet: tuple[int, int] = (0, 0)

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw the rooms. ValueError when they are so small that the robot finds no place."""
        half_x, half_y = rng.uniform(*self.size) / 2, rng.uniform(*self.size) / 2
        look = draw_look(rng)
        floor = _Floor(self, rng, look.wall)
        floor.divide(Rectangle(-half_x, -half_y, half_x, half_y))
        layout = Layout(
            half_size=(half_x, half_y),
            obstacles=tuple(floor.walls),
            start=(0.0, 0.0, 0.0),
            wall_height=self.wall_height,
            look=look,
        )
        layout = self._furnished(layout, floor, rng)
        x, y = first_place(layout, self.passage + 0.15, rng)
        layout = replace(layout, start=(x, y, rng.uniform(-np.pi, np.pi)))
        return with_wet_patches(layout, self.wet, rng)

    def _furnished(self, layout: Layout, floor: '_Floor', rng: np.random.Generator) -> Layout:
        """Piece by piece, as long as the floor stays in one piece and the doors stay free."""
        placed, raster = list(layout.obstacles), layout.raster
        doors = np.array([door.at for door in floor.doors]).reshape(-1, 2)
        for room in floor.rooms:
            for piece in _furniture(room, self.furniture, rng):
                fuller = raster.with_solid(piece.distance)
                below = raster.clearance[piece.distance(raster.centres) < 0.0]
                at_doors = (piece.distance(doors) < self.door[0]).any()
                whole = fuller.regions(self.passage)[1] == 1
                if below.min(initial=np.inf) > 0.0 and not at_doors and whole:
                    placed.append(piece)
                    raster = fuller
        return replace(layout, obstacles=tuple(placed))


@dataclass(frozen=True)
class _Door:
    at: Point
    width: float


class _Floor:
    """Divides itself into rooms, wall by wall.

    A wall meets its neighbours beside their doors, so every room keeps a way to the next.
    """

    def __init__(self, config: Rooms, rng: np.random.Generator, colour: Colour) -> None:
        self.walls: list[Box] = []
        self.doors: list[_Door] = []
        self.rooms: list[Rectangle] = []
        self._config, self._rng, self._colour = config, rng, colour

    def divide(self, space: Rectangle) -> None:
        """Across its longer side, as long as both parts are large enough for a room."""
        across_x = space.x1 - space.x0 >= space.y1 - space.y0
        low, high = (space.x0, space.x1) if across_x else (space.y0, space.y1)
        low, high = low + self._config.room, high - self._config.room
        tries = self._rng.uniform(low, high, 20).tolist() if low < high else []
        at = next((at for at in tries if self._meets_no_door(space, across_x, at)), None)
        if at is None:
            self.rooms.append(space)
            return
        self._build_wall(space, across_x, at)
        edge = _THICKNESS / 2
        if across_x:
            parts = space._replace(x1=at - edge), space._replace(x0=at + edge)
        else:
            parts = space._replace(y1=at - edge), space._replace(y0=at + edge)
        for part in parts:
            self.divide(part)

    def _meets_no_door(self, space: Rectangle, across_x: bool, at: float) -> bool:
        """Whether a wall there ends beside all doors in the sides that it runs to."""
        ends = (space.y0, space.y1) if across_x else (space.x0, space.x1)
        for door in self.doors:
            place, side = door.at if across_x else door.at[::-1]
            touches = min(abs(side - end) for end in ends) < 2 * _THICKNESS
            if touches and abs(place - at) < door.width / 2 + _JAMB:
                return False
        return True

    def _build_wall(self, space: Rectangle, across_x: bool, at: float) -> None:
        """From side to side, with a door or two."""
        low, high = (space.y0, space.y1) if across_x else (space.x0, space.x1)
        parts = 2 if high - low > self._config.two_doors else 1
        bounds = np.linspace(low, high, parts + 1).tolist()
        begin = low
        for left, right in pairwise(bounds):
            width = self._rng.uniform(*self._config.door)
            margin = width / 2 + _JAMB
            middle = self._rng.uniform(left + margin, right - margin)
            self._build_piece(across_x, at, begin, middle - width / 2)
            self.doors.append(_Door((at, middle) if across_x else (middle, at), width))
            begin = middle + width / 2
        self._build_piece(across_x, at, begin, high)

    def _build_piece(self, across_x: bool, at: float, begin: float, end: float) -> None:
        middle, half = (begin + end) / 2, (end - begin) / 2
        x, y, yaw = (at, middle, np.pi / 2) if across_x else (middle, at, 0.0)
        height = self._config.wall_height
        self.walls.append(Box(x, y, yaw, half, _THICKNESS / 2, height, self._colour))


def _furniture(
    room: Rectangle, number: tuple[int, int], rng: np.random.Generator
) -> Iterator[Obstacle]:
    """Cupboards with their backs to a wall, and tables that stand free."""
    for _ in range(rng.integers(*number, endpoint=True)):
        paint = muted(rng, value=(0.2, 0.8))
        if rng.random() < 0.6:
            yield _cupboard(room, paint, rng)
        elif rng.random() < 0.5:
            x, y = _inside(room, 1.0, rng)
            yield Cylinder(x, y, rng.uniform(0.25, 0.5), rng.uniform(0.6, 0.9), paint)
        else:
            x, y = _inside(room, 1.0, rng)
            half, yaw = rng.uniform((0.4, 0.25), (0.8, 0.45)), rng.normal(0.0, 0.1)
            yield Box(x, y, yaw, half[0], half[1], rng.uniform(0.6, 0.9), paint)


def _cupboard(room: Rectangle, paint: Colour, rng: np.random.Generator) -> Box:
    length, depth = rng.uniform((0.35, 0.18), (0.8, 0.3))
    height = rng.uniform(0.7, 1.6)
    x, y = _inside(room, length, rng)
    side = rng.integers(4)
    if side < 2:
        x = (room.x0 + depth, room.x1 - depth)[side]
        return Box(x, y, np.pi / 2, length, depth, height, paint)
    y = (room.y0 + depth, room.y1 - depth)[side - 2]
    return Box(x, y, 0.0, length, depth, height, paint)


def _inside(room: Rectangle, margin: float, rng: np.random.Generator) -> Point:
    low, high = (room.x0 + margin, room.y0 + margin), (room.x1 - margin, room.y1 - margin)
    x, y = rng.uniform(low, high).tolist()
    return x, y
