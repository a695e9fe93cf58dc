"""sensor_msgs/Imu to rates and acceleration."""

from typing import Any

import numpy as np

from liquid_control.messages.error import MessageError, check_frame
from liquid_control.messages.settings import ImuSettings

MOST = 1000.0  # rad/s and m/s^2, 100 g: beyond what any robot does and any sensor measures


def read_imu(message: Any, settings: ImuSettings | None = None) -> np.ndarray:
    """sensor_msgs/Imu to float32 [6]: angular velocity xyz, rad/s, then acceleration xyz, m/s^2.

    The acceleration has gravity in it: +9.81 on z at rest. Raises MessageError when a covariance
    starts with -1 (the sensor does not measure that), a value is not finite or beyond all sense,
    or the frame is another.
    """
    check_frame('imu', message, settings.frame_id if settings else '')
    rates, acceleration = message.angular_velocity, message.linear_acceleration
    if message.angular_velocity_covariance[0] == -1.0:
        raise MessageError('imu has no angular_velocity (its covariance starts with -1)')
    if message.linear_acceleration_covariance[0] == -1.0:
        raise MessageError('imu has no linear_acceleration (its covariance starts with -1)')
    values = (rates.x, rates.y, rates.z, acceleration.x, acceleration.y, acceleration.z)
    if not all(abs(value) <= MOST for value in values):
        raise MessageError(f'imu has {values}, wanted finite numbers up to {MOST:g}')
    return np.array(values, dtype=np.float32)
