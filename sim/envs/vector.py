"""Many environments at once, on all cores."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from gymnasium import Env, spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import (
    batch_space,
    create_shared_memory,
    read_from_shared_memory,
)

from liquid_control_sim.envs.event import DriveEnv
from liquid_control_sim.envs.observation import Observation
from liquid_control_sim.envs.share import Board, End, Share, board_space, serve
from liquid_control_sim.envs.synchronous import SyncDriveEnv
from liquid_control_sim.workers import start_method


class DriveVectorEnv(VectorEnv[Observation, np.ndarray, np.ndarray]):
    """Environments that are stepped side by side by several processes, this one among them.

        num_envs 5, workers 2:   0 1 2 in this process, 3 4 in another; observations in memory
                                 that they share

    The episodes are those of single environments with the same seeds and actions, bit by bit,
    whatever the number of workers: reset(seed=7) is reset(seed=7 + i) of the i-th.
    An environment whose episode has ended begins the next one in the same step (SAME_STEP):
    observation and infos are those of the new episode, `final_obs` and `final_info` in the infos
    those of the end. The infos hold no messages.

    make: makes one environment; it goes to other processes, so these must be able to import it.
    workers: processes; None for one per core. A script that asks for more than one keeps its
        doings under `if __name__ == '__main__':`, since they import it.
    """

    metadata: ClassVar[dict[str, Any]] = {
        'render_modes': [],
        'autoreset_mode': AutoresetMode.SAME_STEP,
    }

    def __init__(self, make: Callable[[], Env], num_envs: int, workers: int | None = None) -> None:
        if num_envs < 1 or (workers is not None and workers < 1):
            raise ValueError(f'num_envs is {num_envs} and workers {workers}, wanted 1 or more')
        self.num_envs = num_envs
        env = make()
        self.single_observation_space = env.observation_space
        self.single_action_space = env.action_space
        self.observation_space = batch_space(env.observation_space, num_envs)
        self.action_space = batch_space(env.action_space, num_envs)
        self._others: list[_Other] = []
        workers = min(workers or len(os.sched_getaffinity(0)), num_envs)
        self._begin(make, board_space(env), workers)

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: dict[str, Any] | None = None,
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode in each. seed: of the first, one more for each that follows; or of
        each.
        """
        if seed is None or isinstance(seed, int):
            seed = [None if seed is None else seed + i for i in range(self.num_envs)]
        if len(seed) != self.num_envs:
            raise ValueError(f'seed has {len(seed)} numbers, wanted {self.num_envs}')
        ends = self._call('reset', list(seed), options)
        return deepcopy(self._board['observation']), self._infos(ends)

    def step(
        self, actions: np.ndarray
    ) -> tuple[Observation, np.ndarray, np.ndarray, np.ndarray, dict[str, Any]]:
        """Command [num_envs, 2], and wait for the next message of each."""
        board, actions = self._board, np.asarray(actions)
        if actions.shape != self.action_space.shape:
            raise ValueError(
                f'actions have shape {actions.shape}, wanted {self.action_space.shape}'
            )
        board['action'][:] = actions
        ends = self._call('step')
        return (
            deepcopy(board['observation']),
            board['reward'].copy(),
            board['terminated'].astype(bool),
            board['truncated'].astype(bool),
            self._infos(ends),
        )

    def close_extras(self, **kwargs: Any) -> None:
        """End the other processes."""
        for other in self._others:
            other.close()

    def _begin(self, make: Callable[[], Env], space: spaces.Dict, workers: int) -> None:
        context, total = start_method(), self.num_envs
        self._memory = create_shared_memory(space, total, context)
        read = partial(read_from_shared_memory, space, self._memory, total)
        edges = [round(total * i / workers) for i in range(workers + 1)]
        here, *others = (slice(*ends) for ends in pairwise(edges))
        self._others = [_Other(context, make, read, part) for part in others]
        self._board: Board = read()
        self._here = Share(make, self._board, here)

    def _call(self, method: str, *arguments: Any) -> list[End]:
        """Of all shares; this process does its own while the others do theirs."""
        for other in self._others:
            other.ask(method, arguments)
        ends: list[End] = getattr(self._here, method)(*arguments)
        return sum((other.answer() for other in self._others), ends)

    def _infos(self, ends: list[End]) -> dict[str, Any]:
        """In Gymnasium's form: for each array `name`, `_name` says which environments tell it."""
        told = np.ones(self.num_envs, bool)
        infos: dict[str, Any] = {}
        for name, values in self._board['info'].items():
            kind = bool if name == 'success' else values.dtype
            infos[name], infos[f'_{name}'] = values.astype(kind), told
        for end in ends:
            final = {'final_obs': end.observation, 'final_info': end.info}
            infos = self._add_info(infos, final, end.env)
        return infos


class _Other:
    """A share in another process."""

    def __init__(
        self, context: Any, make: Callable[[], Env], board: Callable[[], Board], part: slice
    ) -> None:
        self._connection, theirs = context.Pipe()
        arguments = (theirs, make, board, part)
        self._process = context.Process(target=serve, args=arguments, daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, method: str, arguments: tuple) -> None:
        self._connection.send((method, arguments))

    def answer(self) -> list[End]:
        try:
            ends: list[End] = self._connection.recv()
        except (EOFError, ConnectionResetError):
            raise RuntimeError('a worker has ended; its error is on stderr') from None
        return ends

    def close(self) -> None:
        """Tell it so: a closed connection is not seen while a process forked later holds it."""
        with suppress(OSError):  # one that has failed hears nothing
            self._connection.send(None)
        self._process.join()


def event_vector(num_envs: int, workers: int | None = None, **arguments: Any) -> DriveVectorEnv:
    """Many `DriveEnv`."""
    return DriveVectorEnv(partial(DriveEnv, **arguments), num_envs, workers)


def sync_vector(num_envs: int, workers: int | None = None, **arguments: Any) -> DriveVectorEnv:
    """Many `SyncDriveEnv`."""
    return DriveVectorEnv(partial(SyncDriveEnv, **arguments), num_envs, workers)
