"""The privileged expert: plans with the true geometry, but for a beacon that it must see first.

It is to be imitated by a policy that has the sensors alone, so its actions are smooth, and what it
does next depends on what is in sight now or was a moment ago, not on a long history. Where left is
as good as right, the clock's coin decides, which the policy can hear.
"""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control.coin import toss
from liquid_control_sim.planners.caution import Caution
from liquid_control_sim.planners.grid import CostToGo, Grid, Point
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

_TURNS = np.deg2rad(np.arange(-105.0, 106.0, 15.0))
"""Directions that the search weighs, from the heading; positive ones towards its side."""
_REACHES = (0.2, 0.4, 0.6, 0.8, 1.1, 1.4, 1.8, 2.2)


@dataclass(frozen=True)
class ExpertConfig:
    """Metres, seconds, radians; m/s and rad/s.

    min_pixels: an image shows the beacon if at least so many of its pixels do.
    memory: how long it knows where the beacon is after the last image that showed it.
    lookahead: how far along its way the expert looks for a point that it can drive to straight.
    steering: turning speed per radian of heading error.
    turn_in_place: from this heading error on it does not drive forward at all.
    tight, open: clearances between which the speed rises from slow to full; slow is a fraction.
    blocked: the clearance ahead at which it but creeps.
    cruise: the greatest speed, slower than allowed: who learns from it needs time to react.
    search_turn: the greatest turning speed when searching. search_bend: how much rather the search
        turns to the side, so that the robot looks around. recall: for how long, after it has
        forgotten where the beacon is, that is the side where it was; the coin's after that.
    dead_end: where it is less open than that straight ahead, the search turns to its side on the
        spot, whatever is there: who learns from it, and cannot tell which side is better, would
        do neither and stand.
    """

    max_linear: float = 1.0
    max_angular: float = 1.5
    min_pixels: int = 3
    memory: float = 3.0
    lookahead: float = 2.5
    steering: float = 2.2
    turn_in_place: float = 1.1
    tight: float = 0.35
    blocked: float = 0.22
    open: float = 0.8
    slow: float = 0.35
    cruise: float = 0.75
    search_turn: float = 1.2
    search_bend: float = 0.25
    recall: float = 3.0
    dead_end: float = 0.2


