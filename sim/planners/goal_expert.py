"""The privileged expert that drives to a goal: it plans with the true geometry and true movers.

It is to be imitated by a policy that has sensors alone: it steers smoothly, keeps away from what
it passes, and slows down where it is tight, so that what it does follows from what is in sight.
"""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.caution import Caution
from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.planners.grid import CostToGo, Grid, Place, Point
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


@dataclass(frozen=True)
class GoalExpertConfig:
    """Metres, seconds, radians; m/s and rad/s.

    resolution: of the grid. spare: a way keeps so much farther off than the body's half width.
    comfort, comfort_price: clearance that it pays a detour for, and how much, see Grid.
    lookahead: bounds of the distance to the point that is pursued; it grows with the room.
    steering: turning speed per radian of heading error, at a standstill and at full speed alike.
    turn_in_place: from this heading error on it does not drive forward at all.
    open_speed: the greatest one, where there is `open` clearance ahead; tight_speed: between
        obstacles that the body just passes.
    sideways: the greatest acceleration to the side, m/s^2.
    """

    resolution: float = 0.05
    spare: float = 0.06
    comfort: float = 0.7
    comfort_price: float = 4.0
    lookahead: tuple[float, float] = (0.45, 1.6)
    steering: float = 2.5
    turn_in_place: float = 1.2
    open_speed: float = 1.7
    tight_speed: float = 0.55
    open: float = 1.1
    sideways: float = 1.2


class GoalExpert:
    """Pursues a point on the shortest comfortable way, as fast as room and bends allow."""

    def __init__(self, simulation: Simulation, config: GoalExpertConfig | None = None) -> None:
        self._simulation = simulation
        self._config = config = config or GoalExpertConfig()
        self._footprint = footprint_of(simulation.config.robot)
        self._grid = Grid(
            simulation.layout,
            footprint=self._footprint.half_width + config.spare,
            comfort=config.comfort,
            comfort_price=config.comfort_price,
            resolution=config.resolution,
        )
        self._caution = Caution(simulation, self._grid)
        target = simulation.task.target
        if target is None:
            raise ValueError(f'task is {simulation.config.task.type!r}, which has no goal')
        self._goal: Point = target
        self._way: CostToGo = self._grid.cost_to(*target)

    def observe(self, message: Message) -> None:
        """It needs no messages: it knows."""

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        x, y, yaw = self._simulation.pose
        path = self._way.path(x, y, self._config.lookahead[1])
        aim = self._aim(x, y, path)
        error = math.remainder(math.atan2(aim[1] - y, aim[0] - x) - yaw, math.tau)
        w = self._clamp(1, self._config.steering * error)
        v = self._clamp(0, self._speed(x, y, yaw, error, w, path))
        return self._caution.heed(v, w)

    def _aim(self, x: float, y: float, path: list[Place]) -> Point:
        """The mean of the places on the way that can be driven to straight: it moves smoothly."""
        config, grid = self._config, self._grid
        first = min(int(config.lookahead[0] / config.resolution), len(path) - 1)
        room, sum_x, sum_y, count = math.inf, 0.0, 0.0, 0
        for index, place in enumerate(path):
            room = min(room, place.clearance)
            if index < first or index % 2:
                continue
            straight = grid.line_clearance((x, y), place.at)
            if count and straight < min(room - 0.03, 0.6):
                break
            sum_x, sum_y, count = sum_x + place.at[0], sum_y + place.at[1], count + 1
        if not count:
            return self._goal
        return sum_x / count, sum_y / count

    def _speed(
        self, x: float, y: float, yaw: float, error: float, w: float, path: list[Place]
    ) -> float:
        """By the room on the way and straight ahead, the heading error and the bend."""
        config, grid = self._config, self._grid
        cos, sin = math.cos(yaw), math.sin(yaw)
        nose = self._footprint.front
        ahead = (x + (nose + 0.3) * cos, y + (nose + 0.3) * sin)
        here = (x + nose / 2 * cos, y + nose / 2 * sin)
        along = min(place.clearance for place in path[: int(1.0 / config.resolution)])
        room = min(along, grid.line_clearance(here, ahead))
        tight = self._footprint.half_width
        share = min(max((room - tight) / (config.open - tight), 0.0), 1.0)
        speed = config.tight_speed + share * (config.open_speed - config.tight_speed)
        if abs(w) > 1e-6:
            speed = min(speed, config.sideways / abs(w))
        return speed * max(1.0 - (error / config.turn_in_place) ** 2, 0.0)

    def _clamp(self, axis: int, value: float) -> float:
        limits = self._simulation.config.limits
        return min(max(value, limits.min_velocity[axis]), limits.max_velocity[axis])
