"""Odometry: where the wheels say that the robot is."""

from typing import NamedTuple

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics, Pose
from liquid_control_sim.sensors.clock import Clock, Latency

CLOCK = Clock(30.0, jitter=0.001, latency=Latency(0.002, 0.004), dropout=0.005)


@configured
class OdometryConfig:
    """Wheel encoders. Slip shows in it by itself: the wheels turn and the robot does not follow.

    velocity_noise: standard deviation of the reported velocities, share of the velocity.
    """

    clock: Clock = CLOCK
    velocity_noise: float = 0.01


class OdometryReading(NamedTuple):
    """pose: x, y, m, and yaw, rad, since the start, in the odometry's frame. velocity: float32
    [2], forward m/s and left rad/s.
    """

    pose: Pose
    velocity: np.ndarray


class Odometry:
    """Integrates the wheels."""

    def __init__(self, config: OdometryConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._config, self._physics, self._rng = config, physics, rng

    def measure(self) -> OdometryReading:
        wheels = self._physics.odometry
        gain = self._rng.normal(1.0, self._config.velocity_noise, 2)
        velocity = (np.array([wheels.v, wheels.w]) * gain).astype(np.float32)
        return OdometryReading((wheels.x, wheels.y, wheels.yaw), velocity)
