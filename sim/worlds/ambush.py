"""Lying in wait beside the robot's way, and coming out when it is near."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liquid_control_sim.worlds.layout import Layout, Point, Pose
from liquid_control_sim.worlds.walk import in_front

_SLOWEST = 0.2
"""Robots slower than this are left alone, m/s."""
_TICK = 0.02
"""How often at() is asked, seconds."""

Phase = Literal['waits', 'comes', 'stays', 'returns', 'done']


@dataclass(frozen=True)
class Ambush:
    """Metres, seconds, m/s.

    begin: the hiding place. out: unit vector from there into the robot's way.
    cover: how far it goes until its foremost point comes out into the open.
    farthest: how far it goes at most.
    time_to_collision: range that is drawn from; the robot's front at its present speed is so far
        from it, had it crossed the way already, when it comes out into the open.
    nose: from the robot's centre to its front. speed: of coming. stay: in the robot's way.
    """

    begin: Point
    out: Point
    radius: float
    cover: float
    farthest: float
    time_to_collision: tuple[float, float]
    nose: float = 0.254
    speed: float = 3.0
    stay: float = 3.0
    back: float = 0.8

    def start(self, layout: Layout, rng: np.random.Generator) -> 'Lurking':
        return Lurking(self, rng.uniform(*self.time_to_collision))


class Lurking:
    """One ambush of one episode. It happens once.

    time_to_collision 1.50, cover 0.66 m at 3 m/s:
        t   8.00    waits; the robot's front would be there in 1.72 s: it sets out
            8.22    it comes out into the open: entered_at, 1.50 s before the collision
            8.70    it stands where the robot's straight way crosses its own
           11.70    it goes back, and stays there
    """

    def __init__(self, ambush: Ambush, time_to_collision: float) -> None:
        self.entered_at: float | None = None
        self._ambush = ambush
        self._notice = time_to_collision + ambush.cover / ambush.speed
        self._shortest = self._notice - (time_to_collision - ambush.time_to_collision[0])
        self._phase: Phase = 'waits'
        self._gone, self._until_gone = 0.0, 0.0
        self._leaves = math.inf
        self._elapsed = 0.0

    def at(self, elapsed: float, robot: Pose, speed: float) -> Point:
        passed, self._elapsed = elapsed - self._elapsed, elapsed
        if self._phase == 'waits':
            self._watch(robot, speed)
        elif self._phase == 'comes':
            self._come(passed)
        elif self._phase == 'stays' and elapsed >= self._leaves:
            self._phase = 'returns'
        elif self._phase == 'returns':
            self._return(passed, robot)
        return self._place

    @property
    def _place(self) -> Point:
        (x, y), (dx, dy) = self._ambush.begin, self._ambush.out
        return x + self._gone * dx, y + self._gone * dy

    def _watch(self, robot: Pose, speed: float) -> None:
        """Set out at the first tick at which the robot is near enough; not if it came nearer than
        was asked for in between, as one that turns towards it may.
        """
        crossing = self._crossing(robot)
        if crossing is None or speed < _SLOWEST:
            return
        ahead, gone = crossing
        time_left = (ahead - self._ambush.nose - self._ambush.radius) / speed
        if self._shortest - _TICK <= time_left <= self._notice:
            self._phase, self._until_gone = 'comes', gone
            # Since that moment, which was between this tick and the last.
            late = min(self._notice - time_left, _TICK)
            self._gone = self._ambush.speed * late

    def _crossing(self, robot: Pose) -> tuple[float, float] | None:
        """How far ahead of the robot its straight way crosses this one, and how far out that is.
        None where they do not cross in the open. Solves robot + a u = begin + g out for a and g.
        """
        (out_x, out_y), (ux, uy) = self._ambush.out, (math.cos(robot[2]), math.sin(robot[2]))
        dx, dy = self._ambush.begin[0] - robot[0], self._ambush.begin[1] - robot[1]
        across = ux * out_y - uy * out_x
        if abs(across) < 0.5:
            return None
        ahead = (dx * out_y - dy * out_x) / across
        gone = (dx * uy - dy * ux) / across
        if ahead <= 0.0 or not self._ambush.cover < gone <= self._ambush.farthest:
            return None
        return ahead, gone

    def _come(self, passed: float) -> None:
        self._gone = min(self._gone + self._ambush.speed * passed, self._until_gone)
        if self.entered_at is None and self._gone >= self._ambush.cover:
            self.entered_at = self._elapsed
        if self._gone == self._until_gone:
            self._phase, self._leaves = 'stays', self._elapsed + self._ambush.stay

    def _return(self, passed: float, robot: Pose) -> None:
        ambush = self._ambush
        heading = -ambush.out[0], -ambush.out[1]
        if in_front(self._place, heading, ambush.radius, robot, 0.4):
            return
        self._gone = max(self._gone - ambush.back * passed, 0.0)
        if self._gone == 0.0:
            self._phase = 'done'
