"""An inertial measurement unit: gyroscope and accelerometer in the base frame."""

import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock, Latency

CLOCK = Clock(100.0, jitter=0.0003, latency=Latency(0.001, 0.002), dropout=0.005)


@configured
class ImuConfig:
    """Standard deviations: noise per sample, bias drawn once per episode; rad/s and m/s^2."""

    clock: Clock = CLOCK
    gyro_noise: float = 0.005
    gyro_bias: float = 0.003
    accelerometer_noise: float = 0.08
    accelerometer_bias: float = 0.05


class Imu:
    """Reads angular velocity and proper acceleration: at rest the z axis shows +9.81 m/s^2."""

    def __init__(self, config: ImuConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._physics, self._rng = physics, rng
        model = physics.model
        self._readings = [
            int(model.sensor(name).adr[0]) + axis
            for name in ('gyro', 'accelerometer')
            for axis in range(3)
        ]
        self._noise = np.repeat([config.gyro_noise, config.accelerometer_noise], 3)
        self._bias = rng.normal(0.0, np.repeat([config.gyro_bias, config.accelerometer_bias], 3))

    def measure(self) -> np.ndarray:
        """float32 [6]: angular velocity x, y, z in rad/s, then acceleration x, y, z in m/s^2."""
        truth = self._physics.data.sensordata[self._readings]
        return (truth + self._bias + self._rng.normal(0.0, self._noise)).astype(np.float32)
