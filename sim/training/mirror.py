"""A drive as a mirror shows it: left is right, and what was right to do there is right here."""

import numpy as np

from liquid_control.policy import PolicySpec
from liquid_control.policy.spec import (
    AnySensorSpec,
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
)
from liquid_control_sim.training.episode import Episode

# Across the plane of x and z: turning about x and z, and accelerating along y, change their sign.
_IMU = np.array([-1, 1, -1, 1, -1, 1], np.float32)
_VELOCITY = np.array([1, -1], np.float32)
_GOAL = np.array([1, 1, -1], np.float32)


def check_mirror(spec: PolicySpec) -> None:
    """Raises ValueError for a policy whose mirrored drives would not be what a robot meets."""
    for name, sensor in spec.sensors.items():
        if isinstance(sensor, LidarSpec) and abs(sensor.angle_min + sensor.angle_max) > 1e-6:
            raise ValueError(
                f'imitation.mirror wants a scan that is the same on both sides, but {name} sees '
                f'{sensor.angle_min} to {sensor.angle_max}: set mirror to 0'
            )


def mirrored(episode: Episode, spec: PolicySpec) -> Episode:
    """The same drive in a world whose left is this one's right."""
    values = {name: _mirrored(spec.sensors[name], episode.values[name]) for name in spec.sensors}
    return episode._replace(values=values, coin=-episode.coin, labels=episode.labels * _VELOCITY)


def _mirrored(sensor: AnySensorSpec, prepared: np.ndarray) -> np.ndarray:
    """Prepared values [messages, ...] as `encoders` stores them."""
    match sensor:
        case LidarSpec():
            return prepared[:, ::-1].copy()
        case CameraSpec() | DepthSpec():
            return prepared[:, :, ::-1].copy()
        case ImuSpec():
            return prepared * _IMU
        case OdometrySpec():
            return prepared * _VELOCITY
        case GoalSpec():
            return prepared * _GOAL
