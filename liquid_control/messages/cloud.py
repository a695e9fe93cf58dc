"""sensor_msgs/PointCloud2 to a scan: its points between two heights, seen from above."""

import math
from typing import Any

import numpy as np

from liquid_control.messages.error import MessageError, check_frame, shown
from liquid_control.messages.scan import TURN, Scan, centred
from liquid_control.messages.settings import PointCloud2Settings

MAX_POINTS = 2**20
MAX_FIELDS = 64
FORMATS = {1: 'i1', 2: 'u1', 3: 'i2', 4: 'u2', 5: 'i4', 6: 'u4', 7: 'f4', 8: 'f8'}
FARTHEST = 1e6  # metres; what is farther is no point
EDGE = 2e-6  # rad; as good as on the edge of a sector


def read_cloud(message: Any, settings: PointCloud2Settings | None = None) -> Scan:
    """sensor_msgs/PointCloud2 of any layout to a Scan of what stands in the robot's way.

    Each beam is the nearest point of its sector between min_height and max_height, +inf if all of
    the sector's points are above or below, and NaN without any point at all: nobody knows then
    whether anything was looked at. Where empty_is_clear, such a beam is +inf too.

    A point that is not finite or nearer than range_min is none: that is how drivers say that
    nothing returned. Raises MessageError for a layout that contradicts itself, no points or too
    many, or another frame.
    """
    settings = settings or PointCloud2Settings()
    check_frame('cloud', message, settings.frame_id)
    coordinates = _coordinates(message)
    with np.errstate(invalid='ignore', over='ignore'):
        x, y, z = _in_base_axes(coordinates, settings)
        squared = x * x + y * y + z * z
        returned = (squared >= settings.range_min**2) & (squared < FARTHEST**2)
    if not returned.any():
        raise MessageError('cloud has no point that is finite and not nearer than range_min')
    return _seen_from_above(x[returned], y[returned], z[returned], settings)


def _seen_from_above(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, settings: PointCloud2Settings
) -> Scan:
    """The nearest point of each sector; the beams point at the sectors' middles."""
    width = settings.angle_max - settings.angle_min
    count = max(1, round(width / settings.angle_increment))
    increment = width / count
    turned = np.arctan2(y, x) - np.float32(centred(settings.angle_min, 1, 0.0))
    turned[turned < 0.0] += np.float32(TURN)
    turned[turned > TURN - EDGE] -= np.float32(TURN)
    inside = turned <= width + EDGE
    sector = (turned / np.float32(increment)).astype(np.int32).clip(0, count - 1)
    ranges = np.full(count, np.inf if settings.empty_is_clear else np.nan, np.float32)
    ranges[sector[inside]] = np.inf
    height = z + np.float32(settings.z)
    there = inside & (height >= settings.min_height) & (height <= settings.max_height)
    x, y, sector = x[there], y[there], sector[there]
    np.minimum.at(ranges, sector, np.sqrt(x * x + y * y))
    first = centred(settings.angle_min + increment / 2, count, increment)
    return Scan(ranges, first, increment, settings.range_min, settings.x, settings.y)


def _in_base_axes(
    coordinates: list[np.ndarray], settings: PointCloud2Settings
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The coordinates turned as the base frame is, float32 [points] each; not moved."""
    x, y, z = (np.asarray(axis, np.float32).ravel() for axis in coordinates)
    if not (settings.roll or settings.pitch or settings.yaw):
        return x, y, z
    rows = rotation(settings.roll, settings.pitch, settings.yaw).astype(np.float32)
    ahead, left, up = (row[0] * x + row[1] * y + row[2] * z for row in rows)
    return ahead, left, up


def rotation(roll: float, pitch: float, yaw: float) -> np.ndarray:
    """About the fixed x, y and z axis, in this order, [3, 3]: base = rotation @ cloud."""
    (cr, sr), (cp, sp), (cy, sy) = ((math.cos(a), math.sin(a)) for a in (roll, pitch, yaw))
    about_x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    about_y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    about_z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    return about_z @ about_y @ about_x


def _coordinates(message: Any) -> list[np.ndarray]:
    """x, y and z, [height, width] each, as they lie in the message: nothing is copied."""
    height, width = message.height, message.width
    point_step, row_step = message.point_step, message.row_step
    if height * width == 0:
        raise MessageError(f'cloud has {width}x{height} points, wanted some')
    if height * width > MAX_POINTS:
        raise MessageError(f'cloud has {width}x{height} points, wanted {MAX_POINTS} at most')
    if row_step < point_step * width:
        need = f'{width} points of point_step {point_step} need {point_step * width}'
        raise MessageError(f'cloud has row_step {row_step}, but {need}')
    if len(message.data) != row_step * height:
        wanted = f'row_step {row_step} * height {height} = {row_step * height}'
        raise MessageError(f'cloud has {len(message.data)} bytes, wanted {wanted}')
    return [
        np.ndarray((height, width), kind, message.data, offset, (row_step, point_step))
        for offset, kind in _layout(message)
    ]


def _layout(message: Any) -> list[tuple[int, np.dtype]]:
    """Offset and type of x, y and z."""
    if len(message.fields) > MAX_FIELDS:
        raise MessageError(f'cloud has {len(message.fields)} fields, wanted {MAX_FIELDS} at most')
    order = '>' if message.is_bigendian else '<'
    layout = []
    for name in 'xyz':
        found = [entry for entry in message.fields if entry.name == name]
        if len(found) != 1:
            names = ' '.join(shown(entry.name) for entry in message.fields[:8]) or 'none'
            raise MessageError(f'cloud has {len(found)} fields {name}, wanted one; it has {names}')
        entry = found[0]
        if entry.datatype not in FORMATS:
            raise MessageError(f'cloud has {name} of datatype {entry.datatype}, wanted 1 to 8')
        if entry.count > 1:
            raise MessageError(f'cloud has {entry.count} {name} in a point, wanted one')
        kind = np.dtype(order + FORMATS[entry.datatype])
        if entry.offset + kind.itemsize > message.point_step:
            text = f'{name} at offset {entry.offset} of point_step {message.point_step}'
            raise MessageError(f'cloud has {text}, where it does not fit')
        layout.append((entry.offset, kind))
    return layout
