"""Worker processes that simulate."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import ForkServerContext

import torch


def start_method() -> ForkServerContext:
    """How workers start: as forks of a process that has imported what they need, and nothing else
    has happened in. Importing takes seconds, forking none.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['liquid_control_sim.rollout'])
    return context


def processes(count: int) -> ProcessPoolExecutor:
    """So many workers."""
    return ProcessPoolExecutor(count, mp_context=start_method(), initializer=begin_worker)


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
