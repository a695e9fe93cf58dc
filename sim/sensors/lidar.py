"""A planar LiDAR by ray casting."""

from typing import Annotated

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock
from liquid_control_sim.sensors.delivery import Latency
from liquid_control_sim.sensors.rays import Rays
from liquid_control_sim.sensors.weather import extinction

CLOCK = Clock(20.0, jitter=0.001, latency=Latency(0.010, 0.015), dropout=0.01)
Probability = Annotated[float, Field(ge=0.0, le=1.0)]

_EDGE = 0.1
"""Neighbouring ranges that differ by more, as a share of the nearer, belong to two surfaces."""
_FOG_ECHO = 0.1
"""Share of the beams lost to fog that come back from it; it scatters most light forward."""


@configured
class LidarConfig:
    """Beams counter-clockwise from -fov/2 to +fov/2, zero straight ahead; metres, radians.

    noise, proportional_noise: standard deviation of a range, metres and share of the range; their
        squares add up.
    missing: probability that a beam does not return.
    mixed_pixels: probability that the beam at the edge of a surface, lit by it only in part, shows
        a range between it and the surface behind.
    fog: visibility, metres; None for clear air. A beam gets to a surface at d and back with the
        probability exp(-2 extinction(fog) d). One that does not is lost, or the fog itself is
        what it shows, where it was scattered.
    quantisation: step of the ranges; 0 for none.
    """

    clock: Clock = CLOCK
    beams: int = 720
    fov: float = 4.71238898038469
    range_min: float = 0.06
    range_max: float = 10.0
    noise: NonNegativeFloat = 0.01
    proportional_noise: NonNegativeFloat = 0.0
    missing: Probability = 0.001
    mixed_pixels: Probability = 0.0
    fog: PositiveFloat | None = None
    quantisation: NonNegativeFloat = 0.0

    @property
    def angles(self) -> np.ndarray:
        """Angle of each beam, radians [beams]."""
        return np.linspace(-self.fov / 2, self.fov / 2, self.beams)


class Lidar:
    """Casts the beams of one scan at one instant, from where the physics last located it.

    A real LiDAR takes most of the period for its turn; the stamp is then the first beam's. Here a
    robot that moves does not bend its scan.
    """

    def __init__(self, config: LidarConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._config, self._rng = config, rng
        angles = config.angles
        self._beams = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
        self._rays = Rays(physics, 'lidar', config.beams)

    def measure(self) -> np.ndarray:
        """Ranges in metres, float32 [beams]: REP-117, +inf for no return, -inf for too close."""
        config = self._config
        self._rays.cast(self._beams, config.range_max)
        echoes = np.where(self._rays.geoms < 0, np.inf, self._rays.distances)
        if config.mixed_pixels > 0.0:
            echoes = self._mixed(echoes)
        if config.fog is not None:
            echoes = self._fogged(echoes, config.fog)
        return self._reported(echoes).astype(np.float32)

    def _mixed(self, echoes: np.ndarray) -> np.ndarray:
        """Some beams beside an edge lie anywhere between its two surfaces."""
        with np.errstate(invalid='ignore'):  # without return on both sides there is no step
            step = np.diff(echoes, append=echoes[-1:])
            edge = np.isfinite(step) & (np.abs(step) > _EDGE * np.minimum(echoes, echoes + step))
        edge &= self._rng.random(len(echoes)) < self._config.mixed_pixels
        mixed = echoes.copy()
        mixed[edge] += self._rng.random(np.count_nonzero(edge)) * step[edge]
        return mixed

    def _fogged(self, echoes: np.ndarray, visibility: float) -> np.ndarray:
        """Each beam is scattered somewhere; if that is before the surface, it does not see it."""
        scattered = self._rng.exponential(0.5 / extinction(visibility), len(echoes))
        shown = self._rng.random(len(echoes)) < _FOG_ECHO
        shown &= scattered < self._config.range_max
        return np.where(scattered < echoes, np.where(shown, scattered, np.inf), echoes)

    def _reported(self, echoes: np.ndarray) -> np.ndarray:
        """What the device makes of the echoes: noise, steps, and words for those without range."""
        config = self._config
        none = np.isinf(echoes)
        spread = np.hypot(config.noise, config.proportional_noise * np.where(none, 0.0, echoes))
        ranges = echoes + spread * self._rng.standard_normal(config.beams)
        if config.quantisation > 0.0:
            ranges = config.quantisation * np.rint(ranges / config.quantisation)
        ranges[echoes < config.range_min] = -np.inf
        ranges[none | (self._rng.random(config.beams) < config.missing)] = np.inf
        return ranges
