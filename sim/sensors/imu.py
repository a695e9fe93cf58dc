"""An inertial measurement unit: gyroscope and accelerometer in the base frame."""

import math
from collections.abc import Iterator

import numpy as np
from pydantic import NonNegativeFloat, PositiveFloat

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock
from liquid_control_sim.sensors.delivery import Latency

CLOCK = Clock(100.0, jitter=0.0003, latency=Latency(0.001, 0.002), dropout=0.005)

_BATCH = 64
"""Samples whose noise is drawn at a time."""


@configured
class ImuConfig:
    """Gyroscope in rad/s, accelerometer in m/s^2, each axis for itself.

    noise: standard deviation per sample. bias, scale: standard deviations of an offset and of a
        relative error that are drawn once per episode.
    bias_walk: how far the bias wanders, standard deviation after one second; it grows with the
        root of the time.
    range: what is beyond it reads as it. step: readings are multiples of it; 0 for any value.
    """

    clock: Clock = CLOCK
    gyro_noise: NonNegativeFloat = 0.005
    gyro_bias: NonNegativeFloat = 0.003
    gyro_bias_walk: NonNegativeFloat = 0.0
    gyro_scale: NonNegativeFloat = 0.0
    gyro_range: PositiveFloat = 34.9
    gyro_step: NonNegativeFloat = 0.0
    accelerometer_noise: NonNegativeFloat = 0.08
    accelerometer_bias: NonNegativeFloat = 0.05
    accelerometer_bias_walk: NonNegativeFloat = 0.0
    accelerometer_scale: NonNegativeFloat = 0.0
    accelerometer_range: PositiveFloat = 157.0
    accelerometer_step: NonNegativeFloat = 0.0


class Imu:
    """Reads angular velocity and proper acceleration: at rest the z axis shows +9.81 m/s^2.

        reading = clip(round(gain truth + bias + noise)),    bias <- bias + walk sqrt(dt) n

    with n standard normal and dt the seconds since the measurement before.
    """

    def __init__(self, config: ImuConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._physics = physics
        model = physics.model
        self._addresses = np.array(
            [
                int(model.sensor(name).adr[0]) + axis
                for name in ('gyro', 'accelerometer')
                for axis in range(3)
            ]
        )
        noise = _axes(config.gyro_noise, config.accelerometer_noise)
        walk = _axes(config.gyro_bias_walk, config.accelerometer_bias_walk)
        self._bias = rng.normal(0.0, _axes(config.gyro_bias, config.accelerometer_bias))
        self._gain = rng.normal(1.0, _axes(config.gyro_scale, config.accelerometer_scale))
        steps = _axes(config.gyro_step, config.accelerometer_step)
        self._stepped = np.flatnonzero(steps)
        self._steps = steps[self._stepped]
        self._range = _axes(config.gyro_range, config.accelerometer_range)
        self._last_ns = physics.now_ns
        self._chance = _drawn(rng, np.stack([noise, walk]))

    def measure(self) -> np.ndarray:
        """float32 [6]: angular velocity x, y, z in rad/s, then acceleration x, y, z in m/s^2."""
        noise, walk = next(self._chance)
        now_ns = self._physics.now_ns
        self._bias += walk * math.sqrt((now_ns - self._last_ns) * 1e-9)
        self._last_ns = now_ns
        reading = self._physics.data.sensordata[self._addresses] * self._gain
        reading += self._bias
        reading += noise
        if len(self._steps):
            reading[self._stepped] = np.rint(reading[self._stepped] / self._steps) * self._steps
        np.minimum(reading, self._range, out=reading)
        np.maximum(reading, -self._range, out=reading)
        return reading.astype(np.float32)


def _drawn(rng: np.random.Generator, scale: np.ndarray) -> Iterator[np.ndarray]:
    """For each reading its noise, and how far the bias would walk in a second [2, 6]."""
    while True:
        yield from rng.normal(0.0, scale, (_BATCH, 2, 6))


def _axes(gyro: float, accelerometer: float) -> np.ndarray:
    return np.repeat([gyro, accelerometer], 3)
