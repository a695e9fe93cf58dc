"""How the kernels are compiled, and the two functions whose speed decides theirs.

numba keeps what it compiled beside the sources, by the time stamp of the file that a function is
in: after a change here, `make clean` forgets the kernels that were made of the old one.
"""

import math
from typing import Any

import numpy as np
from numba import njit, types
from numba.extending import overload

# Not 'nnan' and 'ninf': a NaN that comes in must come out.
FAST = {'contract', 'reassoc', 'arcp', 'nsz'}

# A Python float would turn float32 arithmetic into float64; these widen where they must.
ZERO, HALF, ONE, TWO = (np.float32(value) for value in (0.0, 0.5, 1.0, 2.0))

compiled = njit(fastmath=FAST, error_model='numpy', nogil=True, cache=True)


def tanh(x: Any) -> Any:
    """tanh. In float32 a rational function that becomes vector instructions, within 1.5e-7."""
    return math.tanh(x)


@overload(tanh, jit_options={'fastmath': FAST, 'error_model': 'numpy'})
def _tanh(x: Any) -> Any:
    return _rational if x is types.float32 else _exact


def _exact(x: Any) -> Any:
    return math.tanh(x)


_MOST = np.float32(7.90531110763549805)
_A1, _A3, _A5, _A7, _A9, _A11, _A13 = (
    np.float32(a)
    for a in (
        4.89352455891786e-03,
        6.37261928875436e-04,
        1.48572235717979e-05,
        5.12229709037114e-08,
        -8.60467152213735e-11,
        2.00018790482477e-13,
        -2.76076847742355e-16,
    )
)
_B0, _B2, _B4, _B6 = (
    np.float32(b)
    for b in (
        4.89352518554385e-03,
        2.26843463243900e-03,
        1.18534705686654e-04,
        1.19825839466702e-06,
    )
)


def _rational(x: Any) -> Any:
    """x P(x^2) / Q(x^2), minimax over |x| < 7.9: Eigen's ptanh (MathFunctionsImpl.h)."""
    x = -_MOST if x < -_MOST else x
    x = _MOST if x > _MOST else x
    y = x * x
    p = ((((((_A13 * y + _A11) * y + _A9) * y + _A7) * y + _A5) * y + _A3) * y + _A1) * x
    return p / (((_B6 * y + _B4) * y + _B2) * y + _B0)


@compiled
def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), by way of tanh."""
    return HALF + HALF * tanh(HALF * x)
