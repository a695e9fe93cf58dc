"""Pixels of any camera to the size that a policy was trained on, fast, without anything but numpy.

An image is cut to the policy's shape around its middle, then each of the policy's pixels becomes
the mean of all those it covers (of a depth image, the nearest), in full or in part:

    1280x720 for 64x48        160 columns cut left and right, 15x15 pixels each
    640x480  for 64x48        10x10 pixels each
"""

import math
from collections.abc import Iterator

import numpy as np

from liquid_control.nodes.messages.error import MessageError

MAX_PIXELS = 2**24
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
    columns = _turned(_means(rows, wanted[0]), channels)
    means = _means(columns, wanted[1]).reshape(wanted[1], channels, wanted[0])
    return np.rint(means.transpose(2, 0, 1)).astype(np.uint8)


def nearest_pixels(depth: np.ndarray, wanted: tuple[int, int]) -> np.ndarray:
    """float32 [height, width] to float32 [*wanted]; NaN where all that it covers is."""
    height, width = depth.shape
    down, across = window(height, width, wanted)
    depth = depth[down, across]
    if depth.shape == wanted:
        return np.ascontiguousarray(depth)
    return _nearest(_nearest(depth, wanted[0]).T.copy(), wanted[1]).T.copy()


def _turned(rows: np.ndarray, channels: int) -> np.ndarray:
    """[a, b * channels] to [b, channels * a]; by channels, since pixels are copied one by one."""
    a, b = rows.shape[0], rows.shape[1] // channels
    turned = np.empty((b, channels, a), rows.dtype)
    for channel in range(channels):
        turned[:, channel] = rows[:, channel::channels].T
    return turned.reshape(b, channels * a)


def _means(rows: np.ndarray, count: int) -> np.ndarray:
    """[n, k] to the means of `count` equal stretches of rows, float32 [count, k]."""
    length, rest = divmod(len(rows), count)
    total = _total_type(rows, length + 2)
    if not rest:
        sums = np.add.reduce(rows.reshape(count, length, -1), axis=1, dtype=total)
        return np.multiply(sums, 1.0 / length, dtype=np.float32)
    sums = np.empty((count, rows.shape[1]), np.float32)
    for row, begin, end in _stretches(len(rows), count):
        first, behind = math.floor(begin), math.ceil(end)
        sums[row] = np.add.reduce(rows[first:behind], axis=0, dtype=total)
        sums[row] -= np.multiply(rows[first], begin - first, dtype=np.float32)
        sums[row] -= np.multiply(rows[behind - 1], behind - end, dtype=np.float32)
    return sums * np.float32(count / len(rows))


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


def _total_type(rows: np.ndarray, summands: int) -> type:
    """The narrowest type that holds the sum: wider ones are several times slower."""
    if rows.dtype != np.uint8:
        return np.float32
    return np.uint16 if summands * 255 < 2**16 else np.uint32
