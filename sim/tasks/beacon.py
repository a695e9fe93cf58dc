"""Drive up to the red beacon; then it is somewhere else."""

import math
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.tasks.task import Point, Pose
from liquid_control_sim.worlds.layout import Layout

Mode = Literal['continue', 'single']


@configured
class Beacon:
    """Metres, seconds.

    mode: 'single' ends with the first beacon; with 'continue' it then jumps to another place.
    reach: the beacon is reached when the robot's centre is this near to its centre.
    apart: a new beacon is at least this far from the robot, if there is room.
    gap: between the beacon and anything else.
    timeout: the episode's length.
    """

    type: Literal['beacon'] = 'beacon'
    mode: Mode = 'continue'
    reach: float = 0.9
    apart: float = 3.0
    gap: float = 0.6
    timeout: float = 60.0

    def start(self, layout: Layout, rng: np.random.Generator) -> 'BeaconTask':
        return BeaconTask(self, layout, rng)


class BeaconTask:
    """Where the beacon is and how many were reached. It is to be seen; nobody tells where it is.

    finished: the one beacon of mode 'single' is reached.
    """

    goal: Point | None = None

    def __init__(self, config: Beacon, layout: Layout, rng: np.random.Generator) -> None:
        self._config, self._layout, self._rng = config, layout, rng
        self.timeout = config.timeout
        self.reached: list[Point] = []
        self.beacon_xy = self._next_place(*layout.start[:2])

    @property
    def target(self) -> Point:
        return self.beacon_xy

    @property
    def succeeded(self) -> bool:
        return bool(self.reached)

    @property
    def finished(self) -> bool:
        return self._config.mode == 'single' and bool(self.reached)

    def update(self, pose: Pose, elapsed: float) -> None:
        """Take the beacon as reached if it is; another place is drawn for it."""
        if self.finished or math.dist(pose[:2], self.beacon_xy) > self._config.reach:
            return
        self.reached.append(self.beacon_xy)
        if not self.finished:
            self.beacon_xy = self._next_place(*pose[:2])

    def _next_place(self, x: float, y: float) -> Point:
        """A random free place away from the robot that can be reached from where it started; where
        all of them are near, the farthest.
        """
        clearance = self._layout.look.beacon_radius + self._config.gap
        places = self._layout.reachable_places(self._rng, clearance, count=4096)
        if not len(places):
            raise ValueError(f'gap is {self._config.gap}, but no free place has {clearance} m')
        away = np.hypot(places[:, 0] - x, places[:, 1] - y)
        far = places[away >= self._config.apart]
        chosen = far[0] if len(far) else places[np.argmax(away)]
        return float(chosen[0]), float(chosen[1])
