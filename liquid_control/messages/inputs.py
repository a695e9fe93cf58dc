"""Which topics feed which of the policy's sensors, and how their messages are read. No rclpy.

    sensor of the policy    type of the input    message
    lidar                   laser_scan           sensor_msgs/LaserScan
                            point_cloud2         sensor_msgs/PointCloud2
    imu                     imu                  sensor_msgs/Imu
    camera                  image                sensor_msgs/Image
                            compressed_image     sensor_msgs/CompressedImage
    depth                   image                sensor_msgs/Image
    odometry                odometry             nav_msgs/Odometry
    goal                    goal                 geometry_msgs/PoseStamped, nav_msgs/Odometry

The first type of a sensor is its default. A policy may have any number of sensors of a type.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple

import numpy as np
from geometry_msgs.msg import PoseStamped
from nav_msgs.msg import Odometry
from sensor_msgs.msg import CompressedImage, Image, Imu, LaserScan, PointCloud2

from liquid_control import messages
from liquid_control.messages import InputSettings, Resampler, Scan
from liquid_control.policy import AnySensorSpec, CameraSpec, DepthSpec, LidarSpec

Settings = Any  # of the class that the kind of input has


class Reading(NamedTuple):
    """What one message says. value: for the policy. scan: for the guard, of a LiDAR."""

    value: np.ndarray
    scan: Scan | None = None


Read = Callable[[Any], Reading | None]


@dataclass(frozen=True)
class Feed:
    """One topic. read: message to reading, None where it is no measurement; raises MessageError.

    delivery: whether the newest message is what counts, or every one must arrive.
    """

    topic: str
    message: type
    read: Read
    delivery: Literal['newest', 'every'] = 'newest'


def _nothing_to_forget() -> None:
    pass


@dataclass(frozen=True)
class Input:
    """One sensor's ways in. forget: what was said before holds no longer; for activation and
    clock jumps.
    """

    feeds: tuple[Feed, ...]
    forget: Callable[[], None] = _nothing_to_forget


def input_types(spec: AnySensorSpec) -> tuple[str, ...]:
    """The types of input that can feed a sensor, the default first."""
    return tuple(_KINDS[spec.type])


def all_input_types() -> dict[str, frozenset[str]]:
    """Every type of input, and the names of what can be set up for it."""
    known: dict[str, frozenset[str]] = {}
    for kinds in _KINDS.values():
        for kind, entry in kinds.items():
            names = frozenset(field.name for field in fields(entry.settings))
            known[kind] = known.get(kind, frozenset()) | names
    return known


def settings_class(spec: AnySensorSpec, kind: str) -> type[InputSettings]:
    """What can be set up for this sensor and type of input. Raises ValueError if the type cannot
    feed the sensor.
    """
    return _kind(spec, kind).settings


def build_input(spec: AnySensorSpec, kind: str, settings: InputSettings) -> Input:
    """A sensor's input. settings: of the class that settings_class() names.

    Raises ValueError if the type cannot feed the sensor, or this machine lacks what it needs.
    """
    return _kind(spec, kind).build(spec, settings)


def build_scan_feed(kind: str, settings: InputSettings) -> Feed:
    """A LiDAR for the guard alone; the reading's value is empty. Raises ValueError for a type
    that is not a LiDAR's.
    """
    _kind(LidarSpec(), kind)
    return _scans(kind, settings, lambda scan: Reading(np.empty(0, np.float32), scan))


def _lidar(kind: str) -> Callable[[Any, Settings], Input]:
    def build(spec: LidarSpec, settings: Settings) -> Input:
        resampler = Resampler(spec, settings.max_invalid_ratio)
        feed = _scans(kind, settings, lambda scan: Reading(resampler.resample(scan), scan))
        return Input((feed,))

    return build


def _scans(kind: str, settings: Settings, answer: Callable[[Scan], Reading]) -> Feed:
    message, read = _LIDARS[kind]
    return Feed(settings.topic, message, lambda received: answer(read(received, settings)))


_LIDARS: dict[str, tuple[type, Callable[[Any, Settings], Scan]]] = {
    'laser_scan': (LaserScan, messages.read_scan),
    'point_cloud2': (PointCloud2, messages.read_cloud),
}


def _imu(_: Any, settings: Settings) -> Input:
    return _single(settings.topic, Imu, lambda message: messages.read_imu(message, settings))


def _odometry(_: Any, settings: Settings) -> Input:
    return _single(
        settings.topic, Odometry, lambda message: messages.read_odometry(message, settings)
    )


def _image(spec: CameraSpec, settings: Settings) -> Input:
    return _single(
        settings.topic, Image, lambda message: messages.read_image(message, spec, settings)
    )


def _depth_image(spec: DepthSpec, settings: Settings) -> Input:
    return _single(
        settings.topic, Image, lambda message: messages.read_depth_image(message, spec, settings)
    )


def _compressed_image(spec: CameraSpec, settings: Settings) -> Input:
    try:
        from liquid_control.messages.compressed import read_compressed_image
    except ImportError as error:
        raise ValueError(
            'type is compressed_image, which needs Pillow: apt install python3-pil, or '
            f'pip install pillow ({error})'
        ) from None
    return _single(
        settings.topic,
        CompressedImage,
        lambda message: read_compressed_image(message, spec, settings),
    )


def _goal(_: Any, settings: Settings) -> Input:
    goal = messages.Goal(settings)
    feeds = (
        Feed(settings.topic, PoseStamped, goal.aim, 'every'),
        Feed(settings.odometry_topic, Odometry, lambda message: Reading(goal.read(message))),
    )
    return Input(feeds, goal.forget)


def _single(topic: str, message: type, read: Callable[[Any], np.ndarray]) -> Input:
    return Input((Feed(topic, message, lambda received: Reading(read(received))),))


class _Kind(NamedTuple):
    settings: type[InputSettings]
    build: Callable[[Any, Settings], Input]


_KINDS: dict[str, dict[str, _Kind]] = {
    'lidar': {
        'laser_scan': _Kind(messages.LaserScanSettings, _lidar('laser_scan')),
        'point_cloud2': _Kind(messages.PointCloud2Settings, _lidar('point_cloud2')),
    },
    'imu': {'imu': _Kind(messages.ImuSettings, _imu)},
    'camera': {
        'image': _Kind(messages.ImageSettings, _image),
        'compressed_image': _Kind(messages.CompressedImageSettings, _compressed_image),
    },
    'depth': {'image': _Kind(messages.DepthImageSettings, _depth_image)},
    'odometry': {'odometry': _Kind(messages.OdometrySettings, _odometry)},
    'goal': {'goal': _Kind(messages.GoalSettings, _goal)},
}
"""By the policy's type of sensor, then by the type of the input."""


def _kind(spec: AnySensorSpec, kind: str) -> _Kind:
    known = _KINDS[spec.type]
    if kind not in known:
        raise ValueError(f'type is {kind!r}, but a {spec.type} takes {" or ".join(known)}')
    return known[kind]
