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


class _TensorBoard:
    """Begins its folder with the first figure: a run that could not begin leaves none."""

    def __init__(self, folder: Path, step: int) -> None:
        self._folder, self._step = folder, step
        self._writer: SummaryWriter | None = None

    def add_scalar(self, tag: str, value: float, step: int, /) -> None:
        if self._writer is None:
            self._writer = SummaryWriter(str(self._folder), purge_step=self._step)
        self._writer.add_scalar(tag, value, step)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


def open_board(folder: Path, step: int, ranks: Ranks) -> Board:
    """step: the first one to write; what a killed session wrote from there on is forgotten."""
    return _TensorBoard(folder, step) if ranks.is_first else _Nowhere()
