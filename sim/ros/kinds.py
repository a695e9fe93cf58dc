"""Where the classes of ROS messages come from: from ROS, or without it from rosbags.

Both have the same fields under the same names, so what builds a message need not know which.
"""

import array
from functools import cache
from importlib import import_module
from typing import Any, Protocol

import numpy as np
from rosbags.typesys import Stores, get_typestore

TYPESTORE = get_typestore(Stores.ROS2_KILTED)
"""Definitions of all standard messages, for bags."""


class Kinds(Protocol):
    """The classes of messages, and what they hold arrays of numbers in."""

    def kind(self, name: str) -> Any:
        """The class, as in kind('sensor_msgs/msg/Imu')."""
        ...

    def array(self, values: np.ndarray) -> Any:
        """The values, flat, for a field of numbers without a fixed length."""
        ...


class RosKinds:
    """The classes that rclpy publishes."""

    @staticmethod
    @cache
    def kind(name: str) -> Any:
        """Raises ImportError where the package of the message is not installed."""
        package, _, title = name.split('/')
        return getattr(import_module(f'{package}.msg'), title)

    @staticmethod
    def array(values: np.ndarray) -> array.array:
        return array.array(values.dtype.char, values.tobytes())


class BagKinds:
    """The classes that rosbags writes."""

    @staticmethod
    def kind(name: str) -> Any:
        return TYPESTORE.types[name]

    @staticmethod
    def array(values: np.ndarray) -> np.ndarray:
        return values.ravel()
