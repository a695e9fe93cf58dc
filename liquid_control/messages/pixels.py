"""Pixels of any camera to the size that a policy was trained on, fast.

An image is cut to the policy's shape around its middle, then each of the policy's pixels becomes
the mean of all those it covers (of a depth image, the nearest), in full or in part:

    1280x720 for 64x48        160 columns cut left and right, 15x15 pixels each
    640x480  for 64x48        10x10 pixels each
"""

import math
from collections.abc import Iterator

import numpy as np
from numba import njit, types

from liquid_control.messages.error import MessageError

MAX_PIXELS = 2**24
_ROWS = types.Array(types.uint8, 2, 'C', readonly=True)
LARGEST_CUT = 0.5  # of the image; what is left would hardly be what the camera was put there for


def check_size(height: int, width: int, most: int = MAX_PIXELS) -> None:
    """Raises MessageError for an image of no pixels or of too many to be read in time."""
    if height <= 0 or width <= 0:
        raise MessageError(f'image has {width}x{height} pixels, wanted some')
    if height * width > most:
        raise MessageError(f'image has {width}x{height} pixels, wanted {most} at most')


def window(height: int, width: int, wanted: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of the largest part in the middle that has the shape of the wanted height
    and width.

    Raises MessageError if the image is smaller than wanted or most of it would be cut off.
    """
    scale = min(height / wanted[0], width / wanted[1])
    fits = f'image is {width}x{height}, but the policy wants {wanted[1]}x{wanted[0]}'
    if scale < 1.0:
        raise MessageError(f'{fits} or larger')
    rows, columns = round(scale * wanted[0]), round(scale * wanted[1])
    if rows * columns < (1.0 - LARGEST_CUT) * height * width:
        raise MessageError(f'{fits}: most of it would be cut off')
    top, left = (height - rows) // 2, (width - columns) // 2
    return slice(top, top + rows), slice(left, left + columns)


def mean_pixels(rows: np.ndarray, channels: int, wanted: tuple[int, int]) -> np.ndarray:
    """uint8 [height, width * channels] to uint8 [*wanted, channels]."""
    height, width = rows.shape[0], rows.shape[1] // channels
    down, across = window(height, width, wanted)
    rows = rows[down, across.start * channels : across.stop * channels]
    if (height, width) == wanted:
        return np.ascontiguousarray(rows).reshape(*wanted, channels)
    return _means(np.ascontiguousarray(rows), channels, *wanted)


def nearest_pixels(depth: np.ndarray, wanted: tuple[int, int]) -> np.ndarray:
    """float32 [height, width] to float32 [*wanted]; NaN where all that it covers is."""
    height, width = depth.shape
    down, across = window(height, width, wanted)
    depth = depth[down, across]
    if depth.shape == wanted:
        return np.ascontiguousarray(depth)
    return _nearest(_nearest(depth, wanted[0]).T.copy(), wanted[1]).T.copy()


def _nearest(rows: np.ndarray, count: int) -> np.ndarray:
    """[n, k] to the least of `count` equal stretches of rows, [count, k]."""
    length, rest = divmod(len(rows), count)
    if not rest:
        return np.fmin.reduce(rows.reshape(count, length, -1), axis=1)
    nearest = np.empty((count, rows.shape[1]), rows.dtype)
    for row, begin, end in _stretches(len(rows), count):
        np.fmin.reduce(rows[math.floor(begin) : math.ceil(end)], axis=0, out=nearest[row])
    return nearest


def _stretches(length: int, count: int) -> Iterator[tuple[int, float, float]]:
    for row in range(count):
        begin, end = row * length / count, (row + 1) * length / count
        yield row, begin, end


@njit(
    types.uint8[:, :, ::1](_ROWS, types.int64, types.int64, types.int64),
    error_model='numpy',
    nogil=True,
    cache=True,
)
def _means(rows: np.ndarray, channels: int, high: int, wide: int) -> np.ndarray:
    """uint8 [height, width * channels] to uint8 [high, wide, channels]. A pixel that is covered in
    part weighs with that part.
    """
    height, width = rows.shape[0], rows.shape[1] // channels
    share = np.float32(high * wide / (height * width))
    means = np.empty((high, wide, channels), np.uint8)
    sums = np.empty(rows.shape[1], np.float32)
    for i in range(high):
        begin, end = i * height / high, (i + 1) * height / high
        sums[:] = np.float32(0.0)
        for row in range(math.floor(begin), math.ceil(end)):
            part = np.float32(min(end, row + 1.0) - max(begin, float(row)))
            for k in range(len(sums)):
                sums[k] += part * np.float32(rows[row, k])
        for j in range(wide):
            begin, end = j * width / wide, (j + 1) * width / wide
            first, last = math.floor(begin), math.ceil(end) - 1
            for channel in range(channels):
                total = np.float32(0.0)
                for column in range(first, last + 1):
                    total += sums[column * channels + channel]
                total -= np.float32(begin - first) * sums[first * channels + channel]
                total -= np.float32(last + 1.0 - end) * sums[last * channels + channel]
                means[i, j, channel] = np.uint8(np.rint(total * share))
    return means
