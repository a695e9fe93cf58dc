"""The geometry of BARN: a field of cylinders on a grid, behind the entrance that leads into it.

    y  13.0         goal, on open ground
        9.6 ......  end of the field
       ..           30 x 30 cells: here stands what is to be got through
        5.1 ......
        3.0 #    #  start, between walls of cylinders left, right and behind
        0.0 ######
       x -4.5    0

Perille et al., 'Benchmarking Metric Ground Navigation', SSRR 2020; start and goal as in the BARN
challenge at ICRA 2022.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from liquid_control_sim.worlds.layout import Colour, Cylinder, Layout, Look, Point, Pose

CELL = 0.15
"""Metres; a cylinder fills it."""
COLUMNS, ROWS = 30, 64
ENTRANCE_ROWS = 34
"""The wall behind the robot, and 33 rows between the walls left and right of it."""
WAY = 5
"""Empty cells side by side that a robot gets through: a Jackal, with 0.16 m on either side."""
START: Pose = (-2.0, 3.0, 1.57)
GOAL: Point = (-2.0, 13.0)

Cell = tuple[int, int]

_MARGIN = 1.5
"""Metres of ground around all that there is."""


def field_layout(
    centres: Sequence[Point], body: Cylinder, start: Pose, goal: Point, look: Look
) -> Layout:
    """Open ground with a cylinder like `body` at each centre. All is moved to put the middle of
    the ground at the origin.
    """
    points = np.array([*centres, start[:2], goal])
    low, high = points.min(0) - _MARGIN, points.max(0) + _MARGIN
    x0, y0 = ((low + high) / 2).tolist()
    half_x, half_y = ((high - low) / 2).tolist()
    return Layout(
        half_size=(half_x, half_y),
        obstacles=tuple(replace(body, x=x - x0, y=y - y0) for x, y in centres),
        start=(start[0] - x0, start[1] - y0, start[2]),
        wall_height=0.0,
        goal=(goal[0] - x0, goal[1] - y0),
        look=look,
    )


def cylinder(colour: Colour) -> Cylinder:
    """One of BARN's, at the origin."""
    return Cylinder(0.0, 0.0, CELL / 2, 1.0, colour)


def cell_centres(filled: np.ndarray) -> list[Point]:
    """Where the cylinders of filled cells [COLUMNS, n] stand, but for those that nobody can see:
    with filled cells all around.
    """
    padded = np.pad(filled, 1)
    around = [
        padded[i : i + filled.shape[0], j : j + filled.shape[1]]
        for i in range(3)
        for j in range(3)
    ]
    shown = filled & ~np.logical_and.reduce(around)
    return [((i - COLUMNS + 0.5) * CELL, (j + 0.5) * CELL) for i, j in np.argwhere(shown).tolist()]


def passable(filled: np.ndarray) -> np.ndarray:
    """Cells [n, m] whose neighbourhood of WAY x WAY cells is empty: the robot's centre may be
    there. Outside all is empty.
    """
    return ~ndimage.binary_dilation(filled, np.ones((WAY, WAY)))


def shortest(layout: Layout) -> float:
    """Metres of the shortest way from start to goal, straight or diagonally from one passable
    cell to the next; infinite without one.
    """
    first = np.array([layout.obstacles[0].x, layout.obstacles[0].y])
    corner = first - CELL * np.floor((first + layout.half_size) / CELL)

    def cells(points: np.ndarray) -> np.ndarray:
        return np.rint((points - corner) / CELL).astype(int)

    filled = np.zeros(cells(np.array(layout.half_size)) + 1, dtype=bool)
    filled[tuple(cells(np.array([(item.x, item.y) for item in layout.obstacles])).T)] = True
    price = np.where(passable(filled), 1.0, np.inf)
    begin, end = cells(np.array([layout.start[:2], layout.goal or layout.start[:2]])).tolist()
    return CELL * cheapest_way(price, tuple(begin), tuple(end))[0]


def cheapest_way(price: np.ndarray, begin: Cell, end: Cell) -> tuple[float, list[Cell]]:
    """From cell to cell, straight or diagonally, where a cell [n, m] has a price or is infinite.

    What it costs, a move at its length in cells times the mean price of its ends; and its cells.
    Infinite, and no cells, if there is none.
    """
    columns, rows = price.shape
    index = np.arange(price.size).reshape(price.shape)
    costs, ends = [], []
    for di, dj in ((1, 0), (0, 1), (1, 1), (1, -1)):
        here = (slice(columns - di), slice(max(-dj, 0), rows - max(dj, 0)))
        there = (slice(di, None), slice(max(dj, 0), rows - max(-dj, 0)))
        cost = np.hypot(di, dj) * (price[here] + price[there]) / 2
        possible = np.isfinite(cost)
        ends.append(np.stack([index[here][possible], index[there][possible]]))
        costs.append(cost[possible])
    moves = coo_matrix((np.concatenate(costs), np.hstack(ends)), shape=(price.size, price.size))
    cost, before = dijkstra(
        moves.tocsr(), directed=False, indices=index[begin], return_predecessors=True
    )
    if not np.isfinite(cost[index[end]]):
        return np.inf, []
    way = [int(index[end])]
    while way[-1] != index[begin]:
        way.append(int(before[way[-1]]))
    return float(cost[index[end]]), [divmod(cell, rows) for cell in reversed(way)]
