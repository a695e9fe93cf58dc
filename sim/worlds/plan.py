"""Floor plans of open rectangles: what is not open is solid."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from liquid_control_sim.worlds.layout import Box, Colour


class Rectangle(NamedTuple):
    """A piece of floor between two corners; metres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @staticmethod
    def around(x: float, y: float, length: float, width: float) -> 'Rectangle':
        """length is along x."""
        return Rectangle(x - length / 2, y - width / 2, x + length / 2, y + width / 2)


def solid(
    half_size: tuple[float, float], floor: Sequence[Rectangle], height: float, colour: Colour
) -> tuple[Box, ...]:
    """All of the rectangle around the origin that is no floor, as boxes that do not overlap."""
    half_x, half_y = half_size
    xs = np.unique([-half_x, half_x, *(x for piece in floor for x in (piece.x0, piece.x1))])
    ys = np.unique([-half_y, half_y, *(y for piece in floor for y in (piece.y0, piece.y1))])
    filled = np.ones((len(xs) - 1, len(ys) - 1), dtype=bool)
    for piece in floor:
        columns = slice(*np.searchsorted(xs, (piece.x0, piece.x1)))
        rows = slice(*np.searchsorted(ys, (piece.y0, piece.y1)))
        filled[columns, rows] = False
    boxes = []
    while filled.any():
        i0, i1, j0, j1 = _take_block(filled)
        (x0, x1), (y0, y1) = xs[[i0, i1]].tolist(), ys[[j0, j1]].tolist()
        centre = (x0 + x1) / 2, (y0 + y1) / 2
        boxes.append(Box(*centre, 0.0, (x1 - x0) / 2, (y1 - y0) / 2, height, colour))
    return tuple(boxes)


def _take_block(filled: np.ndarray) -> tuple[int, int, int, int]:
    """Clear a block of filled cells: columns i0 to i1, rows j0 to j1; the ends not included."""
    i0, j0 = (int(k) for k in np.argwhere(filled)[0])
    i1 = i0 + 1
    while i1 < filled.shape[0] and filled[i1, j0]:
        i1 += 1
    j1 = j0 + 1
    while j1 < filled.shape[1] and filled[i0:i1, j1].all():
        j1 += 1
    filled[i0:i1, j0:j1] = False
    return i0, i1, j0, j1
