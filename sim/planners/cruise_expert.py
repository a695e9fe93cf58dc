"""The privileged expert that cruises: it drives on to where there is room, by the true geometry.

What it does depends on what is around it now, so that a policy with sensors alone can imitate it.
"""

import math
from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.caution import Caution
from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.planners.grid import Grid
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

_TURNS = np.deg2rad(np.arange(-130.0, 131.0, 10.0))
"""Directions that are weighed, from the heading."""


@dataclass(frozen=True)
class CruiseExpertConfig:
    """Metres, radians; m/s and rad/s.

    sight: how far it looks in each direction, step: how finely.
    spare: a way keeps so much farther off than the body's half width; respect: and off people
        and what else moves, still more.
    straightness: metres of room that a radian of turning is worth. bend: how much rather it turns
        left than right, so that it can always decide.
    dead_end: where no direction that is worth it has so much room, it turns on the spot, left.
    speed: the greatest one. braking: what it keeps room for, m/s^2.
    steering: turning speed per radian, up to max_turn. turn_in_place: from this angle on it does
        not drive forward.
    """

    sight: float = 4.0
    step: float = 0.2
    spare: float = 0.1
    respect: float = 0.3
    straightness: float = 0.8
    bend: float = 0.1
    dead_end: float = 0.7
    speed: float = 1.2
    braking: float = 0.8
    steering: float = 2.2
    turn_in_place: float = 1.2
    max_turn: float = 1.5


class CruiseExpert:
    """Heads for the middle of the best directions: those with room, and rather straight on."""

    def __init__(self, simulation: Simulation, config: CruiseExpertConfig | None = None) -> None:
        self._simulation = simulation
        self._config = config = config or CruiseExpertConfig()
        self._footprint = footprint_of(simulation.config.robot)
        self._grid = Grid(simulation.layout)
        self._caution = Caution(simulation, self._grid)
        self._reaches = np.arange(config.step, config.sight + 1e-9, config.step)

    def observe(self, message: Message) -> None:
        """It needs no messages: it knows."""

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        config, limits = self._config, self._simulation.config.limits
        room = self._room()
        score = room - config.straightness * np.abs(_TURNS) + config.bend * _TURNS
        best = int(np.argmax(score))
        if room[best] < config.dead_end:
            return self._caution.heed(0.0, min(config.max_turn, limits.max_velocity[1]))
        share = np.exp(4.0 * (score - score[best])) * (np.abs(_TURNS - _TURNS[best]) < 0.6)
        turn = float(share @ _TURNS / share.sum())
        straight = max(1.0 - (turn / config.turn_in_place) ** 2, 0.0)
        ahead = min(float(room[best]), float(room[len(room) // 2]) + 0.3)
        speed = math.sqrt(2 * config.braking * max(ahead - self._footprint.front, 0.0))
        speed = min(speed, config.speed, limits.max_velocity[0])
        most = min(config.max_turn, limits.max_velocity[1])
        w = min(max(config.steering * turn, -most), most)
        return self._caution.heed(speed * straight, w)

    def _room(self) -> np.ndarray:
        """How far the body gets in each direction, metres [turns]."""
        config, (x, y, yaw) = self._config, self._simulation.pose
        angles = yaw + _TURNS
        rays = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        places = np.array([x, y]) + self._reaches[:, None] * rays[:, None, :]
        wanted = self._footprint.half_width + config.spare
        blocked = self._grid.rooms(places) < min(wanted, self._grid.room(x, y) - 0.02)
        movers = self._simulation.movers
        apart = min(wanted + config.respect, float(movers.clearance(np.array([x, y]))) - 0.02)
        blocked |= movers.clearance(places) < apart
        first = np.where(blocked.any(1), blocked.argmax(1), len(self._reaches))
        return first * config.step
