"""The processes that train one policy together, as torchrun starts them.

Each has the same weights; it learns from a share of the lanes, and all take the step that one
process with all lanes would take:

    rank 0   lanes 0..7    w_0 g_0 \\
                                     g = sum(w_r g_r) / sum(w_r)   ->  the same step everywhere
    rank 1   lanes 8..15   w_1 g_1 /

A mean loss over unequally many labelled events has to be weighted by them: w_r is their number.
The ranks share the run's folder; what is written there, rank 0 alone writes, but for the drives.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from liquid_control.schema import ConfigError

T = TypeVar('T')

_PATIENCE = timedelta(days=1)
"""Others may wait for one that simulates; torchrun ends all of them when one has died."""


@dataclass(frozen=True)
class Ranks:
    """This process among `size`; without arguments, the only one.

    device: where it learns. launcher: the command that started it.
    """

    rank: int = 0
    size: int = 1
    device: torch.device = torch.device('cpu')
    launcher: tuple[str, ...] = ('liquid_control',)

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, items: Sequence[T]) -> Sequence[T]:
        """Every size-th of them, so that shares are alike."""
        return items[self.rank :: self.size]

    def lanes(self, total: int) -> int:
        """Of `total` lanes, those of this rank. Raises ConfigError."""
        if total % self.size:
            raise ConfigError(
                f'imitation.lanes is {total}, wanted a multiple of the {self.size} processes'
            )
        return total // self.size

    def first(self, action: Callable[[], T]) -> T:
        """Rank 0 does it alone; the others wait until it is done. All get what came of it."""
        result = [action() if self.is_first else None]
        if self.size > 1:
            dist.broadcast_object_list(result, device=torch.device('cpu'))
        return result[0]  # type: ignore[return-value]

    def barrier(self) -> None:
        """Wait for all."""
        self._sum(torch.zeros(1))

    def together(self, items: Iterable[T]) -> Iterator[T]:
        """Each rank its own items in step, until one of the ranks has no more."""
        if self.size == 1:
            yield from items
            return
        rest = iter(items)
        while True:
            item = next(rest, None)
            if self._sum(torch.tensor([float(item is not None)])).item() < self.size:
                return
            assert item is not None, 'all have one'
            yield item

    def average(self, parameters: Iterable[nn.Parameter], loss: Tensor, weight: Tensor) -> float:
        """Make each gradient the weighted mean of all ranks'; returns that of the loss.

        loss: a mean over events whose weights add up to `weight`. A parameter has a gradient
        after it where any rank had one.
        """
        if self.size == 1:
            return loss.item()
        tuned = list(parameters)
        present = torch.tensor([p.grad is not None for p in tuned], device=self.device)
        summed = torch.cat(
            [
                *(
                    weight * (torch.zeros_like(p) if p.grad is None else p.grad).ravel()
                    for p in tuned
                ),
                torch.stack((weight * loss.detach(), weight)),
                present.float(),
            ]
        )
        self._sum(summed)
        ends = [p.numel() for p in tuned]
        *gradients, totals, present = summed.split([*ends, 2, len(tuned)])
        total = totals[1].clamp(min=1.0)
        for parameter, gradient, some in zip(tuned, gradients, present.tolist(), strict=True):
            parameter.grad = (gradient / total).view_as(parameter) if some else None
        return (totals[0] / total).item()

    def _sum(self, tensor: Tensor) -> Tensor:
        if self.size > 1:
            dist.all_reduce(tensor)
        return tensor


ALONE = Ranks()


def join() -> Ranks:
    """Meet the processes that torchrun started with this one: over gloo, and nccl between GPUs,
    of which each process of a machine takes its own. Raises ConfigError outside torchrun, or if
    there are too few GPUs.
    """
    if 'LOCAL_RANK' not in os.environ:
        raise ConfigError(
            'start it by torchrun --nproc_per_node=N -m liquid_control_sim.training, '
            'or by liquid_control train for one process'
        )
    local, beside = int(os.environ['LOCAL_RANK']), int(os.environ['LOCAL_WORLD_SIZE'])
    device, backend = torch.device('cpu'), 'gloo'
    if torch.cuda.is_available():
        if beside > torch.cuda.device_count():
            raise ConfigError(
                f'--nproc_per_node is {beside}, but torch finds {torch.cuda.device_count()} GPUs'
            )
        device, backend = torch.device('cuda', local), 'cpu:gloo,cuda:nccl'
        torch.cuda.set_device(device)
    dist.init_process_group(backend, timeout=_PATIENCE)
    size = dist.get_world_size()
    machines = [f'--nnodes={size // beside}'] if size > beside else []
    launcher = ('torchrun', *machines, f'--nproc_per_node={beside}', '-m', __package__)
    return Ranks(dist.get_rank(), size, device, launcher)


def leave() -> None:
    """The end of what `join` began; all leave together, so that nobody still talks to one who has
    left.
    """
    dist.barrier()
    dist.destroy_process_group()
