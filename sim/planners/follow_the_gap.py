"""Follow the Gap (Sezer and Gokasan, Robotics and Autonomous Systems 60, 2012)."""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.senses import Senses
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

_DIRECTIONS = np.deg2rad(np.arange(-90.0, 91.0))
_WIDE = np.deg2rad(150.0)
"""The midpoint of a gap wider than that is nearly the robot itself: its bisector stands in."""


@dataclass(frozen=True)
class FollowTheGapConfig:
    """Metres, seconds, radians.

    sight: what is farther is no obstacle. spare: beside and before the body when it drives on.
    alpha: how much safety counts against the goal, metres.
    steering: turning speed per radian of heading error. turn_in_place: from this error on it does
        not drive forward.
    braking: what it keeps room for, m/s^2.
    """

    sight: float = 1.2
    spare: float = 0.05
    alpha: float = 1.0
    steering: float = 2.5
    turn_in_place: float = 1.2
    braking: float = 1.5


class FollowTheGap:
    """Heads for the middle of the widest gap, the more the nearer an obstacle is.

        heading = (alpha / d_min gap + goal) / (alpha / d_min + 1)
        gap = arccos((d1 + d2 cos(p1 + p2)) / sqrt(d1^2 + d2^2 + 2 d1 d2 cos(p1 + p2))) - p1

    d1, d2 are the distances of the obstacles beside the gap, p1, p2 their angles from straight
    ahead, right and left: the second line is the direction to the midpoint between them.
    """

    def __init__(self, simulation: Simulation, config: FollowTheGapConfig | None = None) -> None:
        self._senses = Senses(simulation)
        self._config = config or FollowTheGapConfig()

    def observe(self, message: Message) -> None:
        self._senses.observe(message)

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        senses, config = self._senses, self._config
        if senses.scan is None:
            return np.zeros(2)
        points = senses.from_here(senses.scan.points)
        goal = senses.from_here(np.array(senses.goal))
        heading = self._heading(points, math.atan2(goal[1], goal[0]))
        straight = max(1.0 - (heading / config.turn_in_place) ** 2, 0.0)
        room = min(self._room(points, 0.0), self._room(points, heading))
        room = max(room - senses.footprint.front - config.spare, 0.0)
        speed = min(math.sqrt(2 * config.braking * room), senses.limits.max_velocity[0])
        return senses.allowed(speed * straight, config.steering * heading)

    def _heading(self, points: np.ndarray, to_goal: float) -> float:
        """Radians to the left; without any gap a right angle, to the side of the goal."""
        away, bearing = (
            np.hypot(points[:, 0], points[:, 1]),
            np.arctan2(points[:, 1], points[:, 0]),
        )
        near = away < self._config.sight
        if not near.any():
            return to_goal
        nearest = self._nearest(away[near], bearing[near])
        gap = _widest(np.isinf(nearest))
        if gap is None:
            return math.copysign(math.pi / 2, to_goal)
        weight = self._config.alpha / float(away.min())
        return (weight * self._middle(nearest, *gap) + to_goal) / (weight + 1.0)

    def _nearest(self, away: np.ndarray, bearing: np.ndarray) -> np.ndarray:
        """Metres to the nearest obstacle in each direction, infinite where there is none.

        The robot is taken as a point, and obstacles as wider by its radius.
        """
        radius = self._senses.footprint.circumscribed
        half = np.arcsin(np.minimum(radius / np.maximum(away, 1e-6), 1.0))
        covers = np.abs(_DIRECTIONS[:, None] - bearing) <= half
        return np.where(covers, away, np.inf).min(1)

    def _middle(self, nearest: np.ndarray, first: int, last: int) -> float:
        """The direction to the middle of the gap between these directions."""
        right, left = _DIRECTIONS[first], _DIRECTIONS[last]
        if left - right > _WIDE:
            return float(right + left) / 2
        sight = self._config.sight
        d1 = nearest[first - 1] if first > 0 else sight
        d2 = nearest[last + 1] if last + 1 < len(nearest) else sight
        width = left - right
        chord = math.sqrt(d1 * d1 + d2 * d2 + 2 * d1 * d2 * math.cos(width))
        return float(right + math.acos(min((d1 + d2 * math.cos(width)) / chord, 1.0)))

    def _room(self, points: np.ndarray, heading: float) -> float:
        """Metres to the first thing in the strip that the body sweeps in this direction."""
        half_width = self._senses.footprint.half_width + self._config.spare
        turn = min(max(heading, -0.5), 0.5)
        along = math.cos(turn) * points[:, 0] + math.sin(turn) * points[:, 1]
        across = math.cos(turn) * points[:, 1] - math.sin(turn) * points[:, 0]
        in_the_way = along[(np.abs(across) < half_width) & (along > 0.0)]
        return float(in_the_way.min(initial=self._config.sight))


def _widest(free: np.ndarray) -> tuple[int, int] | None:
    """First and last index of the longest run of free directions; None if there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8)))
    if not len(edges):
        return None
    first, beyond = edges[::2], edges[1::2]
    longest = int(np.argmax(beyond - first))
    return int(first[longest]), int(beyond[longest]) - 1
