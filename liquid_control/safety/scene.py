"""What all sources together see: their points in one list, and their sights."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from liquid_control.safety.blind import Sight, unseen
from liquid_control.safety.compiled import compiled
from liquid_control.safety.shapes import Polygon
from liquid_control.safety.view import View

_NS = 1e-9


@dataclass(frozen=True, eq=False)
class Look:
    """A view as the guard keeps it. stamp_ns: when it was measured, steady clock."""

    points: np.ndarray
    sight: Sight
    measures: bool
    stamp_ns: int


@dataclass(frozen=True, eq=False)
class Scene:
    """All looks by their source's name, and their points as one.

    points: [k, 2]. owner: [k], index of the source in `names`. nearest: how far the nearest point
    is from the base, infinite without any. origins, blind: where the sources stand and their blind
    sectors, see `unseen`. has_failed: whether one should see something that it does not.
    """

    looks: Mapping[str, Look]
    names: tuple[str, ...]
    points: np.ndarray
    owner: np.ndarray
    nearest: float
    origins: np.ndarray
    blind: np.ndarray
    has_failed: bool

    def ages(self, now_ns: int) -> list[float]:
        """Seconds since each source measured, >= 0, in the order of `names`."""
        return [max((now_ns - kept.stamp_ns) * _NS, 0.0) for kept in self.looks.values()]

    def by_source(self, index: np.ndarray) -> dict[str, np.ndarray]:
        """These points, by the source that saw them."""
        owner = self.owner[index]
        return {self.names[i]: self.points[index[owner == i]] for i in np.unique(owner).tolist()}

    def failed(self, points: np.ndarray) -> np.ndarray:
        """Those of the points [k, 2] to which a source should look, but none does."""
        hidden = unseen(points, self.origins, self.blind)
        failed = [kept.sight.fails(hidden) for kept in self.looks.values()]
        return hidden[np.any(failed, axis=0)] if failed else hidden[:0]


def look(
    view: View,
    stamp_ns: int,
    blind_angle: float,
    exclusion_zones: Sequence[Polygon],
    max_points: int,
) -> Look:
    """Keep of a view what matters: real points outside of the exclusion zones, not too many."""
    points = _real(np.ascontiguousarray(view.points, np.float64))
    for zone in exclusion_zones:
        points = points[~zone.inside(points)]
    sight = Sight(view, blind_angle)
    return Look(_nearest(points, max_points), sight, len(view.seen) > 0, stamp_ns)


def merge(looks: Mapping[str, Look]) -> Scene:
    """One scene of all looks."""
    points = np.concatenate([np.empty((0, 2)), *(look.points for look in looks.values())])
    counts = np.array([len(look.points) for look in looks.values()], dtype=int)
    owner = np.repeat(np.arange(len(looks)), counts)
    nearest = float(np.hypot(points[:, 0], points[:, 1]).min(initial=math.inf))
    sights = [look.sight for look in looks.values()]
    origins = np.array([sight.origin for sight in sights]).reshape(-1, 2)
    blind = [(i, *sector) for i, sight in enumerate(sights) for sector in sight.blind.tolist()]
    return Scene(
        dict(looks),
        tuple(looks),
        points,
        owner,
        nearest,
        origins,
        np.array(blind, np.float64).reshape(-1, 3),
        any(len(sight.failed) for sight in sights),
    )


@compiled
def _real(points: np.ndarray) -> np.ndarray:
    """Those of the points [k, 2] that are numbers."""
    real, count = np.empty_like(points), 0
    for k in range(len(points)):
        if math.isfinite(points[k, 0]) and math.isfinite(points[k, 1]):
            real[count] = points[k]
            count += 1
    return real[:count]


def _nearest(points: np.ndarray, most: int) -> np.ndarray:
    """The points, or if they are more than `most`, the nearest one in each of so many directions
    from the base: what is behind it is met later.
    """
    if len(points) <= most:
        return points
    direction = np.arctan2(points[:, 1], points[:, 0]) / math.tau + 0.5
    bins = np.minimum((direction * most).astype(int), most - 1)
    outward = np.argsort(np.hypot(points[:, 0], points[:, 1]))[::-1]
    nearest = np.full(most, -1)
    nearest[bins[outward]] = outward
    return points[nearest[nearest >= 0]]
