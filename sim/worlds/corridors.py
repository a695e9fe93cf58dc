"""Corridors: turns, junctions, dead ends and, here and there, a way round."""

import math
from typing import Literal

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

from liquid_control.schema import configured
from liquid_control_sim.worlds.layout import Layout
from liquid_control_sim.worlds.look import draw_look
from liquid_control_sim.worlds.plan import Rectangle, solid
from liquid_control_sim.worlds.wet import with_wet_patches

Crossing = tuple[int, int]
"""Column and row of the net."""
Passage = tuple[Crossing, Crossing]


@configured
class Corridors:
    """A net of crossings, joined by corridors; metres.

    columns, rows: how many crossings there are. spacing: between neighbours.
    width: of the corridors; they are spread evenly over this range, so there are wide ones, too.
    loops: corridors beyond those that join every crossing to every other in one way only.
    wet: how many wet patches there are.
    """

    type: Literal['corridors'] = 'corridors'
    columns: tuple[int, int] = (4, 5)
    rows: tuple[int, int] = (3, 4)
    spacing: tuple[float, float] = (2.8, 3.8)
    width: tuple[float, float] = (1.2, 2.0)
    loops: tuple[int, int] = (1, 3)
    wall_height: float = 1.8
    wet: tuple[int, int] = (0, 0)

    def build(self, rng: np.random.Generator) -> Layout:
        """Draw a net. The robot starts at a crossing and looks along a corridor."""
        xs, ys = _places(self.columns, self.spacing, rng), _places(self.rows, self.spacing, rng)
        passages = _passages(len(xs), len(ys), self.loops, rng)
        widths = rng.permutation(np.linspace(*self.width, len(passages))).tolist()
        rim = self.width[1] / 2 + 0.1
        half_size = xs[-1] + rim, ys[-1] + rim
        look = draw_look(rng)
        floor = _floor(xs, ys, dict(zip(passages, widths, strict=True)))
        (i, j), (to_i, to_j) = passages[rng.integers(len(passages))]
        heading = math.atan2(to_j - j, to_i - i)
        layout = Layout(
            half_size=half_size,
            obstacles=solid(half_size, floor, self.wall_height, look.wall),
            start=(xs[i], ys[j], heading),
            wall_height=self.wall_height,
            look=look,
        )
        return with_wet_patches(layout, self.wet, rng)


def _places(
    number: tuple[int, int], spacing: tuple[float, float], rng: np.random.Generator
) -> list[float]:
    """Coordinates of columns or rows, around the origin."""
    gaps = rng.uniform(*spacing, rng.integers(*number, endpoint=True) - 1)
    places = np.concatenate([[0.0], np.cumsum(gaps)])
    return (places - places[-1] / 2).tolist()


def _passages(
    columns: int, rows: int, loops: tuple[int, int], rng: np.random.Generator
) -> list[Passage]:
    """A random tree over all crossings, and some more between neighbours."""
    number = np.arange(columns * rows).reshape(columns, rows)
    starts = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
    ends = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
    chance = coo_matrix((rng.uniform(1.0, 2.0, starts.size), (starts, ends)), [number.size] * 2)
    tree = minimum_spanning_tree(chance).tocoo()
    edges = list(zip(tree.row.tolist(), tree.col.tolist(), strict=True))
    spare = sorted(set(zip(starts.tolist(), ends.tolist(), strict=True)) - set(edges))
    more = rng.permutation(len(spare))[: rng.integers(*loops, endpoint=True)]
    edges += [spare[index] for index in more]
    return [(divmod(start, rows), divmod(end, rows)) for start, end in edges]


def _floor(xs: list[float], ys: list[float], widths: dict[Passage, float]) -> list[Rectangle]:
    """The corridors, and a square at each crossing as wide as the widest that meets there."""
    floor, squares = [], dict[Crossing, float]()
    for (start, end), width in widths.items():
        (x0, y0), (x1, y1) = (xs[start[0]], ys[start[1]]), (xs[end[0]], ys[end[1]])
        across = (0.0, width) if y0 == y1 else (width, 0.0)
        floor.append(
            Rectangle.around(
                (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0 + across[0], y1 - y0 + across[1]
            )
        )
        for crossing in (start, end):
            squares[crossing] = max(width, squares.get(crossing, 0.0))
    return floor + [Rectangle.around(xs[i], ys[j], s, s) for (i, j), s in squares.items()]
