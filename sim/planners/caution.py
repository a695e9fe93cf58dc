"""The nearest velocity to the one wanted that hits nothing, as far as the true world tells."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.planners.grid import Grid
from liquid_control_sim.simulation import Simulation

_SHARPNESS = 15.0
_STANDING = 0.05


@dataclass(frozen=True)
class CautionConfig:
    """Metres, seconds.

    horizon, step: how far ahead velocities are tried, and how finely.
    hold, braking: a tried velocity is held so long, then the robot brakes with so many m/s^2.
    margin: between the body and what stands. mover_margin: between the circle around it and what
        moves, plus mover_growth for each second ahead: nobody knows what people will do.
    turns: how much more or less than wanted is tried, rad/s. slowing: which shares of the speed.
    turn_price: of turning a rad/s otherwise than wanted, where stopping costs 1.
    """

    horizon: float = 1.6
    step: float = 0.1
    hold: float = 0.35
    braking: float = 1.5
    margin: float = 0.06
    mover_margin: float = 0.08
    mover_growth: float = 0.45
    turns: tuple[float, ...] = (0.0, 0.3, -0.3, 0.6, -0.6, 1.0, -1.0, 1.5, -1.5)
    slowing: tuple[float, ...] = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
    turn_price: float = 0.5


class Arcs(NamedTuple):
    """Where the robot comes to and how fast it is, each [velocities, times]."""

    x: np.ndarray
    y: np.ndarray
    yaw: np.ndarray
    speed: np.ndarray


class Caution:
    """Tries velocities: holds each for a moment, then brakes on the same arc.

        hold 0.35 s at 1.2 m/s, then 1.5 m/s^2:     looks 0.9 m and 1.15 s ahead

    A velocity is safe if the body comes near nothing on the way: neither what stands nor movers,
    which are taken to go on as they go, or to stop anywhere on that way. A robot that stands is
    in nobody's way: people see it.
    """

    def __init__(
        self, simulation: Simulation, grid: Grid, config: CautionConfig | None = None
    ) -> None:
        self._simulation, self._grid = simulation, grid
        self._config = config = config or CautionConfig()
        self._footprint = footprint_of(simulation.config.robot)
        tried = np.meshgrid(config.turns, config.slowing, indexing='ij')
        self._turn, self._slow = tried[0].ravel(), tried[1].ravel()
        self._times = config.step * np.arange(1, round(config.horizon / config.step) + 1)
        self._price = 1.0 - self._slow + config.turn_price * np.abs(self._turn)

    def heed(self, v: float, w: float) -> np.ndarray:
        """The safe velocity nearest to this one, forward m/s and left rad/s, float64 [2].

        Where none is safe, the one that leads to the least trouble, and latest.
        """
        if self._danger(np.array([v]), np.array([w]))[0] <= 0.0:
            return np.array([v, w])
        limits = self._simulation.config.limits
        speeds = v * self._slow
        turns = np.clip(w + self._turn, limits.min_velocity[1], limits.max_velocity[1])
        cost = self._price + 30.0 * self._danger(speeds, turns)
        best = int(np.argmin(cost))
        # Smooth, but never between left and right.
        share = np.exp(-_SHARPNESS * (cost - cost[best]))
        share *= np.abs(self._turn - self._turn[best]) < 0.5
        share /= share.sum()
        return np.array([share @ speeds, share @ turns])

    def _danger(self, v: np.ndarray, w: np.ndarray) -> np.ndarray:
        """How much too near to something each velocity [n] leads, and how soon; 0 for safe."""
        arcs = self._arcs(v, w)
        discs = self._footprint.centres(arcs.x, arcs.y, arcs.yaw)
        room = self._footprint.room(self._grid.rooms(discs))
        lack = np.maximum(self._config.margin - room, 0.0)
        if len(self._simulation.movers.radii):
            lack = np.maximum(lack, self._mover_lack(arcs) * (arcs.speed > _STANDING))
        # What is too near already keeps no robot from leaving: only what comes nearer counts.
        lack = np.maximum(lack - lack[:, :1].min(), 0.0)
        return (lack / (0.3 + self._times)).max(-1)

    def _mover_lack(self, arcs: Arcs) -> np.ndarray:
        """By how many metres movers come too near to the circle around the body, [n, times].

        They may stop anywhere on their way of p + v t: all of it, up to t, is kept free.
        """
        movers, config, times = self._simulation.movers, self._config, self._times[:, None]
        (px, py), (vx, vy) = movers.places.T, movers.velocities.T
        dx, dy = arcs.x[..., None] - px, arcs.y[..., None] - py
        nearest = (dx * vx + dy * vy) / np.maximum(vx * vx + vy * vy, 1e-12)
        nearest = np.minimum(np.maximum(nearest, 0.0), times)
        away = np.hypot(dx - nearest * vx, dy - nearest * vy) - movers.radii
        room = away.min(-1) - self._footprint.circumscribed
        return np.maximum(config.mover_margin + config.mover_growth * self._times - room, 0.0)

    def _arcs(self, v: np.ndarray, w: np.ndarray) -> Arcs:
        """Of velocities [n], from here: s(t) = 1, then (v - braking (t - hold)) / v."""
        config = self._config
        x, y, yaw = self._simulation.pose
        lasts = np.maximum(np.abs(v), 0.3) / config.braking
        share = np.clip(1.0 - (self._times - config.hold) / lasts[:, None], 0.0, 1.0)
        driven = config.step * np.cumsum(share, axis=1)
        heading = yaw + w[:, None] * driven
        middle = heading - w[:, None] * share * config.step / 2
        ahead = config.step * share * v[:, None]
        return Arcs(
            x + np.cumsum(ahead * np.cos(middle), axis=1),
            y + np.cumsum(ahead * np.sin(middle), axis=1),
            heading,
            share * v[:, None],
        )
