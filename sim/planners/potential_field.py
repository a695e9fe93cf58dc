"""Artificial potential field (Khatib, International Journal of Robotics Research 5, 1986)."""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.senses import Senses
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


@dataclass(frozen=True)
class PotentialFieldConfig:
    """Metres, radians; m/s and rad/s.

    attraction: force of the goal, the same at any distance. repulsion: eta, of obstacles.
    influence: rho_0, the distance from the body at which an obstacle begins to push.
    sector: of one push: the nearest point in so many radians counts, so that the number of beams
        does not matter.
    gain: speed per force. steering: turning speed per radian between heading and force.
    turn_in_place: from this angle on it does not drive forward.
    """

    attraction: float = 1.0
    repulsion: float = 0.01
    influence: float = 0.8
    sector: float = 0.1
    gain: float = 1.2
    steering: float = 2.5
    turn_in_place: float = 1.2


class PotentialField:
    """Drives along the force on it: the goal pulls, obstacles push.

        F = xi g / |g| + sum eta (1 / rho - 1 / rho_0) / rho^2 n      for rho <= rho_0

    g leads to the goal, n from an obstacle to the robot; rho is the distance to its body.
    """

    def __init__(self, simulation: Simulation, config: PotentialFieldConfig | None = None) -> None:
        self._senses = Senses(simulation)
        self._config = config or PotentialFieldConfig()

    def observe(self, message: Message) -> None:
        self._senses.observe(message)

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        senses, config = self._senses, self._config
        if senses.scan is None:
            return np.zeros(2)
        goal = senses.from_here(np.array(senses.goal))
        force = config.attraction * goal / max(float(np.hypot(*goal)), 1e-6)
        force += self._push(senses.from_here(senses.scan.points))
        heading = math.atan2(force[1], force[0])
        straight = max(1.0 - (heading / config.turn_in_place) ** 2, 0.0)
        speed = config.gain * float(np.hypot(*force)) * straight
        return senses.allowed(speed, config.steering * heading)

    def _push(self, points: np.ndarray) -> np.ndarray:
        """The force of all obstacles, [2] in the base frame."""
        config = self._config
        away, bearing = (
            np.hypot(points[:, 0], points[:, 1]),
            np.arctan2(points[:, 1], points[:, 0]),
        )
        rho = np.maximum(away - self._senses.footprint.half_width, 0.05)
        near = rho < config.influence
        sectors = np.rint(bearing[near] / config.sector).astype(np.intp)
        order = np.lexsort((rho[near], sectors))
        _, first = np.unique(sectors[order], return_index=True)
        nearest = order[first]
        rho, bearing = rho[near][nearest], bearing[near][nearest]
        size = config.repulsion * (1.0 / rho - 1.0 / config.influence) / rho**2
        return -np.array([size @ np.cos(bearing), size @ np.sin(bearing)])
