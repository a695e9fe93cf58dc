"""Drive on: hit nothing, and do not stall."""

import math
from typing import Literal

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.tasks.task import Point, Pose
from liquid_control_sim.worlds.layout import Layout


@configured
class Cruise:
    """Metres, seconds.

    patience, progress: a robot that within `patience` seconds got no farther than `progress`
        metres from where it was has stalled. Turning on the spot is stalling, too.
    timeout: who has driven so long without stalling has succeeded.
    """

    type: Literal['cruise'] = 'cruise'
    patience: float = 8.0
    progress: float = 0.5
    timeout: float = 60.0

    def start(self, layout: Layout, rng: np.random.Generator) -> 'CruiseTask':
        return CruiseTask(self, layout)


class CruiseTask:
    """Watches that the robot gets on. stalled: it did not."""

    beacon_xy: Point | None = None
    target: Point | None = None
    goal: Point | None = None

    def __init__(self, config: Cruise, layout: Layout) -> None:
        self._config = config
        self.timeout = config.timeout
        self.reached: list[Point] = []
        self.stalled = False
        self._elapsed = 0.0
        self._left: Point = layout.start[:2]
        self._left_s = 0.0

    @property
    def succeeded(self) -> bool:
        return not self.stalled and self._elapsed >= self.timeout

    @property
    def finished(self) -> bool:
        return self.stalled or self.succeeded

    def update(self, pose: Pose, elapsed: float) -> None:
        self._elapsed = elapsed
        if math.dist(pose[:2], self._left) > self._config.progress:
            self._left, self._left_s = pose[:2], elapsed
        elif elapsed - self._left_s > self._config.patience:
            self.stalled = True
