"""Where a run's figures go: TensorBoard, or nowhere for ranks whose figures another writes."""

from pathlib import Path
from typing import Protocol

from torch.utils.tensorboard import SummaryWriter

from liquid_control_sim.training.ranks import Ranks


class Board(Protocol):
    """What a run needs of a SummaryWriter."""

    def add_scalar(self, tag: str, value: float, step: int, /) -> None: ...

    def close(self) -> None: ...


class _Nowhere:
    def add_scalar(self, tag: str, value: float, step: int, /) -> None:
        pass

    def close(self) -> None:
        pass


def open_board(folder: Path, step: int, ranks: Ranks) -> Board:
    """step: the first one to write; what a killed session wrote from there on is forgotten."""
    if ranks.is_first:
        return SummaryWriter(str(folder), purge_step=step)
    return _Nowhere()
