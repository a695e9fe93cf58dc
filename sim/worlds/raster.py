"""Clearances on a grid of cells: is there a way from here to there?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

Clearance = Callable[[np.ndarray], np.ndarray]
"""Metres from points [..., 2] to the nearest solid thing."""

RESOLUTION = 0.1


@dataclass(frozen=True, eq=False)
class Raster:
    """Cells of a rectangle around the origin.

    centres: [columns, rows, 2], metres. clearance: of each centre, metres [columns, rows].
    """

    centres: np.ndarray
    clearance: np.ndarray

    @staticmethod
    def of(half_size: tuple[float, float], clearance: Clearance) -> 'Raster':
        size = np.ceil(2 * np.array(half_size) / RESOLUTION).astype(int)
        corner = -np.array(half_size) + RESOLUTION / 2
        centres = corner + RESOLUTION * np.moveaxis(np.indices(tuple(size)), 0, -1)
        return Raster(centres, clearance(centres))

    def with_solid(self, distance: Clearance) -> 'Raster':
        """This one with one more solid thing in it."""
        return Raster(self.centres, np.minimum(self.clearance, distance(self.centres)))

    def regions(self, passage: float) -> tuple[np.ndarray, int]:
        """The pieces of floor that need no narrower way than this clearance to get around in.

        Numbers from 1 on, 0 for no floor, [columns, rows]; and how many pieces there are.
        """
        labels, count = ndimage.label(self.clearance >= passage, np.ones((3, 3)))
        return labels, int(count)

    def at(self, cells: np.ndarray, points: np.ndarray) -> np.ndarray:
        """Values of cells [columns, rows] at points [..., 2]; the nearest cell's."""
        last = np.array(self.clearance.shape) - 1
        index = np.rint((points - self.centres[0, 0]) / RESOLUTION).astype(int)
        index = np.clip(index, 0, last)
        return cells[index[..., 0], index[..., 1]]
