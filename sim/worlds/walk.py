"""How people walk: straight on to some place, a rest, another way."""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control_sim.worlds.layout import Layout, Point, Pose

_ROBOT = 0.33
"""Metres from the robot's centre to its corners."""
_STANDING = 0.1
"""A robot slower than this stands, m/s."""
_CANDIDATES = 24


def in_front(place: Point, heading: Point, radius: float, robot: Pose, ahead: float) -> bool:
    """Whether something round would touch the robot within the next metres `ahead`.

    heading: of unit length. What gets away from the robot touches nothing.
    """
    dx, dy = robot[0] - place[0], robot[1] - place[1]
    along = min(dx * heading[0] + dy * heading[1], ahead)
    if along <= 0.0:
        return False
    return math.hypot(dx - along * heading[0], dy - along * heading[1]) < radius + _ROBOT


@dataclass(frozen=True)
class Walk:
    """Metres, seconds, m/s.

    speed: range that is drawn from for each way. margin: kept from all that stands.
    rest: for how long. rests, turns: chances of resting at the end of a way, and of turning round
        before its end.
    yields: how far before a standing robot a walker stops. To one that moves it pays no heed.
    """

    begin: Point
    radius: float
    speed: tuple[float, float] = (0.4, 1.4)
    margin: float = 0.1
    rest: tuple[float, float] = (0.5, 3.0)
    rests: float = 0.5
    turns: float = 0.3
    yields: float = 0.4

    def start(self, layout: Layout, rng: np.random.Generator) -> 'Walking':
        return Walking(self, layout, rng)


class Walking:
    """One walker. It walks through nothing that stays, but knows nothing of other walkers.

    t    0.0 .. 2.1   walks 2.3 m at 1.1 m/s, behind a pillar
         2.1 .. 3.7   rests there
         3.7 .. 5.0   steps out at 0.6 m/s; the robot stands 0.4 m ahead
         5.0 .. 6.0   rests, then takes another way
    """

    entered_at: float | None = None

    def __init__(self, walk: Walk, layout: Layout, rng: np.random.Generator) -> None:
        self._walk, self._layout, self._rng = walk, layout, rng
        self._place = walk.begin
        self._elapsed = 0.0
        self._rests_until = 0.0
        self._left = 0.0
        self._set_out()

    def at(self, elapsed: float, robot: Pose, speed: float) -> Point:
        passed, self._elapsed = elapsed - self._elapsed, elapsed
        if elapsed < self._rests_until:
            return self._place
        if self._left == 0.0:
            self._set_out()
        walk = self._walk
        if abs(speed) < _STANDING and in_front(
            self._place, self._heading, walk.radius, robot, walk.yields
        ):
            self._left, self._rests_until = 0.0, elapsed + 1.0
            return self._place
        self._step(min(self._speed * passed, self._left))
        return self._place

    def _step(self, length: float) -> None:
        (x, y), (dx, dy) = self._place, self._heading
        self._place = x + length * dx, y + length * dy
        self._left -= length
        if self._left == 0.0 and self._rng.random() < self._walk.rests:
            self._rests_until = self._elapsed + self._rng.uniform(*self._walk.rest)

    def _set_out(self) -> None:
        """Choose a way: to a place that can be walked to straight, as often as not to that which
        is nearest to something to stand behind.
        """
        walk, rng = self._walk, self._rng
        self._speed = rng.uniform(*walk.speed)
        self._heading, self._left = (1.0, 0.0), 0.0
        places = self._layout.free_places(rng, walk.radius + walk.margin, _CANDIDATES)
        places = places[self._straight(places)]
        if not len(places):
            return
        hidden = rng.random() < 0.5
        chosen = places[int(np.argmin(self._layout.clearance(places))) if hidden else 0]
        dx, dy = (chosen - self._place).tolist()
        length = math.hypot(dx, dy)
        self._heading = dx / length, dy / length
        self._left = length * (rng.uniform(0.3, 0.9) if rng.random() < walk.turns else 1.0)

    def _straight(self, places: np.ndarray) -> np.ndarray:
        """Which of places [n, 2] can be walked to straight."""
        begin, walk = np.array(self._place), self._walk
        longest = np.hypot(*(places - begin).T).max(initial=0.1)
        fractions = np.linspace(0.0, 1.0, math.ceil(longest / 0.05) + 1)
        points = begin + fractions[:, None, None] * (places - begin)
        near = self._layout.clearance(points).min(0)
        return near >= walk.radius + walk.margin / 2
