"""Drive to a place given in the frame of the robot's odometry."""

import math
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.tasks.task import Point, Pose
from liquid_control_sim.worlds.layout import Layout


@configured
class Goal:
    """Metres, seconds.

    place: the goal, in the frame of the odometry. None: the world's own, or one that is drawn.
    distance: range of straight distances from the start that a goal is drawn from; a world with a
        goal of its own keeps that one.
    reach: the goal is reached when the robot's centre is this near, in the world: what its
        odometry says does not count.
    gap: between the goal and anything else.

    The defaults of reach and timeout are those of BARN.
    """

    type: Literal['goal'] = 'goal'
    place: Point | None = None
    distance: tuple[float, float] = (4.0, 12.0)
    reach: float = 1.0
    gap: float = 0.4
    timeout: float = 100.0

    def start(self, layout: Layout, rng: np.random.Generator) -> 'GoalTask':
        return GoalTask(self, layout, rng)


class GoalTask:
    """Where the goal is, and whether it was reached."""

    beacon_xy: Point | None = None

    def __init__(self, config: Goal, layout: Layout, rng: np.random.Generator) -> None:
        self._config = config
        self.timeout = config.timeout
        self.reached: list[Point] = []
        if config.place is not None:
            self.goal, self.target = config.place, _to(layout.start, config.place)
        else:
            self.target = layout.goal or _draw(config, layout, rng)
            self.goal = _from(layout.start, self.target)

    @property
    def succeeded(self) -> bool:
        return bool(self.reached)

    @property
    def finished(self) -> bool:
        return bool(self.reached)

    def update(self, pose: Pose, elapsed: float) -> None:
        if not self.reached and math.dist(pose[:2], self.target) <= self._config.reach:
            self.reached.append(self.target)


def _draw(config: Goal, layout: Layout, rng: np.random.Generator) -> Point:
    places = layout.reachable_places(rng, config.gap, count=4096)
    away = np.hypot(places[:, 0] - layout.start[0], places[:, 1] - layout.start[1])
    low, high = config.distance
    fit = places[(away >= low) & (away <= high)]
    if not len(fit):
        raise ValueError(f'distance is {config.distance}, but no free place is that far away')
    return float(fit[0, 0]), float(fit[0, 1])


def _from(start: Pose, place: Point) -> Point:
    """A place in the world, in the frame that the odometry has at the start."""
    x, y, yaw = start
    dx, dy = place[0] - x, place[1] - y
    cos, sin = math.cos(yaw), math.sin(yaw)
    return cos * dx + sin * dy, cos * dy - sin * dx


def _to(start: Pose, place: Point) -> Point:
    """The inverse: a place in that frame, in the world."""
    x, y, yaw = start
    cos, sin = math.cos(yaw), math.sin(yaw)
    return x + cos * place[0] - sin * place[1], y + sin * place[0] + cos * place[1]
