"""ROS messages to the arrays that a policy takes, or the reason why not, in one line.

Nothing here knows the policy's shapes: whether an array fits, the policy says itself. The sizes
of an image are checked against each other before anything is copied.
"""

import math
from typing import Any

import numpy as np

CHANNELS = {'rgb8': (0, 1, 2), 'bgr8': (2, 1, 0)}
SCAN_GEOMETRY = ('angle_min', 'angle_max', 'angle_increment', 'range_min', 'range_max')


class MessageError(Exception):
    """A message that is not a usable measurement; str() is the reason in one line."""


def stamp_ns(stamp: Any) -> int:
    """builtin_interfaces/Time in nanoseconds; 0 means that the sender set none."""
    return stamp.sec * 1_000_000_000 + stamp.nanosec


def read_scan(
    message: Any,
    max_invalid_ratio: float = 1.0,
    field_of_view: tuple[float, float] = (-math.inf, math.inf),
) -> np.ndarray:
    """sensor_msgs/LaserScan to ranges, float32 [beams], metres, counter-clockwise.

    The values are REP-117's: +inf nothing in reach, -inf too close, NaN invalid. It discards
    numbers outside of [range_min, range_max]: they become NaN. A clockwise scan is turned around.
    field_of_view: where the first and last beam must be, rad, give or take 2 beams, if finite.

    Raises MessageError without beams, with impossible geometry or another field of view, or with
    more than max_invalid_ratio of NaN.
    """
    ranges = np.array(message.ranges, dtype=np.float32)
    _check_scan_geometry(message, len(ranges), field_of_view)
    outside = (ranges < message.range_min) | (ranges > message.range_max)
    ranges[outside & np.isfinite(ranges)] = np.nan
    invalid = float(np.isnan(ranges).mean())
    if invalid > max_invalid_ratio:
        raise MessageError(
            f'scan is {invalid:.0%} invalid, at most {max_invalid_ratio:.0%} may be'
        )
    return ranges if message.angle_increment > 0.0 else np.ascontiguousarray(ranges[::-1])


def read_imu(message: Any) -> np.ndarray:
    """sensor_msgs/Imu to float32 [6]: angular velocity xyz, rad/s, then acceleration xyz, m/s^2.

    The acceleration has gravity in it: +9.81 on z at rest. Raises MessageError when a covariance
    starts with -1 (the sensor does not measure that) or a value is not finite.
    """
    rates, acceleration = message.angular_velocity, message.linear_acceleration
    if message.angular_velocity_covariance[0] == -1.0:
        raise MessageError('imu has no angular_velocity (its covariance starts with -1)')
    if message.linear_acceleration_covariance[0] == -1.0:
        raise MessageError('imu has no linear_acceleration (its covariance starts with -1)')
    values = (rates.x, rates.y, rates.z, acceleration.x, acceleration.y, acceleration.z)
    limit = float(np.finfo(np.float32).max)
    if not all(abs(value) <= limit for value in values):
        raise MessageError(f'imu has {values}, wanted finite numbers')
    return np.array(values, dtype=np.float32)


def read_image(message: Any) -> np.ndarray:
    """sensor_msgs/Image, rgb8 or bgr8, any step, to uint8 [height, width, 3], RGB, row 0 on top.

    Raises MessageError for another encoding, no pixels, or a step or an amount of data that does
    not fit the size.
    """
    height, width, step = message.height, message.width, message.step
    if message.encoding not in CHANNELS:
        known = ' or '.join(CHANNELS)
        raise MessageError(f'image has encoding {message.encoding[:32]!r}, wanted {known}')
    if height == 0 or width == 0:
        raise MessageError(f'image has {width}x{height} pixels, wanted some')
    if step < 3 * width:
        raise MessageError(f'image has step {step}, but {width} pixels a row need {3 * width}')
    if len(message.data) != step * height:
        wanted = f'step {step} * height {height} = {step * height}'
        raise MessageError(f'image has {len(message.data)} bytes, wanted {wanted}')
    rows = np.frombuffer(message.data, dtype=np.uint8).reshape(height, step)
    pixels = rows[:, : 3 * width].reshape(height, width, 3)
    return np.ascontiguousarray(pixels[..., CHANNELS[message.encoding]])


def _check_scan_geometry(message: Any, beams: int, field_of_view: tuple[float, float]) -> None:
    if beams == 0:
        raise MessageError('scan has no ranges')
    for name in SCAN_GEOMETRY:
        if not math.isfinite(getattr(message, name)):
            raise MessageError(f'scan has {name} {getattr(message, name)}, wanted a finite number')
    if message.angle_increment == 0.0:
        raise MessageError('scan has angle_increment 0, wanted another')
    if message.range_max <= message.range_min:
        reach = f'{message.range_min:g} to {message.range_max:g}'
        raise MessageError(f'scan reaches from range_min to range_max {reach}, wanted a span')
    last = message.angle_min + (beams - 1) * message.angle_increment
    ends = sorted((message.angle_min, last))
    tolerance = 2 * abs(message.angle_increment)
    for end, wanted in zip(ends, field_of_view, strict=True):
        if math.isfinite(wanted) and abs(end - wanted) > tolerance:
            saw = f'{math.degrees(ends[0]):.1f} to {math.degrees(ends[1]):.1f} deg'
            trained = (
                f'{math.degrees(field_of_view[0]):.1f} to {math.degrees(field_of_view[1]):.1f}'
            )
            raise MessageError(f'scan covers {saw}, but the policy was trained on {trained} deg')
