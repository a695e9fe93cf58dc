"""Serialised messages (CDR, OMG DDS-XTypes 7.4.1) to what the readers of `messages` take.

rclpy makes an object of every field of a message, and an IMU's message has dozens of which six are
wanted. For the messages that come often only what is read is unpacked, into tuples with the names
of the message's fields. All others, and whatever is not little-endian, go rclpy's way. Commands
leave as serialised messages, too.
"""

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.serialization import deserialize_message, serialize_message
from sensor_msgs.msg import Image, Imu, LaserScan

LITTLE_ENDIAN = b'\x00\x01'  # how plain CDR begins
_BODY = 4  # where it begins; alignment counts from there
_HEADER = struct.Struct('<iII')  # stamp, length of frame_id
_LENGTH = struct.Struct('<I')
_IMU = struct.Struct('<37d')  # orientation, angular velocity, acceleration: each with covariance
_SCAN = struct.Struct('<7f')
_SIZE = struct.Struct('<II')
_STAMP = struct.Struct('=iI')  # rclpy serialises in the order of this machine
_TWIST = struct.Struct('=6d')


class Time(NamedTuple):
    """builtin_interfaces/Time."""

    sec: int
    nanosec: int


class Header(NamedTuple):
    """std_msgs/Header."""

    stamp: Time
    frame_id: str


class Vector(NamedTuple):
    """geometry_msgs/Vector3."""

    x: float
    y: float
    z: float


class ImuMessage(NamedTuple):
    """What is read of a sensor_msgs/Imu."""

    header: Header
    angular_velocity: Vector
    angular_velocity_covariance: tuple[float, ...]
    linear_acceleration: Vector
    linear_acceleration_covariance: tuple[float, ...]


class ScanMessage(NamedTuple):
    """What is read of a sensor_msgs/LaserScan."""

    header: Header
    angle_min: float
    angle_max: float
    angle_increment: float
    time_increment: float
    scan_time: float
    range_min: float
    range_max: float
    ranges: np.ndarray


class ImageMessage(NamedTuple):
    """A sensor_msgs/Image; data lies in the serialised message."""

    header: Header
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: memoryview


def deserialise(kind: type, data: bytes) -> Any:
    """A message of this type. Raises an exception of some kind if data is none."""
    unpack = _UNPACK.get(kind)
    if unpack is None or data[:2] != LITTLE_ENDIAN:
        return deserialize_message(data, kind)
    return unpack(data)


class SerialisedTwist:
    """geometry_msgs/TwistStamped with this frame_id, or Twist without any; serialised once, since
    of one command to the next only a few numbers change.
    """

    def __init__(self, frame_id: str | None = None) -> None:
        message = Twist() if frame_id is None else TwistStamped()
        if frame_id is not None:
            message.header.frame_id = frame_id
        self.kind = type(message)
        self._is_stamped = frame_id is not None
        self._data = bytearray(serialize_message(message))

    def filled(self, linear: float, angular: float, now_ns: int) -> bytes:
        """m/s forward and rad/s to the left at now_ns."""
        if self._is_stamped:
            _STAMP.pack_into(self._data, _BODY, *divmod(now_ns, 1_000_000_000))
        end = len(self._data) - _TWIST.size
        _TWIST.pack_into(self._data, end, linear, 0.0, 0.0, 0.0, 0.0, angular)
        return bytes(self._data)


def _imu(data: bytes) -> ImuMessage:
    header, end = _header(data)
    numbers = _IMU.unpack_from(data, _aligned(end, 8))
    return ImuMessage(
        header, Vector(*numbers[13:16]), numbers[16:25], Vector(*numbers[25:28]), numbers[28:]
    )


def _scan(data: bytes) -> ScanMessage:
    header, end = _header(data)
    begin = _aligned(end, 4)
    geometry = _SCAN.unpack_from(data, begin)
    begin += _SCAN.size
    (count,) = _LENGTH.unpack_from(data, begin)
    ranges = np.frombuffer(data, '<f4', count, begin + _LENGTH.size)
    return ScanMessage._make((header, *geometry, ranges))


def _image(data: bytes) -> ImageMessage:
    header, end = _header(data)
    begin = _aligned(end, 4)
    height, width = _SIZE.unpack_from(data, begin)
    encoding, end = _string(data, begin + _SIZE.size)
    begin = _aligned(end + 1, 4)
    step, size = _SIZE.unpack_from(data, begin)
    begin += _SIZE.size
    if begin + size > len(data):
        raise ValueError(f'{size} bytes of an image do not fit into {len(data)}')
    pixels = memoryview(data)[begin : begin + size]
    return ImageMessage(header, height, width, encoding, data[end], step, pixels)


def _header(data: bytes) -> tuple[Header, int]:
    """The header, and where it ends."""
    sec, nanosec, _ = _HEADER.unpack_from(data, _BODY)
    frame_id, end = _string(data, _BODY + 8)
    return Header(Time(sec, nanosec), frame_id), end


def _string(data: bytes, begin: int) -> tuple[str, int]:
    """A string, which ends with a zero, and where it ends."""
    (length,) = _LENGTH.unpack_from(data, begin)
    begin += _LENGTH.size
    if begin + length > len(data):
        raise ValueError(f'a string of {length} bytes does not fit into {len(data)}')
    return data[begin : begin + length].rstrip(b'\0').decode(), begin + length


def _aligned(at: int, size: int) -> int:
    return at + (_BODY - at) % size


_UNPACK: dict[type, Callable[[bytes], Any]] = {Imu: _imu, LaserScan: _scan, Image: _image}
