"""Where a training run is, on disk: weights, optimiser and progress. Written whole or not at all;
no pickle.

All randomness of a run is drawn from (seed, round, epoch), so progress is all there is to remember
of it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from liquid_control.policy import Policy
from liquid_control.schema import ConfigError


@dataclass
class Progress:
    """round and epoch: the next ones to run. batches: done so far. best: of the validations,
    (round, score).

    wall_s: seconds of work in all sessions of the run.
    """

    round: int = 0
    epoch: int = 0
    batches: int = 0
    best_round: int = -1
    best_score: float = float('-inf')
    wall_s: float = 0.0


def save_checkpoint(
    path: Path, policy: Policy, optimizer: torch.optim.Optimizer, progress: Progress
) -> None:
    tensors = {f'policy.{name}': value for name, value in policy.state_dict().items()}
    for index, state in optimizer.state_dict()['state'].items():
        tensors |= {f'optimizer.{index}.{name}': value for name, value in state.items()}
    part = path.with_suffix('.part')
    save_file(tensors, part, metadata={'progress': json.dumps(asdict(progress))})
    with part.open('rb+') as file:
        os.fsync(file.fileno())
    part.replace(path)


def load_checkpoint(path: Path, policy: Policy, optimizer: torch.optim.Optimizer) -> Progress:
    """Put the weights and the optimiser's state back. Raises ConfigError naming the file if it is
    not of this policy.
    """
    with safe_open(path, framework='pt') as file:
        progress = Progress(**json.loads(file.metadata()['progress']))
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    weights = {
        name.removeprefix('policy.'): v
        for name, v in tensors.items()
        if name.startswith('policy.')
    }
    try:
        policy.load_state_dict(weights)
    except RuntimeError as error:
        raise ConfigError(
            f'{path}: not a checkpoint of this configuration: {str(error).splitlines()[-1]}'
        ) from None
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        kind, _, rest = name.partition('.')
        if kind == 'optimizer':
            index, _, key = rest.partition('.')
            state.setdefault(int(index), {})[key] = value
    whole: dict[str, Any] = optimizer.state_dict()
    optimizer.load_state_dict({**whole, 'state': state})
    return progress
