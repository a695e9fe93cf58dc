"""Shortest ways through a layout: a grid of clearances, and the cost to a goal from everywhere."""

from functools import cache, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

Point = tuple[float, float]
_MOVES = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))
"""Half of the moves to neighbours; with the knight's, lengths are at most 2.7 % too long."""


class Ground(Protocol):
    """What a grid is laid over: a Layout, or what a LiDAR has seen.

    half_size: from the origin to the sides of the rectangle, metres along x and y.
    """

    @property
    def half_size(self) -> tuple[float, float]: ...

    def clearance(self, points: np.ndarray) -> np.ndarray:
        """Metres from points [..., 2] to the nearest solid thing, negative inside one."""
        ...


class Place(NamedTuple):
    """The centre of a cell, and how far it is from anything solid; metres."""

    at: Point
    clearance: float


class Grid:
    """The free cells of a piece of ground and what a metre costs in each.

    A cell is free if the robot's centre may be there: clearance >= footprint. The price of a
    metre is 1 + comfort_price at an obstacle, falling linearly to 1 at the clearance `comfort`.
    """

    def __init__(
        self,
        ground: Ground,
        footprint: float = 0.30,
        comfort: float = 0.8,
        comfort_price: float = 4.0,
        resolution: float = 0.1,
    ) -> None:
        self.resolution = resolution
        self.origin = np.array([-ground.half_size[0], -ground.half_size[1]]) + resolution / 2
        size = np.ceil(2 * np.array(ground.half_size) / resolution - 1e-9).astype(int)
        self.shape = (int(size[0]), int(size[1]))
        self.centres = self.origin + resolution * np.moveaxis(np.indices(self.shape), 0, -1)
        self.clearance = ground.clearance(self.centres)
        self._flat = self.clearance.ravel()
        self._x0, self._y0 = self.origin.tolist()
        self.free = self.clearance >= footprint
        self._graph = self._connect(comfort, comfort_price)

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """The cell that holds this place, or the nearest one of the grid."""
        i = round((x - self._x0) / self.resolution)
        j = round((y - self._y0) / self.resolution)
        return min(max(i, 0), self.shape[0] - 1), min(max(j, 0), self.shape[1] - 1)

    def place(self, index: int) -> Place:
        """The cell of this number, row by row."""
        i, j = divmod(index, self.shape[1])
        at = (self._x0 + i * self.resolution, self._y0 + j * self.resolution)
        return Place(at, float(self._flat[index]))

    def room(self, x: float, y: float) -> float:
        """The clearance of the cell that holds this place, metres."""
        return float(self.clearance[self.cell(x, y)])

    def rooms(self, points: np.ndarray) -> np.ndarray:
        """The clearances at places [..., 2], metres; interpolated between cells."""
        return _interpolated(self, self._flat, points)

    def line_clearance(self, start: Point, end: Point) -> float:
        """The smallest clearance on the straight line between two places, metres; cell by cell."""
        i, j = self.cell(*start)
        di, dj = self.cell(*end)
        di, dj = di - i, dj - j
        fraction = _fractions(max(abs(di), abs(dj)))
        cells = (i + (fraction * di).astype(np.intp)) * self.shape[1]
        cells += j + (fraction * dj).astype(np.intp)
        return float(self._flat.take(cells).min())

    def cost_to(self, x: float, y: float) -> 'CostToGo':
        """Plan from everywhere to the free cell nearest to this place."""
        distance = np.hypot(self.centres[..., 0] - x, self.centres[..., 1] - y)
        goal = int(np.argmin(np.where(self.free, distance, np.inf)))
        cost, previous = dijkstra(self._graph, indices=goal, return_predecessors=True)
        return CostToGo(self, cost, previous)

    def _connect(self, comfort: float, comfort_price: float) -> csr_matrix:
        """The graph of moves; one costs its length times the mean price of its ends."""
        near = np.clip((comfort - self.clearance) / comfort, 0.0, 1.0)
        price = (1.0 + comfort_price * near).ravel()
        # What is not free is dear, not forbidden: a robot that got there is led out.
        price[~self.free.ravel()] = 100.0
        moves = _moves(self.shape)
        costs = moves.lengths * (price[moves.starts] + price[moves.ends]) * (self.resolution / 2)
        return csr_matrix((costs, moves.ends, moves.offsets), shape=(price.size, price.size))


class CostToGo:
    """The way to one goal from everywhere in a grid."""

    def __init__(self, grid: Grid, cost: np.ndarray, previous: np.ndarray) -> None:
        self.grid = grid
        self._cost = cost
        self._next = previous

    def cost(self, x: float, y: float) -> float:
        """What the way from here costs, in metres of open ground; interpolated between cells."""
        return float(self.costs(np.array([x, y])))

    def costs(self, points: np.ndarray) -> np.ndarray:
        """What the ways from places [..., 2] cost."""
        return _interpolated(self.grid, self._cost, points)

    def path(self, x: float, y: float, length: float) -> list[Place]:
        """About this many metres of the way, cell by cell; the first cell is the one here."""
        grid = self.grid
        i, j = grid.cell(x, y)
        index = i * grid.shape[1] + j
        places = []
        for _ in range(1 + int(length / grid.resolution)):
            places.append(grid.place(index))
            index = int(self._next[index])
            if index < 0:
                break
        return places


class _Moves(NamedTuple):
    """The moves between the cells of a grid, sorted by start; lengths in cells.

    Those from cell i are offsets[i] to offsets[i + 1], as in a csr_matrix.
    """

    offsets: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    lengths: np.ndarray


@lru_cache(maxsize=8)
def _moves(shape: tuple[int, int]) -> _Moves:
    index = np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape)
    starts, ends, lengths = [], [], []
    for di, dj in _MOVES:
        start = index[: shape[0] - di, max(-dj, 0) : shape[1] - max(dj, 0)].ravel()
        end = index[di:, max(dj, 0) : shape[1] - max(-dj, 0)].ravel()
        starts += [start, end]
        ends += [end, start]
        lengths.append(np.full(2 * start.size, np.hypot(di, dj)))
    start, end, length = (np.concatenate(part) for part in (starts, ends, lengths))
    order = np.argsort(start, kind='stable')
    offsets = np.searchsorted(start[order], np.arange(index.size + 1)).astype(np.int32)
    return _Moves(offsets, start[order], end[order], length[order])


def _interpolated(grid: Grid, values: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Values of the cells [rows * columns], at places [..., 2] between their centres."""
    rows, columns = grid.shape
    column = np.clip((points[..., 0] - grid.origin[0]) / grid.resolution, 0.0, rows - 1.001)
    row = np.clip((points[..., 1] - grid.origin[1]) / grid.resolution, 0.0, columns - 1.001)
    i, j = column.astype(np.intp), row.astype(np.intp)
    a, b = column - i, row - j
    cell = i * columns + j
    low = values.take(cell) * (1 - b) + values.take(cell + 1) * b
    high = values.take(cell + columns) * (1 - b) + values.take(cell + columns + 1) * b
    return low * (1 - a) + high * a


@cache
def _fractions(count: int) -> np.ndarray:
    """From 0 to 1 in so many steps; a little more, so that truncation ends on the last cell."""
    return np.linspace(0.0, 1.0, count + 1) * (1.0 + 1e-9)
