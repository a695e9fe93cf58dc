"""Some environments of many, in the process that steps them, and the memory that all share."""

import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import numpy as np
from gymnasium import Env, spaces

from liquid_control_sim.envs.observation import Observation
from liquid_control_sim.workers import begin_worker

Board = dict[str, Any]
"""Arrays of a `board_space`, [n, ...] each, that all processes write to and read from."""

_FLAG = spaces.Box(0, 1, (), np.int8)
_COUNT = spaces.Box(0, 2**31, (), np.int64)
_INFO = spaces.Dict(
    {
        'reached': _COUNT,
        'collisions': _COUNT,
        'distance_m': spaces.Box(0.0, np.inf, (), np.float64),
        'success': _FLAG,
        'pose': spaces.Box(-np.inf, np.inf, (3,), np.float64),
    }
)


class End(NamedTuple):
    """What an environment, by its index, showed when its episode ended."""

    env: int
    observation: Observation
    info: dict[str, Any]


def board_space(env: Env) -> spaces.Dict:
    """What is told of one environment, and told to it. info: all of it but the messages, whose
    values are in the observations.
    """
    return spaces.Dict(
        {
            'observation': env.observation_space,
            'action': env.action_space,
            'reward': spaces.Box(-np.inf, np.inf, (), np.float64),
            'terminated': _FLAG,
            'truncated': _FLAG,
            'info': _INFO,
        }
    )


class Share:
    """Steps the environments of one part of the board, one after the other."""

    def __init__(self, make: Callable[[], Env], board: Board, part: slice) -> None:
        self._board, self._indices = board, range(part.start, part.stop)
        self._envs = [make() for _ in self._indices]

    def reset(self, seeds: list[int | None], options: dict[str, Any] | None) -> list[End]:
        """seeds: of all environments there are. Nothing has ended."""
        for index, env in zip(self._indices, self._envs, strict=True):
            self._show(index, *env.reset(seed=seeds[index], options=options))
        return []

    def step(self) -> list[End]:
        """Act as the board says; whose episode ends there begins the next one."""
        board, ends = self._board, []
        for index, env in zip(self._indices, self._envs, strict=True):
            observation, reward, terminated, truncated, info = env.step(board['action'][index])
            board['reward'][index] = reward
            board['terminated'][index], board['truncated'][index] = terminated, truncated
            if terminated or truncated:
                told = {name: info[name] for name in board['info']}
                ends.append(End(index, observation, told))
                observation, info = env.reset()
            self._show(index, observation, info)
        return ends

    def _show(self, index: int, observation: Observation, info: dict[str, Any]) -> None:
        for name, shown in self._board['observation'].items():
            shown[index] = observation[name]
        for name, shown in self._board['info'].items():
            shown[index] = info[name]


def serve(
    connection: Connection, make: Callable[[], Env], board: Callable[[], Board], part: slice
) -> None:
    """A worker process: answers calls of a Share's methods, (name, arguments), until None comes
    or the other end is gone.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    begin_worker()
    share = Share(make, board(), part)
    while True:
        try:
            call = connection.recv()
        except EOFError:
            return
        if call is None:
            return
        method, arguments = call
        connection.send(getattr(share, method)(*arguments))
