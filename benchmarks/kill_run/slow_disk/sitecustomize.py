"""Python imports this as it starts, where this folder is on its path: a disk that takes its time.

A file that is being written is there for so long that it can be seen, and its writer killed.
"""

import os
import time

FLUSH_S = 0.02

_flush = os.fsync


def _slowly(number: int) -> None:
    time.sleep(FLUSH_S)
    _flush(number)


os.fsync = _slowly
