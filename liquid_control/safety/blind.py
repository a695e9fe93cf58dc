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
        self._origin = np.array(view.origin, np.float64)
        self.blind = gaps(view.seen, blind_angle)
        self.failed = self._failed(view, blind_angle) if len(view.failed) else self.blind[:0]

    def sees(self, points: np.ndarray) -> np.ndarray:
        """Whether each point [k, 2] is in a direction that it sees, bool [k]."""
        return ~_behind(points, self._origin, self.blind)

    def fails(self, points: np.ndarray) -> np.ndarray:
        """Whether each point [k, 2] is in a direction that has failed, bool [k]."""
        return _behind(points, self._origin, self.failed)

    def _failed(self, view: View, blind_angle: float) -> np.ndarray:
        unmounted = gaps(np.concatenate((view.seen, view.failed)), blind_angle)
        edges = (unmounted[:, 0], unmounted.sum(axis=1))
        sectors = gaps(np.concatenate((view.seen, *edges)), blind_angle)
        return sectors[~within(sectors[:, 0] + sectors[:, 1] / 2.0, unmounted)]


class Sweep:
    """Where the outline of a robot comes to when it obeys a command."""

    def __init__(self, footprint: Polygon) -> None:
        self._covered = footprint.padded(_SLACK_M, _SLACK_M, _SLACK_M)
        self._outline, normals = _sampled(footprint)
        self._front = self._outline[_leads(self._outline[:, 0], normals[:, 0])]
        self._rear = self._outline[_leads(-self._outline[:, 0], -normals[:, 0])]

    def driven(self, velocity: float, turn: float) -> np.ndarray:
        """Ground [n, 2] to which the side that leads the drive comes; none for a turn."""
        if velocity == 0.0:
            return np.empty((0, 2))
        return _moved(self._front if velocity > 0.0 else self._rear, velocity, turn)

    def turned(self, velocity: float, turn: float) -> np.ndarray:
        """Ground [n, 2] that any part of the outline covers anew."""
        moved = _moved(self._outline, velocity, turn)
        return moved[~self._covered.inside(moved)]


def gaps(bearings: np.ndarray, widest: float) -> np.ndarray:
    """The sectors (start, width) [m, 2] whose bearings are farther than half of `widest` from all
    of these, counter-clockwise; of no bearings, the full circle. What is no number is none.
    """
    return _gaps(np.ascontiguousarray(bearings, np.float64), widest)


def within(bearings: np.ndarray, sectors: np.ndarray) -> np.ndarray:
    """Which bearings [k] lie in one of the sectors (start, width) [m, 2], bool [k]."""
    offsets = (bearings[:, None] - sectors[:, 0]) % math.tau
    return (offsets < sectors[:, 1]).any(axis=1)


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
def _moved(outline: np.ndarray, velocity: float, turn: float) -> np.ndarray:
    """Positions on the arc x = v t sin(wt)/(wt), y = v t (1 - cos(wt))/(wt), heading wt."""
    moved = np.empty((len(_AHEAD) * len(outline), 2))
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
            moved[at, 0] = x + cos * outline[i, 0] - sin * outline[i, 1]
            moved[at, 1] = y + sin * outline[i, 0] + cos * outline[i, 1]
    return moved


@compiled
def _behind(points: np.ndarray, origin: np.ndarray, sectors: np.ndarray) -> np.ndarray:
    """Which points [k, 2] are in one of the sectors (start, width) [m, 2] from origin, bool [k]."""
    hidden = np.zeros(len(points), np.bool_)
    for k in range(len(points) if len(sectors) else 0):
        bearing = math.atan2(points[k, 1] - origin[1], points[k, 0] - origin[0])
        for i in range(len(sectors)):
            if (bearing - sectors[i, 0]) % math.tau < sectors[i, 1]:
                hidden[k] = True
    return hidden


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
