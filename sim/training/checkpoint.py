"""Where a training run is, on disk: weights, optimiser and progress. Written whole or not at all;
no pickle.

All randomness of a run is drawn from (seed, round, epoch), so progress is all there is to remember
of it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

from liquid_control.files import write_whole
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

    def note(self, score: float) -> None:
        """Take note of this round's validation. As good as the best is better: it saw more."""
        if score >= self.best_score:
            self.best_round, self.best_score = self.round, score


def save_checkpoint(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
    progress: Progress,
) -> None:
    """modules, optimizers: by names without dots, none of them the same."""
    tensors: dict[str, Tensor] = {}
    for kind, module in modules.items():
        tensors |= {f'{kind}.{name}': value for name, value in module.state_dict().items()}
    for kind, optimizer in optimizers.items():
        for index, state in optimizer.state_dict()['state'].items():
            tensors |= {f'{kind}.{index}.{name}': value for name, value in state.items()}
    write_whole({path: save(tensors, metadata={'progress': json.dumps(asdict(progress))})})


def load_checkpoint(
    path: Path,
    modules: Mapping[str, nn.Module],
    optimizers: Mapping[str, torch.optim.Optimizer],
) -> Progress:
    """Put the weights and the optimisers' states back. Raises ConfigError naming the file if it is
    not of these.
    """
    with safe_open(path, framework='pt') as file:
        progress = Progress(**json.loads(file.metadata()['progress']))
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    try:
        for kind, module in modules.items():
            module.load_state_dict(_of(kind, tensors))
    except RuntimeError as error:
        raise ConfigError(
            f'{path}: not a checkpoint of this configuration: {str(error).splitlines()[-1]}'
        ) from None
    for kind, optimizer in optimizers.items():
        state: dict[int, dict[str, Tensor]] = {}
        for name, value in _of(kind, tensors).items():
            index, _, key = name.partition('.')
            state.setdefault(int(index), {})[key] = value
        whole: dict[str, Any] = optimizer.state_dict()
        optimizer.load_state_dict({**whole, 'state': state})
    return progress


def _of(kind: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of one module or optimiser, by their own names."""
    start = f'{kind}.'
    return {name[len(start) :]: value for name, value in tensors.items() if name.startswith(start)}
