"""Worker processes that simulate."""

import multiprocessing
import os
import threading

import torch


def begin_worker() -> None:
    """For the beginning of a worker: its arithmetic stays on one core, since there is one worker a
    core, and it ends when its parent is no more, however that ended.
    """
    os.environ['OMP_NUM_THREADS'] = '1'
    torch.set_num_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