class BeaconExpert:
    """Searches, then drives. Every message goes to observe() before act() is asked.

    search: drive on to where there is room, bending to one side; turn there if there is none
        -> an image shows the beacon: drive there by the shortest comfortable way
        -> no image has shown it for a while: search towards the side where it was, then towards
           the coin's
    """

    def __init__(self, simulation: Simulation, config: ExpertConfig | None = None) -> None:
        self._simulation = simulation
        self._config = config or ExpertConfig()
        self._grid = Grid(simulation.layout)
        self._caution = Caution(simulation, self._grid)
        self._beacon: int | None = None
        self._way: CostToGo | None = None
        self._goal: Point = (0.0, 0.0)
        self._seen_s = -math.inf
        self._side = 1.0

    @property
    def seeing(self) -> bool:
        """Whether it knows where the present beacon is: an image has shown it not long ago."""
        simulation = self._simulation
        fresh = simulation.elapsed - self._seen_s <= self._config.memory
        return self._beacon == len(simulation.task.reached) and fresh

    def observe(self, message: Message) -> None:
        """Take note of a delivered message; an image that shows the beacon makes it known."""
        task = self._simulation.task
        shown = message.beacon_pixels >= self._config.min_pixels
        if not shown or message.beacon != len(task.reached) or task.target is None:
            return
        self._seen_s = self._simulation.elapsed
        if self._beacon != message.beacon:
            self._beacon = message.beacon
            self._plan(task.target)

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        x, y, yaw = self._simulation.pose
        if self._way is not None and self.seeing:
            bearing = math.atan2(self._goal[1] - y, self._goal[0] - x)
            self._side = math.copysign(1.0, math.remainder(bearing - yaw, math.tau))
            return self._caution.heed(*self._drive(self._way, x, y, yaw))
        return self._caution.heed(*self._search(x, y, yaw))

    def _search(self, x: float, y: float, yaw: float) -> Point:
        """Drive on to where there is room, a little to the side; turn there if none is ahead."""
        config, side = self._config, self._search_side()
        turns = _TURNS * side
        open_ = [self._openness(x, y, yaw + turn) for turn in turns]
        if open_[len(open_) // 2] < config.dead_end:
            return 0.0, side * config.search_turn
        score = 3.0 * np.array(open_) - 0.2 * np.abs(turns) + config.search_bend * _TURNS
        share = np.exp(4.0 * (score - score.max()))
        turn = float(share @ turns / share.sum())
        straight = max(1.0 - (turn / config.turn_in_place) ** 2, 0.0)
        w = min(max(config.steering * turn, -config.search_turn), config.search_turn)
        return config.cruise * straight * self._pace(x, y, yaw), w

    def _search_side(self) -> float:
        """1 for left, -1 for right."""
        simulation, config = self._simulation, self._config
        lost_s = simulation.elapsed - self._seen_s - config.memory
        return self._side if lost_s <= config.recall else toss(simulation.now_ns)

    def _openness(self, x: float, y: float, yaw: float) -> float:
        """Of the next metres in this direction, how many and how wide open, from 0 to 1."""
        config, grid = self._config, self._grid
        cos, sin, total = math.cos(yaw), math.sin(yaw), 0.0
        least = min(config.tight + 0.1, grid.room(x, y) - 0.02)
        for reach in _REACHES:
            room = grid.room(x + reach * cos, y + reach * sin)
            if room < least:
                break
            total += min(room, config.open)
        return total / (config.open * len(_REACHES))

    def _plan(self, goal: Point) -> None:
        self._goal, self._way = goal, self._grid.cost_to(*goal)

    def _drive(self, way: CostToGo, x: float, y: float, yaw: float) -> Point:
        """Pursue a point on the way, as fast as the heading, the room and the goal allow."""
        config = self._config
        aim_x, aim_y = self._aim(way, x, y)
        error = math.remainder(math.atan2(aim_y - y, aim_x - x) - yaw, math.tau)
        near = math.dist((x, y), self._goal) - 0.9
        straight = max(1.0 - (error / config.turn_in_place) ** 2, 0.0)
        speed = min(self._pace(x, y, yaw), _ramp(near, 0.5))
        w = min(max(config.steering * error, -config.max_angular), config.max_angular)
        return config.cruise * straight * speed, w

    def _pace(self, x: float, y: float, yaw: float) -> float:
        """How fast the room ahead allows to drive, from a creep to 1."""
        config, grid = self._config, self._grid
        cos, sin = math.cos(yaw), math.sin(yaw)
        nose, ahead = (x + 0.2 * cos, y + 0.2 * sin), (x + 0.5 * cos, y + 0.5 * sin)
        front = grid.line_clearance(nose, ahead)
        room = min(front, grid.room(x, y)) - config.tight
        free = _ramp((front - config.blocked) / (config.tight - config.blocked), 0.1)
        return free * _ramp(room / (config.open - config.tight), config.slow)

    def _aim(self, way: CostToGo, x: float, y: float) -> Point:
        """The farthest point of the way that a straight drive reaches with as much clearance."""
        grid, here = self._grid, (x, y)
        if grid.line_clearance(here, self._goal) >= 0.5:
            return self._goal
        path = way.path(x, y, self._config.lookahead)
        room = [place.clearance for place in path]
        low, high = min(4, len(path) - 1), len(path) - 1
        while low < high:
            middle = (low + high + 1) // 2
            wanted = min(0.6, min(room[: middle + 1]) - 0.02)
            if grid.line_clearance(here, path[middle].at) >= wanted:
                low = middle
            else:
                high = middle - 1
        return path[low].at


def _ramp(x: float, low: float) -> float:
    """low for x <= 0, rising linearly to 1 at x >= 1."""
    return low + (1.0 - low) * min(max(x, 0.0), 1.0)
