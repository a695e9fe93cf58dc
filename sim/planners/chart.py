"""What LiDAR points make of the surroundings: a memory of them, and distances.

This is what a costmap is to nav2: it marks what a scan hits and clears what it sees past.
"""

import numpy as np
from scipy.ndimage import distance_transform_edt

from liquid_control_sim.planners.senses import Scan, Senses

_FAR = 20.0


class Chart:
    """Points that scans have hit, one for each cell, in the odometry's frame.

    A point is forgotten when a scan sees past it by `margin`, or when it is out of reach; metres.
    """

    def __init__(
        self, senses: Senses, cell: float = 0.05, margin: float = 0.15, reach: float = 10.0
    ) -> None:
        self._angles = senses.angles
        self._cell, self._margin, self._reach = cell, margin, reach
        self.points = np.empty((0, 2))

    def add(self, scan: Scan) -> None:
        """Take in a scan."""
        points = np.concatenate([scan.points, self.points[self._hidden(scan)]])
        cells = np.rint(points / self._cell).astype(np.int64)
        _, kept = np.unique(cells[:, 0] * 100_003 + cells[:, 1], return_index=True)
        self.points = points[kept]

    def _hidden(self, scan: Scan) -> np.ndarray:
        """Which of the points the scan does not see past, [points] of bool."""
        x, y, yaw = scan.sensor
        dx, dy = self.points[:, 0] - x, self.points[:, 1] - y
        away = np.hypot(dx, dy)
        bearing = np.arctan2(dy, dx) - yaw
        bearing = np.arctan2(np.sin(bearing), np.cos(bearing))
        first, last = self._angles[0], self._angles[-1]
        beam = np.rint((bearing - first) / (last - first) * (len(self._angles) - 1))
        inside = (beam >= 1) & (beam <= len(self._angles) - 2)
        beam = np.clip(beam, 1, len(self._angles) - 2).astype(np.intp)
        # A beam beside an edge sees past it: three must.
        past = np.minimum(
            np.minimum(scan.ranges[beam - 1], scan.ranges[beam]), scan.ranges[beam + 1]
        )
        return ~(inside & (away < past - self._margin)) & (away < self._reach)


class Field:
    """How far it is to the nearest of some points, around the robot; metres, its base frame.

    reach: half the side of the square that it knows; beyond, the nearest place inside counts.
    """

    def __init__(self, points: np.ndarray, reach: float = 4.0, cell: float = 0.05) -> None:
        self._cell, self._reach = cell, reach
        self._size = 2 * round(reach / cell) + 1
        free = np.ones((self._size, self._size), bool)
        cells = np.rint((points + reach) / cell).astype(np.intp)
        cells = cells[((cells >= 0) & (cells < self._size)).all(1)]
        free[cells[:, 0], cells[:, 1]] = False
        away = distance_transform_edt(free) if len(cells) else np.full(free.shape, _FAR / cell)
        self._away = (away * cell).ravel()

    def away(self, places: np.ndarray) -> np.ndarray:
        """Metres from places [..., 2] to the nearest point."""
        cells = np.rint((places + self._reach) / self._cell).astype(np.intp)
        cells = np.clip(cells, 0, self._size - 1)
        return self._away.take(cells[..., 0] * self._size + cells[..., 1])
