"""Where nobody looks: the directions that a source sees, and where a command would drive."""

import math

import numpy as np

from liquid_control.safety.shapes import Polygon
from liquid_control.safety.view import View

_SPACING_M = 0.02
_SLACK_M = 0.02
_LEADING = 0.7
"""Cosine between the direction of the drive and the normal of a side that leads it."""
_AHEAD_S, _AHEAD_RAD = 0.5, 0.5
"""How far ahead the outline is followed: by then the robot can stand, or has looked again."""
_AHEAD = np.array([0.25, 0.5, 0.75, 1.0])


class Sight:
    """The directions of one view.

    blind: sectors (start, width) [m, 2] that are farther than half of blind_angle from every beam
        that measures: something may hide there.
    failed: those of them, or parts of them, where there should be beams; elsewhere the source is
        blind because it is mounted so.
    """

    def __init__(self, view: View, blind_angle: float) -> None:
        self.origin = np.array(view.origin)
        self.blind = gaps(view.seen, blind_angle)
        unmounted = gaps(np.concatenate((view.seen, view.failed)), blind_angle)
        edges = (unmounted[:, 0], unmounted.sum(axis=1))
        sectors = gaps(np.concatenate((view.seen, *edges)), blind_angle)
        self.failed = sectors[~within(sectors[:, 0] + sectors[:, 1] / 2.0, unmounted)]

    def sees(self, points: np.ndarray) -> np.ndarray:
        """Whether each point [k, 2] is in a direction that it sees, bool [k]."""
        return ~within(self._bearings(points), self.blind)

    def fails(self, points: np.ndarray) -> np.ndarray:
        """Whether each point [k, 2] is in a direction that has failed, bool [k]."""
        return within(self._bearings(points), self.failed)

    def _bearings(self, points: np.ndarray) -> np.ndarray:
        return np.arctan2(points[:, 1] - self.origin[1], points[:, 0] - self.origin[0])


class Sweep:
    """Where the outline of a robot comes to when it obeys a command."""

    def __init__(self, footprint: Polygon) -> None:
        self._covered = footprint.padded(_SLACK_M, _SLACK_M, _SLACK_M)
        self._outline, self._normals = _sampled(footprint)

    def driven(self, velocity: float, turn: float) -> np.ndarray:
        """Ground [n, 2] to which the side that leads the drive comes; none for a turn."""
        if velocity == 0.0:
            return np.empty((0, 2))
        side = math.copysign(1.0, velocity)
        along = side * self._outline[:, 0]
        leads = (side * self._normals[:, 0] > _LEADING) | (along > along.max() - _SLACK_M)
        return self._moved(self._outline[leads], velocity, turn)

    def turned(self, velocity: float, turn: float) -> np.ndarray:
        """Ground [n, 2] that any part of the outline covers anew."""
        moved = self._moved(self._outline, velocity, turn)
        return moved[~self._covered.inside(moved)]

    def _moved(self, outline: np.ndarray, velocity: float, turn: float) -> np.ndarray:
        """Positions on the arc x = v t sin(wt)/(wt), y = v t (1 - cos(wt))/(wt), heading wt."""
        times = _AHEAD * min(_AHEAD_S, _AHEAD_RAD / max(abs(turn), 1e-9))
        angle = turn * times
        half = np.sinc(angle / (2.0 * math.pi))
        x = velocity * times * np.sinc(angle / math.pi)
        y = velocity * times * half * half * angle / 2.0
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
        moved_x = x[:, None] + cos * outline[:, 0] - sin * outline[:, 1]
        moved_y = y[:, None] + sin * outline[:, 0] + cos * outline[:, 1]
        return np.stack((moved_x.ravel(), moved_y.ravel()), axis=1)


def gaps(bearings: np.ndarray, widest: float) -> np.ndarray:
    """The sectors (start, width) [m, 2] whose bearings are farther than half of `widest` from all
    of these, counter-clockwise; of no bearings, the full circle. What is no number is none.
    """
    ordered = np.sort(bearings[np.isfinite(bearings)] % math.tau)
    if not len(ordered):
        return np.array([[0.0, 2.0 * math.tau]])
    widths = np.diff(ordered, append=ordered[0] + math.tau)
    wide = widths > widest
    return np.stack((ordered[wide] + widest / 2.0, widths[wide] - widest), axis=1)


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
