"""From recorded drives to the batches of truncated backpropagation through time.

Each of `lanes` streams plays one drive after the other; a batch is the next window of every lane,
so that the memory behind one batch is the memory before the next:

    lane 0   [drive 4, 0:T] [drive 4, T:2T] [drive 4, rest] [drive 1, 0:T] ...
    lane 1   [drive 7, 0:T] [drive 7, rest] [drive 2, 0:T]  ...
                             fresh: lane 0 no, lane 1 no     fresh: lane 0 yes
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from liquid_control.policy.window import Window
from liquid_control_sim.training.episode import Episode


class Batch(NamedTuple):
    """A window of every lane.

    fresh: [lanes] bool, a drive begins. labels: [lanes, time, 2]. weight: [lanes, time], 1 for
    events with a label, 0 for others and behind the end of a drive.
    """

    window: Window
    fresh: Tensor
    labels: Tensor
    weight: Tensor

    def to(self, device: torch.device) -> 'Batch':
        window = Window(
            {name: values.to(device) for name, values in self.window.values.items()},
            {name: rows.to(device) for name, rows in self.window.rows.items()},
            self.window.ages.to(device),
            self.window.dt.to(device),
            self.window.coin.to(device),
        )
        return Batch(window, *(tensor.to(device) for tensor in self[1:]))


class Piece(NamedTuple):
    """Events start to stop of a drive."""

    episode: Episode
    start: int
    stop: int


def batches(
    drives: Iterator[Episode], sensors: tuple[str, ...], lanes: int, time: int
) -> Iterator[Batch]:
    """All drives once, in this order. Ends when the first lane runs dry: the others' rests are
    short. sensors: of the policy that learns, in its order. lanes: fewer if there are not as many
    drives.
    """
    current = [_pieces(episode, time) for episode in islice(drives, lanes)]
    while True:
        pieces = []
        for lane in range(len(current)):
            piece = next(current[lane], None)
            if piece is None:
                episode = next(drives, None)
                if episode is None:
                    return
                current[lane] = _pieces(episode, time)
                piece = next(current[lane])
            pieces.append(piece)
        yield collate(pieces, sensors, time)


def _pieces(episode: Episode, time: int) -> Iterator[Piece]:
    for start in range(0, len(episode.dt), time):
        yield Piece(episode, start, min(start + time, len(episode.dt)))


def collate(pieces: Sequence[Piece], sensors: tuple[str, ...], time: int) -> Batch:
    """Pieces of at most `time` events, one of each lane, as one batch."""
    values, rows = {}, {}
    for column, sensor in enumerate(sensors):
        values[sensor], rows[sensor] = _column(pieces, sensor, column, time)
    labels = [piece.episode.labels[piece.start : piece.stop] for piece in pieces]
    window = Window(
        values,
        rows,
        ages=_padded([piece.episode.ages[piece.start : piece.stop] for piece in pieces], time),
        dt=_padded(
            [piece.episode.dt[piece.start : piece.stop] for piece in pieces], time, hold=False
        ),
        coin=_padded([piece.episode.coin[piece.start : piece.stop] for piece in pieces], time),
    )
    return Batch(
        window,
        fresh=torch.tensor([piece.start == 0 for piece in pieces]),
        labels=_padded([np.nan_to_num(label) for label in labels], time),
        weight=_padded(
            [np.isfinite(label).all(1).astype(np.float32) for label in labels], time, hold=False
        ),
    )


def _column(pieces: Sequence[Piece], sensor: str, column: int, time: int) -> tuple[Tensor, Tensor]:
    """One sensor's values of all pieces, and where in them each event finds what it holds; see
    Window.
    """
    values, rows = [], []
    behind = len(pieces)
    for lane, (episode, start, stop) in enumerate(pieces):
        newest = episode.newest[start:stop, column]
        first = episode.newest[start - 1, column] + 1 if start else 0
        rows.append(np.where(newest < first, lane, behind + newest - first))
        values.append(episode.values[sensor][first : newest[-1] + 1])
        behind += len(values[-1])
    return torch.from_numpy(np.concatenate(values)), _padded(rows, time)


def _padded(arrays: Sequence[np.ndarray], time: int, hold: bool = True) -> Tensor:
    """[lanes, time, ...]; behind its end an array holds its last entry, or is 0."""
    padded = np.zeros((len(arrays), time, *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
        row[len(array) :] = array[-1] if hold else 0
    return torch.from_numpy(padded)
