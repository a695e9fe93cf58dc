"""Shortest ways through a layout: a grid of clearances, and the cost to a goal from everywhere."""

from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from liquid_control_sim.worlds import Layout

Point = tuple[float, float]
_MOVES = ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1), (1, 2), (2, -1), (1, -2))
"""Half of the moves to neighbours; with the knight's, lengths are at most 2.7 % too long."""


class Place(NamedTuple):
    """The centre of a cell, and how far it is from anything solid; metres."""

    at: Point
    clearance: float


class Grid:
    """The free cells of a layout and what a metre costs in each.

    A cell is free if the robot's centre may be there: clearance >= footprint. The price of a
    metre is 1 + comfort_price at an obstacle, falling linearly to 1 at the clearance `comfort`.
    """

    def __init__(
        self,
        layout: Layout,
        footprint: float = 0.30,
        comfort: float = 0.8,
        comfort_price: float = 4.0,
        resolution: float = 0.1,
    ) -> None:
        self.resolution = resolution
        self.origin = np.array([-layout.half_size[0], -layout.half_size[1]]) + resolution / 2
        size = np.ceil(2 * np.array(layout.half_size) / resolution - 1e-9).astype(int)
        self.shape = (int(size[0]), int(size[1]))
        self.centres = self.origin + resolution * np.moveaxis(np.indices(self.shape), 0, -1)
        self.clearance = layout.clearance(self.centres)
        self._flat = self.clearance.ravel()
        points, rooms = self.centres.reshape(-1, 2).tolist(), self._flat.tolist()
        self.places = [Place((x, y), room) for (x, y), room in zip(points, rooms, strict=True)]
        self._x0, self._y0 = self.origin.tolist()
        self.free = self.clearance >= footprint
        self._graph = self._connect(comfort, comfort_price)

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """The cell that holds this place, or the nearest one of the grid."""
        i = round((x - self._x0) / self.resolution)
        j = round((y - self._y0) / self.resolution)
        return min(max(i, 0), self.shape[0] - 1), min(max(j, 0), self.shape[1] - 1)

    def room(self, x: float, y: float) -> float:
        """The clearance of the cell that holds this place, metres."""
        return float(self.clearance[self.cell(x, y)])

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
        return CostToGo(self, cost.reshape(self.shape), previous)

    def _connect(self, comfort: float, comfort_price: float) -> csr_matrix:
        """The graph of moves; one costs its length times the mean price of its ends."""
        near = np.clip((comfort - self.clearance) / comfort, 0.0, 1.0)
        price = (1.0 + comfort_price * near).ravel()
        # What is not free is dear, not forbidden: a robot that got there is led out.
        price[~self.free.ravel()] = 100.0
        index = np.arange(price.size).reshape(self.shape)
        starts, ends, costs = [], [], []
        for di, dj in _MOVES:
            start = index[: self.shape[0] - di, max(-dj, 0) : self.shape[1] - max(dj, 0)].ravel()
            end = index[di:, max(dj, 0) : self.shape[1] - max(-dj, 0)].ravel()
            length = np.hypot(di, dj) * self.resolution
            starts += [start, end]
            ends += [end, start]
            costs += [length * (price[start] + price[end]) / 2] * 2
        edges = (np.concatenate(starts), np.concatenate(ends))
        return csr_matrix((np.concatenate(costs), edges), shape=(price.size, price.size))


class CostToGo:
    """The way to one goal from everywhere in a grid."""

    def __init__(self, grid: Grid, cost: np.ndarray, previous: np.ndarray) -> None:
        self.grid = grid
        self._cost = cost
        self._next = previous.tolist()

    def cost(self, x: float, y: float) -> float:
        """What the way from here costs, in metres of open ground; interpolated between cells."""
        grid = self.grid
        column = (x - grid._x0) / grid.resolution
        row = (y - grid._y0) / grid.resolution
        i = min(max(int(column), 0), grid.shape[0] - 2)
        j = min(max(int(row), 0), grid.shape[1] - 2)
        a, b = min(max(column - i, 0.0), 1.0), min(max(row - j, 0.0), 1.0)
        corners = self._cost[i : i + 2, j : j + 2]
        return float(
            (1 - a) * ((1 - b) * corners[0, 0] + b * corners[0, 1])
            + a * ((1 - b) * corners[1, 0] + b * corners[1, 1])
        )

    def path(self, x: float, y: float, length: float) -> list[Place]:
        """About this many metres of the way, cell by cell; the first cell is the one here."""
        grid = self.grid
        i, j = grid.cell(x, y)
        index = i * grid.shape[1] + j
        places = []
        for _ in range(1 + int(length / grid.resolution)):
            places.append(grid.places[index])
            index = self._next[index]
            if index < 0:
                break
        return places


@cache
def _fractions(count: int) -> np.ndarray:
    """From 0 to 1 in so many steps; a little more, so that truncation ends on the last cell."""
    return np.linspace(0.0, 1.0, count + 1) * (1.0 + 1e-9)
