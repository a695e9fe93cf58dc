"""Odometry: where the wheels say that the robot is."""

import math
from typing import NamedTuple

import numpy as np
from pydantic import NonNegativeFloat

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics, Pose
from liquid_control_sim.sensors.clock import Clock
from liquid_control_sim.sensors.delivery import Latency

CLOCK = Clock(30.0, jitter=0.001, latency=Latency(0.002, 0.004), dropout=0.005)


@configured
class OdometryConfig:
    """Wheel encoders. Slip shows in them by itself: the wheels turn and the robot does not follow.

    velocity_noise: standard deviation of the reported velocities, share of the velocity.
    wheel_scale: standard deviation of each wheel's relative error, drawn once per episode: one
        tyre is worn, and a straight line becomes a circle.
    heading_walk: how far the heading wanders, standard deviation after one metre, radians; it
        grows with the root of the way.
    encoder_step: radians of the wheel between two counts; 0 for any angle.
    """

    clock: Clock = CLOCK
    velocity_noise: NonNegativeFloat = 0.01
    wheel_scale: NonNegativeFloat = 0.0
    heading_walk: NonNegativeFloat = 0.0
    encoder_step: NonNegativeFloat = 0.0


class OdometryReading(NamedTuple):
    """pose: x, y, m, and yaw, rad, since the start, in the odometry's frame. velocity: float32
    [2], forward m/s and left rad/s.
    """

    pose: Pose
    velocity: np.ndarray


class Odometry:
    """Integrates what the wheels turned between two measurements, as an arc of a circle:

        x <- x + chord cos(yaw + turn / 2),    chord = forward sin(turn / 2) / (turn / 2)
        y <- y + chord sin(yaw + turn / 2)
        yaw <- yaw + turn

    So it must measure even when nobody hears it.
    """

    def __init__(self, config: OdometryConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._config, self._physics, self._rng = config, physics, rng
        self._scale = rng.normal(1.0, config.wheel_scale, 2).tolist()
        self._pose: Pose = (0.0, 0.0, 0.0)
        self._wheels = self._counted()
        self._last_ns = physics.now_ns

    def measure(self) -> OdometryReading:
        """The pose now, and the mean velocity since the measurement before."""
        forward, turn = self._moved()
        noise = self._rng.standard_normal(3)
        turn += float(noise[0]) * self._config.heading_walk * math.sqrt(abs(forward))
        self._integrate(forward, turn)
        velocity = np.array([forward, turn]) / max(self._passed(), 1e-6)
        velocity *= 1.0 + self._config.velocity_noise * noise[1:]
        return OdometryReading(self._pose, velocity.astype(np.float32))

    def _moved(self) -> tuple[float, float]:
        """Metres forward and radians to the left since the last measurement."""
        before, self._wheels = self._wheels, self._counted()
        left, right = (
            scale * (new - old)
            for scale, new, old in zip(self._scale, self._wheels, before, strict=True)
        )
        return self._physics.robot.body_motion(left, right)

    def _counted(self) -> tuple[float, float]:
        """The wheels' angles as the encoders show them."""
        left, right = self._physics.wheel_angles
        step = self._config.encoder_step
        if step:
            return math.floor(left / step) * step, math.floor(right / step) * step
        return left, right

    def _integrate(self, forward: float, turn: float) -> None:
        x, y, yaw = self._pose
        half = turn / 2
        chord = forward * math.sin(half) / half if half else forward
        self._pose = (
            x + chord * math.cos(yaw + half),
            y + chord * math.sin(yaw + half),
            yaw + turn,
        )

    def _passed(self) -> float:
        """Seconds since the last measurement."""
        now_ns = self._physics.now_ns
        seconds = (now_ns - self._last_ns) * 1e-9
        self._last_ns = now_ns
        return seconds
