"""How sure a figure is: intervals that hold the true one in 95 of 100 evaluations."""

import math
from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]
_Z = 1.959964
_RESAMPLES = 2000


def wilson(successes: int, trials: int) -> Interval:
    """Of a rate (Wilson 1927).

        (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)

    20 of 20 is 0.84 to 1. Without trials nothing is known: 0 to 1.
    """
    if trials == 0:
        return 0.0, 1.0
    rate, z2 = successes / trials, _Z * _Z / trials
    spread = _Z * math.sqrt(rate * (1.0 - rate) / trials + z2 / (4.0 * trials))
    low, high = (rate + z2 / 2 - spread) / (1 + z2), (rate + z2 / 2 + spread) / (1 + z2)
    return min(max(low, 0.0), rate), max(min(high, 1.0), rate)


def bootstrap(values: Sequence[float]) -> Interval:
    """Of a mean: percentiles of the means of resamples; the same values give the same interval."""
    if not len(values):
        return 0.0, 0.0
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(np.asarray(values, float)[drawn].mean(1), [2.5, 97.5])
    return float(low), float(high)
