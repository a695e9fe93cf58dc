"""The robot's outline and the zones around it: polygons in the base frame, x forward, y left."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Vertex = tuple[float, float]
_CIRCLE_EDGES = 16
_MAX_VERTICES = 64
_ROUNDING = 1.0 + 1e-6
_STRAIGHT = 1e-6
"""Turning by less than this many radians per metre or second is driving straight."""


@dataclass(frozen=True)
class Polygon:
    """A simple polygon of 3 to 64 vertices (x, y), metres, in either sense of rotation.

    Raises ValueError if the vertices are too few, too many, no numbers, or span no area.
    """

    vertices: tuple[Vertex, ...]

    def __post_init__(self) -> None:
        count = len(self.vertices)
        if not 3 <= count <= _MAX_VERTICES:
            raise ValueError(f'polygon has {count} vertices, wanted 3 to {_MAX_VERTICES}')
        try:
            vertices = tuple((float(x), float(y)) for x, y in self.vertices)
        except (TypeError, ValueError):
            raise ValueError(f'polygon is {self.vertices!r}, wanted pairs (x, y)') from None
        if not all(math.isfinite(x) and math.isfinite(y) for x, y in vertices):
            raise ValueError(f'polygon is {self.vertices!r}, wanted finite numbers')
        if abs(_area(vertices)) < 1e-9:
            raise ValueError(f'polygon is {self.vertices!r}, which has no area')
        object.__setattr__(self, 'vertices', vertices)

    @cached_property
    def starts(self) -> np.ndarray:
        """First end of each edge [edges, 2], counter-clockwise."""
        vertices = self.vertices if _area(self.vertices) > 0.0 else self.vertices[::-1]
        return np.array(vertices)

    @cached_property
    def edges(self) -> np.ndarray:
        """From the first end of each edge to the second [edges, 2]."""
        return np.roll(self.starts, -1, axis=0) - self.starts

    @cached_property
    def radius(self) -> float:
        """Of the circle around the origin that holds it all."""
        return float(np.hypot(*self.starts.T).max())

    def padded(self, front: float, rear: float, side: float) -> 'Polygon':
        """Every vertex moved away from the origin by so many metres along x and y, as nav2's
        footprint_padding does; for an outline around the origin.
        """

        def pad(x: float, y: float) -> Vertex:
            return x + (front if x > 0.0 else -rear), y + math.copysign(side, y)

        return Polygon(tuple(pad(x, y) for x, y in self.vertices))

    def turned(self, angle: float) -> 'Polygon':
        """Turned to the left around the origin, radians."""
        cos, sin = math.cos(angle), math.sin(angle)
        return Polygon(tuple((cos * x - sin * y, sin * x + cos * y) for x, y in self.vertices))

    def inside(self, points: np.ndarray) -> np.ndarray:
        """Which points [k, 2] are inside, bool [k]: a ray from there crosses an odd number of
        edges.
        """
        low, high = self.starts.min(axis=0), self.starts.max(axis=0)
        x, y = points[:, 0], points[:, 1]
        boxed = np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))
        inside = np.zeros(len(points), bool)
        if len(boxed):
            x, y = x[boxed, None], y[boxed, None]
            start_x, start_y = self.starts.T
            run, rise = self.edges.T
            spans = (start_y > y) != (start_y + rise > y)
            with np.errstate(divide='ignore', invalid='ignore'):
                crosses = spans & (x < start_x + (y - start_y) * run / rise)
            inside[boxed] = np.count_nonzero(crosses, axis=1) % 2 == 1
        return inside

    def entry_times(self, points: np.ndarray, velocity: float, turn: float) -> np.ndarray:
        """When each standing point [k, 2] comes into the polygon that drives an arc, seconds [k].

        velocity: forward m/s. turn: left rad/s. 0 for a point inside, infinite for one that is
        passed by. Seen from the robot the point runs on a circle around the arc's centre
        (0, velocity / turn), or straight back; it comes in where it first crosses an edge.
        """
        times = np.full(len(points), np.inf)
        if abs(turn) > _STRAIGHT * max(abs(velocity), 1.0):
            index = self._in_ring(points, velocity / turn)
            times[index] = self._entry_turning(points[index], velocity / turn, turn)
        elif velocity != 0.0:
            index = np.flatnonzero(np.abs(points[:, 1]) <= self.radius)
            times[index] = self._entry_straight(points[index], velocity)
        else:
            index = np.arange(len(points))
        times[index[self.inside(points[index])]] = 0.0
        return times

    def _in_ring(self, points: np.ndarray, centre_y: float) -> np.ndarray:
        """Indices of the points that are as far from the centre as some of the outline can be."""
        away = np.hypot(points[:, 0], points[:, 1] - centre_y)
        return np.flatnonzero(np.abs(away - abs(centre_y)) <= self.radius * _ROUNDING)

    def _entry_straight(self, points: np.ndarray, velocity: float) -> np.ndarray:
        x, y = points[:, :1], points[:, 1:]
        start_x, start_y = self.starts.T
        run, rise = self.edges.T
        spans = (start_y > y) != (start_y + rise > y)
        with np.errstate(divide='ignore', invalid='ignore', over='ignore'):
            times = (x - start_x - (y - start_y) * run / rise) / velocity
        return np.where(spans & (times >= 0.0), times, np.inf).min(axis=1)

    def _entry_turning(self, points: np.ndarray, centre_y: float, turn: float) -> np.ndarray:
        """|start + s edge - centre| = |point - centre|, a quadratic in s in [0, 1]; then the angle
        from the point to there, in the sense in which the point runs.
        """
        centre = np.array([0.0, centre_y])
        from_centre = points - centre
        starts = self.starts - centre
        a = (self.edges**2).sum(axis=1)
        b = (starts * self.edges).sum(axis=1)
        c = (starts**2).sum(axis=1) - (from_centre**2).sum(axis=1)[:, None]
        root = np.sqrt(np.maximum(b * b - a * c, 0.0))
        s = np.stack(((-b - root) / a, (-b + root) / a), axis=2)
        meets = (b * b >= a * c)[:, :, None] & (s >= 0.0) & (s <= 1.0)
        point, edge, which = np.nonzero(meets)
        crossing = starts[edge] + s[point, edge, which, None] * self.edges[edge]
        begin = np.arctan2(from_centre[point, 1], from_centre[point, 0])
        angle = (begin - np.arctan2(crossing[:, 1], crossing[:, 0])) * math.copysign(1.0, turn)
        times = np.full(len(points), np.inf)
        np.minimum.at(times, point, angle % math.tau / abs(turn))
        return times


def circle(radius: float) -> Polygon:
    """The regular 16-gon around a circle at the origin: at most 2% larger than the circle.

    Raises ValueError if the radius is not a positive number.
    """
    if not 0.0 < radius < math.inf:
        raise ValueError(f'radius is {radius}, wanted metres > 0')
    corner = radius / math.cos(math.pi / _CIRCLE_EDGES)
    angles = (np.arange(_CIRCLE_EDGES) + 0.5) * math.tau / _CIRCLE_EDGES
    return Polygon(tuple((corner * math.cos(a), corner * math.sin(a)) for a in angles))


def rectangle(front: float, rear: float, half_width: float) -> Polygon:
    """From -rear to front along x, from -half_width to half_width along y."""
    return Polygon(
        ((front, half_width), (-rear, half_width), (-rear, -half_width), (front, -half_width))
    )


def _area(vertices: tuple[Vertex, ...]) -> float:
    """Signed: positive for counter-clockwise (shoelace formula)."""
    following = (*vertices[1:], vertices[0])
    return 0.5 * sum(
        x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(vertices, following, strict=True)
    )
