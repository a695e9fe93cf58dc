"""What stands where, as plain geometry: to plan in, to place things in, to draw. No MuJoCo."""

from dataclasses import dataclass

import numpy as np

Colour = tuple[float, float, float]


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


@dataclass(frozen=True)
class Layout:
    """A walled rectangle around the origin and what stands in it; metres, RGB in [0, 1].

    half_size: from the origin to the inner faces of the walls, along x and y.
    obstacles: all that is solid and stays, the distractors too; the beacon is not among them.
    start: where the robot begins, (x, y, yaw).
    """

    half_size: tuple[float, float]
    wall_height: float
    obstacles: tuple[Obstacle, ...]
    start: tuple[float, float, float]
    beacon_radius: float
    beacon_height: float
    beacon_colour: Colour
    wall_colour: Colour
    floor_colours: tuple[Colour, Colour]
    sky_colour: Colour

    def clearance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the nearest wall or obstacle, negative inside one."""
        points = np.asarray(points, dtype=float)
        nearest = np.minimum(
            self.half_size[0] - np.abs(points[..., 0]), self.half_size[1] - np.abs(points[..., 1])
        )
        for obstacle in self.obstacles:
            nearest = np.minimum(nearest, obstacle.distance(points))
        return nearest

    def free_places(
        self, rng: np.random.Generator, clearance: float, count: int = 256
    ) -> np.ndarray:
        """Random places [n, 2] with at least this clearance; n <= count, the number of draws."""
        points = rng.uniform(-1.0, 1.0, (count, 2)) * np.array(self.half_size)
        return points[self.clearance(points) >= clearance]
