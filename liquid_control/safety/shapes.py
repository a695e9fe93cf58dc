"""The robot's outline and the zones around it: polygons in the base frame, x forward, y left."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from liquid_control.safety.compiled import compiled

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
        """Which points [k, 2] are inside, bool [k]."""
        return _inside(self.starts, self.edges, _contiguous(points))

    def entry_times(self, points: np.ndarray, velocity: float, turn: float) -> np.ndarray:
        """When each standing point [k, 2] comes into the polygon that drives an arc, seconds [k].

        velocity: forward m/s. turn: left rad/s. 0 for a point inside, infinite for one that is
        passed by.
        """
        return _entry_times(
            self.starts, self.edges, self.radius, _contiguous(points), velocity, turn
        )


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


def _contiguous(points: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(points, np.float64)


@compiled
def _inside(starts: np.ndarray, edges: np.ndarray, points: np.ndarray) -> np.ndarray:
    inside = np.empty(len(points), np.bool_)
    low_x, high_x = starts[:, 0].min(), starts[:, 0].max()
    low_y, high_y = starts[:, 1].min(), starts[:, 1].max()
    for k in range(len(points)):
        x, y = points[k, 0], points[k, 1]
        boxed = low_x <= x <= high_x and low_y <= y <= high_y
        inside[k] = boxed and _holds(starts, edges, x, y)
    return inside


@compiled
def _holds(starts: np.ndarray, edges: np.ndarray, x: float, y: float) -> bool:
    """Whether a ray from the point crosses an odd number of edges."""
    odd = False
    for i in range(len(starts)):
        start_x, start_y, run, rise = starts[i, 0], starts[i, 1], edges[i, 0], edges[i, 1]
        if (start_y > y) != (start_y + rise > y) and x < start_x + (y - start_y) * run / rise:
            odd = not odd
    return odd


@compiled
def _entry_times(
    starts: np.ndarray,
    edges: np.ndarray,
    radius: float,
    points: np.ndarray,
    velocity: float,
    turn: float,
) -> np.ndarray:
    """Seen from the robot a standing point runs on a circle around the arc's centre (0, velocity /
    turn), or straight back; it comes in where it first crosses an edge.
    """
    turns = abs(turn) > _STRAIGHT * max(abs(velocity), 1.0)
    centre_y = velocity / turn if turns else 0.0
    times = np.full(len(points), np.inf)
    for k in range(len(points)):
        x, y = points[k, 0], points[k, 1]
        if turns:
            away = math.sqrt(x * x + (y - centre_y) * (y - centre_y))
            if abs(away - abs(centre_y)) <= radius * _ROUNDING:
                times[k] = _entry_turning(starts, edges, x, y, centre_y, turn)
        elif velocity != 0.0:
            times[k] = _entry_straight(starts, edges, x, y, velocity)
        if _holds(starts, edges, x, y):
            times[k] = 0.0
    return times


@compiled
def _entry_straight(
    starts: np.ndarray, edges: np.ndarray, x: float, y: float, velocity: float
) -> float:
    first = np.inf
    for i in range(len(starts)):
        start_x, start_y, run, rise = starts[i, 0], starts[i, 1], edges[i, 0], edges[i, 1]
        if (start_y > y) != (start_y + rise > y):
            time = (x - start_x - (y - start_y) * run / rise) / velocity
            if 0.0 <= time < first:
                first = time
    return first


@compiled
def _entry_turning(
    starts: np.ndarray, edges: np.ndarray, x: float, y: float, centre_y: float, turn: float
) -> float:
    """|start + s edge - centre| = |point - centre|, a quadratic in s in [0, 1]; then the angle
    from the point to there, in the sense in which the point runs.
    """
    first, begin = np.inf, math.atan2(y - centre_y, x)
    square = x * x + (y - centre_y) * (y - centre_y)
    for i in range(len(starts)):
        start_x, start_y = starts[i, 0], starts[i, 1] - centre_y
        run, rise = edges[i, 0], edges[i, 1]
        a = run * run + rise * rise
        b = start_x * run + start_y * rise
        c = start_x * start_x + start_y * start_y - square
        if b * b < a * c:
            continue
        root = math.sqrt(b * b - a * c)
        for s in ((-b - root) / a, (-b + root) / a):
            if 0.0 <= s <= 1.0:
                angle = begin - math.atan2(start_y + s * rise, start_x + s * run)
                first = min(first, math.copysign(1.0, turn) * angle % math.tau / abs(turn))
    return first
