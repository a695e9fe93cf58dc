"""Which topic feeds which of the policy's sensors, and how its messages are read."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from sensor_msgs.msg import Image, Imu, LaserScan

from liquid_control.nodes.messages import read_image, read_imu, read_scan
from liquid_control.nodes.parameters import ParameterError
from liquid_control.policy import CameraSpec, ImuSpec, LidarSpec, PolicySpec

Reader = Callable[[Any], np.ndarray]


@dataclass(frozen=True)
class Input:
    """One sensor's way in. read: message to array; raises MessageError."""

    topic: str
    message: type
    read: Reader


def build_inputs(spec: PolicySpec, max_invalid_ratio: float) -> dict[str, Input]:
    """By sensor, for all that the policy has. Raises ParameterError for one the node has not."""
    return {
        name: _build_input(name, sensor, max_invalid_ratio)
        for name, sensor in spec.sensors.items()
    }


def _build_input(name: str, sensor: Any, max_invalid_ratio: float) -> Input:
    match name, sensor:
        case 'lidar', LidarSpec():
            field_of_view = (sensor.angle_min, sensor.angle_max)
            read = functools.partial(
                read_scan, max_invalid_ratio=max_invalid_ratio, field_of_view=field_of_view
            )
            return Input('scan', LaserScan, read)
        case 'imu', ImuSpec():
            return Input('imu', Imu, read_imu)
        case 'camera', CameraSpec():
            return Input('image', Image, read_image)
    raise ParameterError(
        f'parameter policy: the bundle wants sensor {name} of type {sensor.type}, '
        'but this node has lidar, imu and camera, each of its own type'
    )
