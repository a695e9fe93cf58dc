"""Any LiDAR's scan to the beams that a policy was trained on, or the reason why it cannot be."""

import math
from typing import NamedTuple

import numpy as np

from liquid_control.messages.error import MessageError
from liquid_control.messages.scan import TURN, Scan, directions
from liquid_control.policy import LidarSpec

SPARSEST = math.radians(2.0)
"""Beams that lie this close are never too few, however many the policy has."""


class Resampler:
    """Ranges in the policy's directions.

    A policy's beam takes the nearest return of the scan's beams that are closer to it than half
    of a beam's spacing, of the policy or of the scan, whichever is wider. So no return vanishes
    if the scan is denser, and each beam is repeated if it is sparser:

        scan      .  .  .  x  .  .          scan      .     x     .
        policy      .     x     .           policy    .  .  x  x  .

    A beam of which the scan sees nothing is NaN. Where beams lie is worked out once for all scans
    of the same geometry.
    """

    def __init__(self, spec: LidarSpec, max_invalid_ratio: float) -> None:
        self._spec = spec
        self._max_invalid_ratio = max_invalid_ratio
        self._geometry: tuple[int, float, float] | None = None
        self._plan: _Plan

    def resample(self, scan: Scan) -> np.ndarray:
        """Ranges, float32 [spec.beams], metres, by REP-117.

        Raises MessageError if more than max_invalid_ratio of what came or of what is made of it
        is NaN, or if the scan's beams are too sparse.
        """
        geometry = (len(scan.ranges), scan.angle_min, scan.angle_increment)
        if geometry != self._geometry:
            self._check_spacing(scan)
            self._plan = _plan(self._spec, *geometry)
            self._geometry = geometry
        plan = self._plan
        seen = np.full(len(plan.source) + 1, np.nan, np.float32)
        seen[:-1] = scan.ranges[plan.source]
        self._check_share(np.isnan(seen[:-1]))
        ranges = np.fmin.reduceat(seen, plan.bounds)[::2]
        ranges[plan.unseen] = np.nan
        unknown = np.isnan(ranges).mean()
        if unknown > self._max_invalid_ratio:
            raise MessageError(self._unknown(scan, unknown))
        return ranges

    def _check_spacing(self, scan: Scan) -> None:
        spec = self._spec
        sector = spec.pool * _spacing(spec)
        if scan.angle_increment > max(sector, SPARSEST) * 1.001:
            apart, wanted = math.degrees(scan.angle_increment), math.degrees(sector)
            raise MessageError(
                f'scan has a beam every {apart:.2g} deg, but the policy looks at every '
                f'{wanted:.2g} deg'
            )

    def _check_share(self, invalid: np.ndarray) -> None:
        share = invalid.mean() if len(invalid) else 0.0
        if share > self._max_invalid_ratio:
            raise MessageError(
                f'scan is {share:.0%} invalid, at most {self._max_invalid_ratio:.0%} may be'
            )

    def _unknown(self, scan: Scan, share: float) -> str:
        ends = scan.angle_min, scan.angle_max, self._spec.angle_min, self._spec.angle_max
        first, last, wanted_first, wanted_last = (math.degrees(end) for end in ends)
        return (
            f'scan says nothing of {share:.0%} of the beams that the policy wants, at most '
            f'{self._max_invalid_ratio:.0%} may be: it covers {first:.1f} to {last:.1f} deg, '
            f'the policy was trained on {wanted_first:.1f} to {wanted_last:.1f} deg'
        )


class _Plan(NamedTuple):
    """source: which of the scan's beams are looked at, in order of direction. bounds: for each of
    the policy's beams, where its own begin and end in these, one after the other. unseen: [beams]
    bool, which have none.
    """

    source: np.ndarray
    bounds: np.ndarray
    unseen: np.ndarray


def _plan(spec: LidarSpec, beams: int, angle_min: float, increment: float) -> _Plan:
    wanted = np.linspace(spec.angle_min, spec.angle_max, spec.beams)
    reach = max(_spacing(spec), increment) / 2 + 1e-6
    scanned = directions(beams, angle_min, increment)
    turns = [scanned + turn for turn in (-TURN, 0.0, TURN)]
    source = np.concatenate([np.flatnonzero(_within(turn, wanted, reach)) for turn in turns])
    angles = np.concatenate([turn[_within(turn, wanted, reach)] for turn in turns])
    order = np.argsort(angles, kind='stable')
    begin = np.searchsorted(angles[order], wanted - reach, 'left')
    end = np.searchsorted(angles[order], wanted + reach, 'right')
    bounds = np.stack((begin, end), axis=1).ravel()
    return _Plan(source[order], bounds, begin == end)


def _within(angles: np.ndarray, wanted: np.ndarray, reach: float) -> np.ndarray:
    return (angles >= wanted[0] - reach) & (angles <= wanted[-1] + reach)


def _spacing(spec: LidarSpec) -> float:
    return (spec.angle_max - spec.angle_min) / (spec.beams - 1)
