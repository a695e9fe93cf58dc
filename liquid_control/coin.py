"""A coin that the clock tosses: which way to go first where both are as good.

Who always does the same in the same place can go in circles for ever. The coin breaks them: every
few seconds it falls anew, to the left or the right, and all who know the time see it fall alike.
Of each two tosses one falls to either side, so it is never long before the other way is tried.
A policy whose spec has `coin` hears it at each event, and the expert that it learns from searches
to that side. It is a function of the stamp alone, so a replayed drive gives the same numbers.
"""

import numpy as np

TOSS_NS = 6_000_000_000
"""From one toss to the next: time to turn right round, or to drive out of a corner."""

_MASK = (1 << 64) - 1


def toss(stamp_ns: int) -> float:
    """How the coin lies at this time: 1 for left, -1 for right.

    Which side comes first in a pair of tosses: a bit of the pair's number through SplitMix64's
    finalizer (Steele, Lea and Flood 2014).
    """
    pair, second = divmod(stamp_ns // TOSS_NS, 2)
    z = (pair * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return 1.0 if ((z ^ (z >> 31)) & 1) != second else -1.0


def tosses(stamps_ns: np.ndarray) -> np.ndarray:
    """`toss` of each of int64 [n]: float32 [n]."""
    numbers, which = np.unique(stamps_ns // TOSS_NS, return_inverse=True)
    sides = [toss(int(number) * TOSS_NS) for number in numbers]
    return np.array(sides, np.float32)[which]
