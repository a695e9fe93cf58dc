"""Where nobody looks: the directions that a source sees, and where a command would drive."""

import math

import numpy as np

from liquid_control.safety.compiled import compiled
from liquid_control.safety.shapes import Polygon
from liquid_control.safety.view import View

_SPACING_M = 0.02
_SLACK_M = 0.02
_LEADING = 0.7
"""Cosine between the direction of the drive and the normal of a side that leads it."""
_AHEAD_S, _AHEAD_RAD = 0.5, 0.5
"""How far ahead the outline is followed: by then the robot can stand, or has looked again."""
_AHEAD = (0.25, 0.5, 0.75, 1.0)


class Sight:
    """The directions of one view.

    blind: sectors (start, width) [m, 2] that are farther than half of blind_angle from every beam
        that measures: something may hide there.
    failed: those of them, or parts of them, where there should be beams; elsewhere the source is
        blind because it is mounted so.
    """

    def __init__(self, view: View, blind_angle: float) -> None:
        self.origin = np.array(view.origin, np.float64)
        self.blind = gaps(view.seen, blind_angle)
        self.failed = self._failed(view, blind_angle) if len(view.failed) else self.blind[:0]

    def fails(self, points: np.ndarray) -> np.ndarray:
        """Whether each point [k, 2] is in a direction that has failed, bool [k]."""
        bearings = np.arctan2(points[:, 1] - self.origin[1], points[:, 0] - self.origin[0])
        return within(bearings, self.failed)

    def _failed(self, view: View, blind_angle: float) -> np.ndarray:
        unmounted = gaps(np.concatenate((view.seen, view.failed)), blind_angle)
        edges = (unmounted[:, 0], unmounted.sum(axis=1))
        sectors = gaps(np.concatenate((view.seen, *edges)), blind_angle)
        return sectors[~within(sectors[:, 0] + sectors[:, 1] / 2.0, unmounted)]


class Sweep:
    """The outline of a robot that drives, as points [n, 2].

    front, rear: the side that leads a drive forward, and backward.
    """

    def __init__(self, footprint: Polygon) -> None:
        self._covered = footprint.padded(_SLACK_M, _SLACK_M, _SLACK_M)
        self._outline, normals = _sampled(footprint)
        self.front = self._outline[_leads(self._outline[:, 0], normals[:, 0])]
        self.rear = self._outline[_leads(-self._outline[:, 0], -normals[:, 0])]

    def covered_anew(self, velocity: float, turn: float) -> np.ndarray:
        """Ground [n, 2] to which any part of the outline comes by this command."""
        ground = moved(self._outline, velocity, turn)
        return ground[~self._covered.inside(ground)]


def gaps(bearings: np.ndarray, widest: float) -> np.ndarray:
    """The sectors (start, width) [m, 2] whose bearings are farther than half of `widest` from all
    of these, counter-clockwise; of no bearings, the full circle. What is no number is none.
    """
    return _gaps(np.ascontiguousarray(bearings, np.float64), widest)


def within(bearings: np.ndarray, sectors: np.ndarray) -> np.ndarray:
    """Which bearings [k] lie in one of the sectors (start, width) [m, 2], bool [k]."""
    offsets = (bearings[:, None] - sectors[:, 0]) % math.tau
    return (offsets < sectors[:, 1]).any(axis=1)


@compiled
def unseen(points: np.ndarray, origins: np.ndarray, sectors: np.ndarray) -> np.ndarray:
    """Those of the points [k, 2] to which no source looks. origins: [sources, 2], where each
    stands. sectors: [m, 3], the blind ones of all sources: whose, start, width.
    """
    hidden, count = np.empty_like(points), 0
    for k in range(len(points)):
        if _is_hidden(points[k, 0], points[k, 1], origins, sectors):
            hidden[count] = points[k]
            count += 1
    return hidden[:count]


@compiled
def unseen_ahead(
    outline: np.ndarray, velocity: float, turn: float, origins: np.ndarray, sectors: np.ndarray
) -> np.ndarray:
    """The ground [n, 2] to which the outline [k, 2] comes where no source looks, see `unseen`."""
    return unseen(moved(outline, velocity, turn), origins, sectors)


@compiled
def moved(outline: np.ndarray, velocity: float, turn: float) -> np.ndarray:
    """Positions on the arc x = v t sin(wt)/(wt), y = v t (1 - cos(wt))/(wt), heading wt."""
    ground = np.empty((len(_AHEAD) * len(outline), 2))
    horizon = min(_AHEAD_S, _AHEAD_RAD / max(abs(turn), 1e-9))
    for k in range(len(_AHEAD)):
        time = _AHEAD[k] * horizon
        angle = turn * time
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = velocity * time, velocity * time * angle / 2.0
        if angle != 0.0:
            half = math.sin(angle / 2.0) / (angle / 2.0)
            x, y = x * sin / angle, y * half * half
        for i in range(len(outline)):
            at = k * len(outline) + i
            ground[at, 0] = x + cos * outline[i, 0] - sin * outline[i, 1]
            ground[at, 1] = y + sin * outline[i, 0] + cos * outline[i, 1]
    return ground


def _sampled(polygon: Polygon) -> tuple[np.ndarray, np.ndarray]:
    """Points on the outline [n, 2], none farther from the next than _SPACING_M, and the normals
    [n, 2] that point outward there.
    """
    points, normals = [], []
    for start, edge in zip(polygon.starts, polygon.edges, strict=True):
        length = float(np.hypot(*edge))
        shares = np.linspace(0.0, 1.0, max(math.ceil(length / _SPACING_M), 1) + 1)
        points.append(start + shares[:, None] * edge)
        normals.append(np.tile(np.array([edge[1], -edge[0]]) / length, (len(shares), 1)))
    return np.concatenate(points), np.concatenate(normals)


def _leads(along: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """Which points of the outline meet the ground first, bool [n]: what faces the drive, or is at
    its very tip. along: how far ahead they are. facing: how much their side looks there.
    """
    return (facing > _LEADING) | (along > along.max() - _SLACK_M)


@compiled
def _is_hidden(x: float, y: float, origins: np.ndarray, sectors: np.ndarray) -> bool:
    for source in range(len(origins)):
        bearing, sees = math.atan2(y - origins[source, 1], x - origins[source, 0]), True
        for i in range(len(sectors)):
            if sectors[i, 0] == source:
                sees &= (bearing - sectors[i, 1]) % math.tau >= sectors[i, 2]
        if sees:
            return False
    return True


@compiled
def _gaps(bearings: np.ndarray, widest: float) -> np.ndarray:
    ordered = np.sort(bearings[np.isfinite(bearings)] % math.tau)
    if len(ordered) == 0:
        return np.array([[0.0, 2.0 * math.tau]])
    sectors, count = np.empty((len(ordered), 2)), 0
    for i in range(len(ordered)):
        following = ordered[i + 1] if i + 1 < len(ordered) else ordered[0] + math.tau
        width = following - ordered[i]
        if width > widest:
            sectors[count, 0] = ordered[i] + widest / 2.0
            sectors[count, 1] = width - widest
            count += 1
    return sectors[:count].copy()
