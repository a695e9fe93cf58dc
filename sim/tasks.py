"""What the robot is to do: drive up to the red beacon; then it is somewhere else."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from liquid_control_sim.worlds import Layout

Mode = Literal['continue', 'single']


@dataclass(frozen=True)
class BeaconConfig:
    """Metres, seconds.

    mode: 'single' ends with the first beacon; with 'continue' it then jumps to another place.
    reach: the beacon is reached when the robot's centre is this near to its centre.
    apart: a new beacon is at least this far from the robot.
    gap: between the beacon and anything else.
    timeout: the episode's length.
    """

    mode: Mode = 'continue'
    reach: float = 0.9
    apart: float = 3.0
    gap: float = 0.6
    timeout: float = 60.0

    def __post_init__(self) -> None:
        if self.mode not in ('continue', 'single'):
            raise ValueError(f"mode is {self.mode!r}, wanted 'continue' or 'single'")


class BeaconTask:
    """Where the beacon is and how many were reached.

    beacon_xy: the one to be reached next. reached: places of those reached, in order.
    finished: nothing is left to do.
    """

    def __init__(self, config: BeaconConfig, layout: Layout, rng: np.random.Generator) -> None:
        self._config, self._layout, self._rng = config, layout, rng
        self.reached: list[tuple[float, float]] = []
        self.beacon_xy = self._next_place(*layout.start[:2])

    @property
    def finished(self) -> bool:
        return self._config.mode == 'single' and bool(self.reached)

    def update(self, x: float, y: float) -> bool:
        """Tell where the robot is; True when it has reached the beacon, which is now elsewhere."""
        if math.dist((x, y), self.beacon_xy) > self._config.reach or self.finished:
            return False
        self.reached.append(self.beacon_xy)
        if self.finished:
            return False
        self.beacon_xy = self._next_place(x, y)
        return True

    def _next_place(self, x: float, y: float) -> tuple[float, float]:
        """A random free place away from the robot; in an arena, all of them can be reached."""
        clearance = self._layout.beacon_radius + self._config.gap
        places = self._layout.free_places(self._rng, clearance, count=4096)
        far = places[np.hypot(places[:, 0] - x, places[:, 1] - y) >= self._config.apart]
        if not len(far):
            raise ValueError(f'no free place {self._config.apart} m away from ({x:.2f}, {y:.2f})')
        return float(far[0, 0]), float(far[0, 1])
