"""Memory for large messages, kept from one to the next."""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_ in glibc's malloc.h
_MIB = 2**20


def keep() -> None:
    """Let the C library keep what this process frees, where it is GNU's.

    By default a thread hands the blocks of an image back when it is read, and for the next one the
    kernel clears every page anew: 640 faults for 640 x 480 pixels, longer than the policy takes.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt:
        mallopt(_MMAP_THRESHOLD, 16 * _MIB)
        mallopt(_TRIM_THRESHOLD, 64 * _MIB)
