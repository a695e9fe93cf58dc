"""Clutter: fields of cylinders that a cellular automaton grew, as those of BARN."""

from dataclasses import replace
from typing import Literal

import numpy as np
from scipy import ndimage

from liquid_control.schema import configured
from liquid_control_sim.worlds.field import (
    COLUMNS,
    ENTRANCE_ROWS,
    GOAL,
    ROWS,
    START,
    WAY,
    cell_centres,
    cheapest_way,
    cylinder,
    field_layout,
    passable,
    shortest,
)
from liquid_control_sim.worlds.layout import Layout
from liquid_control_sim.worlds.look import draw_look, muted

_NEIGHBOURS = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]])
_CLEARING = 20.0
"""So many cells of detour are rather taken than one cleared."""


@configured
class Clutter:
    """A field that a robot has to get through; see field.py for its geometry.

    fill: share of cells that are filled at first, by chance. smoothing: how often every cell then
        looks at its eight neighbours: filled if 5 or more of them are, empty if less than 2 are.
    """

    type: Literal['clutter'] = 'clutter'
    fill: tuple[float, float] = (0.15, 0.30)
    smoothing: tuple[int, int] = (2, 4)

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw a field; where it has no way through, clear one."""
        look, body = draw_look(rng), cylinder(muted(rng, value=(0.3, 0.7)))
        cells = np.zeros((COLUMNS, ROWS), dtype=bool)
        cells[[0, -1]] = True
        cells[:, 0] = True
        cells[:, ENTRANCE_ROWS:] = self._grown(rng)
        _clear_a_way(cells)
        layout = field_layout(cell_centres(cells), body, START, GOAL, look)
        return replace(layout, optimal_length=shortest(layout))

    def _grown(self, rng: np.random.Generator) -> np.ndarray:
        """Which cells of the field are filled; left and right is a wall."""
        fill, steps = rng.uniform(*self.fill), rng.integers(*self.smoothing, endpoint=True)
        field = rng.random((COLUMNS, ROWS - ENTRANCE_ROWS)) < fill
        field[[0, -1]] = True
        for _ in range(steps):
            field = _smoothed(field)
        return field


def _smoothed(field: np.ndarray) -> np.ndarray:
    """One step of the automaton. Left and right of the field all is filled, before and behind it
    nothing is.
    """
    walled = np.pad(field, ((1, 1), (0, 0)), constant_values=True).astype(int)
    count = ndimage.convolve(walled, _NEIGHBOURS, mode='constant')[1:-1]
    return (field & (count >= 2)) | (count >= 5)


def _clear_a_way(cells: np.ndarray) -> None:
    """Through all rows, with as little clearing as possible; none if there is a way."""
    price = np.where(passable(cells), 1.0, _CLEARING)
    walls = np.zeros_like(cells)
    walls[[0, -1]] = True
    walls[:, 0] = True
    price[~passable(walls)] = np.inf
    middle = COLUMNS // 2
    _, way = cheapest_way(price, (middle, ENTRANCE_ROWS // 2), (middle, ROWS - 1))
    for i, j in way:
        if price[i, j] == _CLEARING:
            cells[i - WAY // 2 : i + WAY // 2 + 1, j - WAY // 2 : j + WAY // 2 + 1] = False
