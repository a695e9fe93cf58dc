"""Worker processes that simulate: on this machine, or on those of a Ray cluster."""

import multiprocessing
import os
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.context import ForkServerContext
from typing import Literal

import torch

from liquid_control.schema import ConfigError

Cluster = Literal['local', 'auto']
"""Of Ray: `auto` is the one that this machine belongs to, by `ray start`; `local` is started here,
and ends with what it was started for.
"""


def simulators(count: int, cluster: Cluster | None) -> Executor:
    """So many workers of this machine, or one for each core of a Ray cluster. What these are to do
    must not need this machine's files.

    Raises ConfigError where Ray is not installed, or its cluster not there.
    """
    if cluster is None:
        return processes(count)
    if cluster == 'local':
        # Ray reads it when imported; without it, a local cluster listens to the network, too.
        os.environ['RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER'] = '0'
    try:
        from liquid_control_sim.cluster import RayPool
    except ModuleNotFoundError as error:
        if error.name != 'ray':
            raise
        raise ConfigError(
            f"cluster is {cluster!r}, but Ray is not installed: pip install 'liquid_control[ray]'"
        ) from None
    return RayPool(cluster, count)


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
