"""What one source sees around the robot: points, and the directions in which it sees anything."""

import math
from dataclasses import dataclass, field

import numpy as np

from liquid_control.safety.compiled import compiled


@dataclass(frozen=True, eq=False)
class View:
    """One picture of one source, in the base frame; metres and radians.

    points: [k, 2], what it has hit.
    seen: [n], the bearings from origin in which it measures: a hit, or nothing in reach.
    failed: [m], the bearings in which it should measure, but did not.
    origin: where the source stands.

    Raises ValueError for other shapes or an origin that is no number.
    """

    points: np.ndarray
    seen: np.ndarray
    failed: np.ndarray = field(default_factory=lambda: np.empty(0))
    origin: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.points.ndim != 2 or self.points.shape[1] != 2:
            raise ValueError(f'points have shape {self.points.shape}, wanted (k, 2)')
        if self.seen.ndim != 1 or self.failed.ndim != 1:
            shapes = f'{self.seen.shape} and {self.failed.shape}'
            raise ValueError(f'seen and failed have shapes {shapes}, wanted (n,) and (m,)')
        if len(self.origin) != 2 or not np.isfinite(self.origin).all():
            raise ValueError(f'origin is {self.origin!r}, wanted two finite numbers')


def read_beams(
    ranges: np.ndarray,
    angles: np.ndarray,
    range_min: float,
    origin: tuple[float, float] = (0.0, 0.0),
) -> View:
    """The view of a planar scan.

    ranges: [beams], metres, as REP-117 has it: +inf nothing in reach, -inf too close, NaN invalid.
    angles: [beams], the direction of each beam in the base frame. origin: where they start.

        range   1.0   inf    -inf                        nan
                hit   seen   a hit as far as range_min   failed
    """
    x, y = origin
    beams = np.array(ranges, np.float64), np.array(angles, np.float64)
    points, seen, failed = _read(*beams, float(range_min), float(x), float(y))
    return View(points, seen, failed, origin)


@compiled
def _read(
    ranges: np.ndarray, angles: np.ndarray, range_min: float, x: float, y: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    points, hits = np.empty((len(ranges), 2)), 0
    seen, sights = np.empty(len(ranges)), 0
    failed, failures = np.empty(len(ranges)), 0
    for k in range(len(ranges)):
        reach, angle = ranges[k], angles[k]
        if math.isnan(reach):
            failed[failures] = angle
            failures += 1
            continue
        seen[sights] = angle
        sights += 1
        if reach < math.inf:
            reach = max(reach, range_min)
            points[hits, 0] = x + reach * math.cos(angle)
            points[hits, 1] = y + reach * math.sin(angle)
            hits += 1
    return points[:hits], seen[:sights], failed[:failures]
