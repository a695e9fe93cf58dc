"""A planar LiDAR by ray casting."""

import mujoco
import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock, Latency
from liquid_control_sim.worlds import FLOOR_GROUP, SOLID_GROUP

CLOCK = Clock(20.0, jitter=0.001, latency=Latency(0.010, 0.015), dropout=0.01)


@configured
class LidarConfig:
    """Beams counter-clockwise from -fov/2 to +fov/2, zero straight ahead; metres, radians.

    noise: standard deviation of a range. missing: probability that a beam does not return.
    """

    clock: Clock = CLOCK
    beams: int = 720
    fov: float = 4.71238898038469
    range_min: float = 0.06
    range_max: float = 10.0
    noise: float = 0.01
    missing: float = 0.001

    @property
    def angles(self) -> np.ndarray:
        """Angle of each beam, radians [beams]."""
        return np.linspace(-self.fov / 2, self.fov / 2, self.beams)


class Lidar:
    """Casts the beams of one scan at one instant."""

    def __init__(self, config: LidarConfig, physics: Physics, rng: np.random.Generator) -> None:
        self._config, self._physics, self._rng = config, physics, rng
        self._site = physics.model.site('lidar').id
        angles = config.angles
        self._beams = np.stack([np.cos(angles), np.sin(angles), np.zeros_like(angles)], axis=1)
        self._groups = np.zeros(6, np.uint8)
        self._groups[[SOLID_GROUP, FLOOR_GROUP]] = 1
        self._geoms = np.empty(config.beams, np.int32)
        self._ranges = np.empty(config.beams)

    def measure(self) -> np.ndarray:
        """Ranges in metres, float32 [beams]: REP-117, +inf for no return, -inf for too close."""
        config, data = self._config, self._physics.data
        directions = self._beams @ data.site_xmat[self._site].reshape(3, 3).T
        mujoco.mj_multiRay(
            self._physics.model,
            data,
            data.site_xpos[self._site],
            directions.ravel(),
            self._groups,
            True,
            -1,
            self._geoms,
            self._ranges,
            None,
            config.beams,
            config.range_max + 1.0,
        )
        ranges = self._ranges + self._rng.normal(0.0, config.noise, config.beams)
        ranges[self._ranges < config.range_min] = -np.inf
        none = (self._geoms < 0) | (self._ranges > config.range_max)
        ranges[none | (self._rng.random(config.beams) < config.missing)] = np.inf
        return ranges.astype(np.float32)
