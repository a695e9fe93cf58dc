"""The way to a goal on a map of what the LiDAR has seen."""

import math

import numpy as np
from scipy.spatial import cKDTree

from liquid_control_sim.planners.chart import Chart
from liquid_control_sim.planners.grid import Grid, Point
from liquid_control_sim.planners.senses import Senses

_FAR = 20.0
_BESIDE = 3.0


class Guide:
    """Says how long the way to the goal is from where; plans anew every so many seconds, and when
    the goal is another one.
    """

    def __init__(self, senses: Senses, chart: Chart, replan: float) -> None:
        self._senses, self._chart = senses, chart
        self._replan_ns = round(replan * 1e9)
        self._way: Way | None = None
        self._planned_ns = 0

    def left(self, places: np.ndarray) -> np.ndarray:
        """Metres that are left from places [..., 2] of the base frame; more where it is tight."""
        senses = self._senses
        old = self._way is None or senses.now_ns - self._planned_ns >= self._replan_ns
        if self._way is None or old or math.dist(self._way.goal, senses.goal) > 0.2:
            self._planned_ns = senses.now_ns
            half_width = senses.footprint.half_width
            self._way = Way(self._chart.points, senses.pose[:2], senses.goal, half_width)
        return self._way.left(senses.to_map(places))


class Way:
    """The shortest way to a goal round some points, in their frame; what is unseen is free.

    half_width: half the robot's width, metres.
    """

    def __init__(self, points: np.ndarray, here: Point, goal: Point, half_width: float) -> None:
        self.goal = goal
        self._centre = np.array([(here[0] + goal[0]) / 2, (here[1] + goal[1]) / 2])
        half = _BESIDE + np.abs(np.array(goal) - self._centre)
        self.half_size = (float(math.ceil(half[0])), float(math.ceil(half[1])))
        self._tree = cKDTree(points - self._centre) if len(points) else None
        grid = Grid(self, footprint=half_width + 0.05, comfort=0.5, comfort_price=3.0)
        x, y = np.array(goal) - self._centre
        self._cost = grid.cost_to(float(x), float(y))

    def clearance(self, points: np.ndarray) -> np.ndarray:
        """Metres from places [..., 2] around the centre to the nearest point."""
        if self._tree is None:
            return np.full(points.shape[:-1], _FAR)
        return self._tree.query(points, distance_upper_bound=_FAR)[0].clip(max=_FAR)

    def left(self, places: np.ndarray) -> np.ndarray:
        """Metres that are left from places [..., 2], dearer where it is tight."""
        return self._cost.costs(places - self._centre)
