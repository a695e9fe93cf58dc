"""Synapses as rectangles, the form in which the GPU's kernels take them: see `gpu.Rows`."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

_SLOTS = 4096  # that a program works on at once


class Rectangle(NamedTuple):
    """`gpu.Rows` but for the edges' values.

    edge: [height, width] int64, which edge lies in a slot, or the number of edges for none.
    """

    edge: Tensor
    far: Tensor
    own: Tensor
    first: Tensor
    lanes: int
    depth: int

    @property
    def chunk(self) -> int:
        """Columns that a program works on at once."""
        height, width = self.edge.shape
        return min(width, max(1, _SLOTS // height))

    @property
    def warps(self) -> int:
        """As many as have eight slots at once for each of their threads."""
        return min(8, max(1, len(self.edge) * self.chunk // 256))


class Layout(NamedTuple):
    """Who talks to whom. source, target: [edges] int32."""

    source: Tensor
    target: Tensor
    of_sources: Rectangle
    of_targets: Rectangle


_layouts: WeakIdKeyDictionary = WeakIdKeyDictionary()


def layout(source: Tensor, start: Tensor, sources: int) -> Layout:
    """The layout of the edges from source [edges], where target i has start[i] up to start[i + 1].

    Made once for every tensor start: that waits for the GPU.
    """
    if start not in _layouts:
        degree, device = np.diff(start.cpu().numpy()), start.device
        left, entered = source.cpu().numpy(), np.repeat(np.arange(len(degree)), degree)
        _layouts[start] = Layout(
            source.to(torch.int32),
            torch.as_tensor(entered, dtype=torch.int32, device=device),
            rectangle(left, entered, sources, device),
            rectangle(entered, left, len(degree), device),
        )
    return _layouts[start]


def rectangle(own: np.ndarray, far: np.ndarray, neurons: int, device: torch.device) -> Rectangle:
    """The rectangle whose rows belong to the own ends of the edges.

    own, far: [edges]. Neurons with more edges than it is wide have several rows:

        edges of neurons 0, 1, 2: 5, 0, 1   ->   width 2, depth 4, rows 0 0 0 2
    """
    degree = np.bincount(own, minlength=neurons)
    width = min((2**k for k in range(11)), key=lambda width: _cost(degree, width))
    first = np.concatenate(([0], np.cumsum(_pieces(degree, width))))
    lanes, height = _power_of_two(neurons), _power_of_two(first[-1])
    order = np.argsort(own, kind='stable')
    rank = np.arange(len(own)) - (np.cumsum(degree) - degree)[own[order]]
    slots = first[own[order]] + rank // width, rank % width
    edge = np.full((height, width), len(own))
    edge[slots] = order
    others, owners = np.full((height, width), -1, np.int32), np.zeros(height, np.int32)
    others[slots] = far[order]
    owners[: first[-1]] = np.repeat(np.arange(neurons), np.diff(first))
    first = np.pad(first, (0, lanes - neurons), mode='edge').astype(np.int32)
    return Rectangle(
        torch.as_tensor(edge, device=device),
        torch.as_tensor(others, device=device),
        torch.as_tensor(owners, device=device),
        torch.as_tensor(first, device=device),
        lanes,
        _power_of_two(_pieces(degree, width).max()),
    )


def _pieces(degree: np.ndarray, width: int) -> np.ndarray:
    """Rows of each neuron: one for everybody, if that is enough."""
    return np.ones_like(degree) if degree.max() <= width else -(-degree // width)


def _cost(degree: np.ndarray, width: int) -> int:
    """Slots to compute, and sums of rows to add up."""
    pieces = _pieces(degree, width)
    return _power_of_two(pieces.sum()) * width + len(degree) * _power_of_two(pieces.max())


def _power_of_two(number: int) -> int:
    return 1 << (int(number) - 1).bit_length()
