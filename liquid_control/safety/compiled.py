"""How the guard's loops are compiled: a command is judged in microseconds, not in a millisecond.

numba compiles each loop on its first call and keeps the result beside the sources, so a first call
belongs where nothing moves yet, see `Guard.rehearse`. Arrays are C-contiguous float64.
"""

from numba import njit

compiled = njit(error_model='numpy', nogil=True, cache=True)
"""Arithmetic stays that of IEEE 754: the loops rest on NaN and infinity."""
