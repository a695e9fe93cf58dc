"""Dynamic window approach (Fox, Burgard and Thrun, IEEE Robotics & Automation Magazine, 1997)."""

from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.chart import Chart, Field
from liquid_control_sim.planners.guide import Guide
from liquid_control_sim.planners.senses import Senses
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


@dataclass(frozen=True)
class DwaConfig:
    """Metres, seconds.

    window: a velocity must be reached within so long. samples: of forward and turning speed.
    sim_time, step: how far ahead trajectories go, and how finely.
    ahead: the way that is left is measured from a point so far before the robot, so that turning
        towards it counts (forward_point_distance of nav's dwa_local_planner).
    margin: between the body and a point. obstacle_price: metres that passing at the margin costs.
    comfort: from this distance on it costs nothing.
    replan: how often the way to the goal is planned.
    """

    window: float = 0.25
    samples: tuple[int, int] = (12, 21)
    sim_time: float = 1.3
    step: float = 0.1
    ahead: float = 0.325
    margin: float = 0.05
    obstacle_price: float = 0.4
    comfort: float = 0.35
    replan: float = 0.4


class Dwa:
    """Of the velocities within reach, takes the one whose trajectory scores best.

        cost = way that is left after it + price of the nearest obstacle on it

    A velocity whose arc hits something is not admissible. As in nav's move_base, a plan on a map
    of what the LiDAR has seen says how long the way is from where; what is unseen is free.
    """

    def __init__(self, simulation: Simulation, config: DwaConfig | None = None) -> None:
        self._config = config = config or DwaConfig()
        self._senses = Senses(simulation)
        self._chart = Chart(self._senses)
        self._guide = Guide(self._senses, self._chart, config.replan)
        self._times = config.step * np.arange(1, round(config.sim_time / config.step) + 1)

    def observe(self, message: Message) -> None:
        self._senses.observe(message)
        if message.event.sensor == 'lidar' and self._senses.scan is not None:
            self._chart.add(self._senses.scan)

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        if self._senses.scan is None:
            return np.zeros(2)
        v, w = self._window()
        x, y, yaw = self._trajectories(v, w)
        discs = self._senses.footprint.centres(x, y, yaw)
        field = Field(self._senses.from_here(self._chart.points))
        body = self._senses.footprint
        room = body.room(field.away(discs)).min(1)
        # Who is too near already may leave, but come no nearer.
        least = min(float(body.room(field.away(body.discs))), self._config.margin)
        cost = self._guide.left(self._noses(x[:, -1], y[:, -1], yaw[:, -1]))
        near = np.clip(1.0 - room / self._config.comfort, 0.0, 1.0)
        cost = cost + self._config.obstacle_price * near
        cost[room < least] = np.inf
        best = int(np.argmin(cost))
        if np.isinf(cost[best]):
            return self._turn()
        return self._senses.allowed(v[best], w[best])

    def _window(self) -> tuple[np.ndarray, np.ndarray]:
        """Velocities that can be reached within the window, each [samples]."""
        limits, window = self._senses.limits, self._config.window
        axes = []
        for axis, count in enumerate(self._config.samples):
            now = self._senses.velocity[axis]
            change = window * limits.max_acceleration[axis]
            low = max(now + window * limits.max_deceleration[axis], limits.min_velocity[axis])
            if axis:
                low = max(now - change, limits.min_velocity[axis])
            high = min(now + change, limits.max_velocity[axis])
            axes.append(np.linspace(min(low, high), high, count))
        v, w = np.meshgrid(*axes, indexing='ij')
        return v.ravel(), w.ravel()

    def _trajectories(
        self, v: np.ndarray, w: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Poses x, y, yaw in the base frame, each [samples, times]: arcs of these velocities."""
        yaw = w[:, None] * self._times
        middle = yaw - w[:, None] * self._config.step / 2
        pace = v[:, None] * self._config.step
        return np.cumsum(pace * np.cos(middle), 1), np.cumsum(pace * np.sin(middle), 1), yaw

    def _noses(self, x: np.ndarray, y: np.ndarray, yaw: np.ndarray) -> np.ndarray:
        """Points before the robot, [samples, 2]."""
        ahead = self._config.ahead
        return np.stack([x + ahead * np.cos(yaw), y + ahead * np.sin(yaw)], axis=-1)

    def _turn(self) -> np.ndarray:
        """Turn on the spot to where the way goes on: move_base's recovery."""
        yaw = np.linspace(-np.pi, np.pi, 36, endpoint=False)
        left = self._guide.left(self._noses(np.zeros(36), np.zeros(36), yaw))
        return self._senses.allowed(0.0, float(np.copysign(1.0, yaw[int(np.argmin(left))])))
