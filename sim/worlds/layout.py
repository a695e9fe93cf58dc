"""What stands where, as plain geometry: to plan in, to place things in, to draw. No MuJoCo."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.spatial import cKDTree

from liquid_control_sim.worlds.raster import Raster

Colour = tuple[float, float, float]
Point = tuple[float, float]
Pose = tuple[float, float, float]


@dataclass(frozen=True)
class Box:
    """An upright box; half_length is along its own x axis, which yaw (radians) turns."""

    x: float
    y: float
    yaw: float
    half_length: float
    half_width: float
    height: float
    colour: Colour

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the surface, negative inside."""
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        dx, dy = points[..., 0] - self.x, points[..., 1] - self.y
        along = np.abs(cos * dx + sin * dy) - self.half_length
        across = np.abs(cos * dy - sin * dx) - self.half_width
        outside = np.hypot(np.maximum(along, 0.0), np.maximum(across, 0.0))
        return outside + np.minimum(np.maximum(along, across), 0.0)


@dataclass(frozen=True)
class Cylinder:
    """An upright cylinder."""

    x: float
    y: float
    radius: float
    height: float
    colour: Colour

    def distance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the surface, negative inside."""
        return np.hypot(points[..., 0] - self.x, points[..., 1] - self.y) - self.radius


Obstacle = Box | Cylinder

_ALIKE = 8
"""So many cylinders of one radius are searched by a tree instead of one by one."""


class Motion(Protocol):
    """Where a mover goes in one episode.

    entered_at: when it came out into the robot's way, seconds after the start; None before that,
        and for all that do not lie in wait.
    """

    @property
    def entered_at(self) -> float | None: ...

    def at(self, elapsed: float, robot: Pose, speed: float) -> Point:
        """Its centre, `elapsed` seconds after the start. Asked at every tick of the world, in
        order. robot, speed: where the robot is, and its forward velocity in m/s.
        """
        ...


class Course(Protocol):
    """What a mover is going to do; many episodes may start it."""

    def start(self, layout: 'Layout', rng: np.random.Generator) -> Motion: ...


@dataclass(frozen=True)
class Mover:
    """Something upright and round that moves: its body, where it begins, and its course."""

    body: Cylinder
    course: Course


@dataclass(frozen=True)
class Patch:
    """A round piece of floor that is not as the rest. friction: factor of the tyres' grip."""

    x: float
    y: float
    radius: float
    friction: float


@dataclass(frozen=True)
class Look:
    """The colours of a world, RGB in [0, 1], and its beacon, metres."""

    beacon: Colour = (0.85, 0.05, 0.05)
    wall: Colour = (0.7, 0.7, 0.68)
    floor: tuple[Colour, Colour] = ((0.5, 0.5, 0.48), (0.42, 0.42, 0.4))
    sky: Colour = (0.8, 0.88, 0.95)
    beacon_radius: float = 0.15
    beacon_height: float = 1.8


@dataclass(frozen=True)
class Layout:
    """A rectangle around the origin and what stands in it; metres.

    half_size: from the origin to the rectangle's sides, along x and y.
    obstacles: all that is solid and stays, the distractors too; the beacon is not among them.
    start: where the robot begins, (x, y, yaw).
    wall_height: of the walls along the sides; 0 for open ground.
    goal: where this world wants the robot to go; None for anywhere.
    optimal_length: of the shortest way from start to goal, where somebody has measured it.
    """

    half_size: tuple[float, float]
    obstacles: tuple[Obstacle, ...]
    start: Pose
    wall_height: float = 1.8
    goal: Point | None = None
    optimal_length: float | None = None
    movers: tuple[Mover, ...] = ()
    patches: tuple[Patch, ...] = ()
    look: Look = field(default_factory=Look)

    def clearance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the nearest wall or obstacle that stays, negative inside
        one.
        """
        points = np.asarray(points, dtype=float)
        nearest = np.minimum(
            self.half_size[0] - np.abs(points[..., 0]), self.half_size[1] - np.abs(points[..., 1])
        )
        trees, others = self._solids
        for radius, tree in trees:
            nearest = np.minimum(nearest, tree.query(points)[0] - radius)
        for obstacle in others:
            nearest = np.minimum(nearest, obstacle.distance(points))
        return nearest

    def free_places(
        self, rng: np.random.Generator, clearance: float, count: int = 256
    ) -> np.ndarray:
        """Random places [n, 2] with at least this clearance; n <= count, the number of draws."""
        points = rng.uniform(-1.0, 1.0, (count, 2)) * np.array(self.half_size)
        return points[self.clearance(points) >= clearance]

    def reachable_places(
        self,
        rng: np.random.Generator,
        clearance: float,
        count: int = 256,
        passage: float = 0.35,
    ) -> np.ndarray:
        """Free places that a robot can get to from the start. passage: the clearance that it
        needs to pass, metres.
        """
        places = self.free_places(rng, clearance, count)
        regions, _ = self.raster.regions(passage)
        here = self.raster.at(regions, np.array(self.start[:2]))
        return places[(self.raster.at(regions, places) == here) & (here > 0)]

    @cached_property
    def raster(self) -> Raster:
        """The clearances on a grid."""
        return Raster.of(self.half_size, self.clearance)

    @cached_property
    def _solids(self) -> tuple[list[tuple[float, cKDTree]], list[Obstacle]]:
        """A tree of the centres of many cylinders of one radius, for each; and all the rest."""
        round_ones = [item for item in self.obstacles if isinstance(item, Cylinder)]
        count = Counter(item.radius for item in round_ones)
        many = {radius for radius, number in count.items() if number >= _ALIKE}
        trees = [
            (radius, cKDTree([(item.x, item.y) for item in round_ones if item.radius == radius]))
            for radius in sorted(many)
        ]
        rest = [i for i in self.obstacles if not (isinstance(i, Cylinder) and i.radius in many)]
        return trees, rest
