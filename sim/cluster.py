"""A Ray cluster as a pool of processes. The one place that imports Ray.

Arguments travel to whichever machine has a core free, and results come back; files do not. So each
machine has this package, in the same version, with the same Python and the same Ray.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

import ray

from liquid_control.schema import ConfigError
from liquid_control_sim.workers import Cluster, begin_worker

P = ParamSpec('P')
T = TypeVar('T')

_RETRIES = 3
"""Of a task whose process or machine dies; not of one that raises."""


class RayPool(Executor):
    """Each task has a core of the cluster to itself, and is done again where that is lost."""

    def __init__(self, cluster: Cluster, cores: int) -> None:
        """cores: of a local one. Raises ConfigError."""
        try:
            ray.init(
                cluster,
                num_cpus=cores if cluster == 'local' else None,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except ConnectionError as error:
            raise ConfigError(f'cluster is {cluster!r}, but Ray says: {error}') from None
        self._task: Any = ray.remote(num_cpus=1, max_retries=_RETRIES)(_begun)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._task.remote(fn, *args, **kwargs).future()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, or end it if it is local; what is not done by then never will be."""
        ray.shutdown()


def _begun(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    begin_worker()
    return function(*args, **kwargs)
