"""Model predictive path integral control (Williams et al., Information Theoretic MPC, 2017)."""

from dataclasses import dataclass

import numpy as np

from liquid_control_sim.planners.chart import Chart, Field
from liquid_control_sim.planners.guide import Guide
from liquid_control_sim.planners.senses import Senses
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


@dataclass(frozen=True)
class MppiConfig:
    """Metres, seconds; m/s and rad/s.

    samples, steps, step: how many trajectories, how many steps each, how long a step.
    noise: standard deviation of the velocities that are tried, shares of the greatest ones.
    temperature: lambda; the lower, the more the best trajectories alone count.
    control_price: gamma, of a command's distance from the plan.
    goal_price: per second that the way left at the end takes at full speed. way_price: the same
        for the way left at every fifth step.
    obstacle_price, comfort: at the body's edge, falling to 0 at this distance from it; each step.
    collision_price: of each step that touches something within margin.
    replan: how often the way to the goal is planned. seed: of the noise.
    """

    samples: int = 500
    steps: int = 20
    step: float = 0.1
    noise: tuple[float, float] = (0.18, 0.24)
    temperature: float = 0.3
    control_price: float = 0.02
    goal_price: float = 4.0
    way_price: float = 0.3
    obstacle_price: float = 0.5
    comfort: float = 0.3
    collision_price: float = 30.0
    margin: float = 0.05
    replan: float = 0.4
    seed: int = 0


class Mppi:
    """Tries random commands around its last plan; their mean, by their worth, is the next plan.

        w_k = exp(-(S_k - min S) / lambda) / sum,    u <- u + sum w_k e_k

    e_k is the noise of sample k and S_k the cost of the trajectory that it drives.
    """

    def __init__(self, simulation: Simulation, config: MppiConfig | None = None) -> None:
        self._config = config = config or MppiConfig()
        self._senses = Senses(simulation)
        self._chart = Chart(self._senses)
        self._guide = Guide(self._senses, self._chart, config.replan)
        self._rng = np.random.default_rng(config.seed)
        self._noise = np.array(config.noise) * self._senses.limits.max_velocity
        self._plan = np.zeros((config.steps, 2))
        self._planned_ns = simulation.now_ns

    def observe(self, message: Message) -> None:
        self._senses.observe(message)
        if message.event.sensor == 'lidar' and self._senses.scan is not None:
            self._chart.add(self._senses.scan)

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        if self._senses.scan is None:
            return np.zeros(2)
        self._shift()
        config = self._config
        noise = self._rng.standard_normal((config.samples, config.steps, 2)) * self._noise
        tried = self._reachable(self._plan + noise)
        cost = self._cost(tried)
        share = np.exp(-(cost - cost.min()) / config.temperature)
        self._plan = np.tensordot(share / share.sum(), tried, 1)
        return self._senses.allowed(*self._plan[0])

    def _shift(self) -> None:
        """Bring the plan to now: its first command is for now, the last one is held."""
        config, now_ns = self._config, self._senses.now_ns
        passed = (now_ns - self._planned_ns) * 1e-9 / config.step
        self._planned_ns = now_ns
        at = np.minimum(np.arange(config.steps) + passed, config.steps - 1)
        steps = np.arange(config.steps)
        self._plan = np.stack([np.interp(at, steps, axis) for axis in self._plan.T], axis=1)

    def _reachable(self, commands: np.ndarray) -> np.ndarray:
        """The nearest commands [samples, steps, 2] that keep the limits, from the velocity now."""
        limits, step = self._senses.limits, self._config.step
        wished = np.clip(commands, limits.min_velocity, limits.max_velocity)
        now = np.broadcast_to(np.array(self._senses.velocity), wished[:, 0].shape)
        rise = step * np.array(limits.max_acceleration)
        fall = step * np.array([limits.max_deceleration[0], -limits.max_acceleration[1]])
        for index in range(wished.shape[1]):
            now = np.clip(wished[:, index], now + fall, now + rise)
            wished[:, index] = now
        return wished

    def _cost(self, commands: np.ndarray) -> np.ndarray:
        """Of each sample's trajectory, [samples]."""
        config, senses = self._config, self._senses
        v, w = commands[..., 0] * config.step, commands[..., 1] * config.step
        yaw = np.cumsum(w, 1)
        middle = yaw - w / 2
        x, y = np.cumsum(v * np.cos(middle), 1), np.cumsum(v * np.sin(middle), 1)
        field = Field(senses.from_here(self._chart.points))
        body = senses.footprint
        room = body.room(field.away(body.centres(x, y, yaw)))
        # Who is too near already may leave, but come no nearer.
        margin = min(config.margin, float(body.room(field.away(body.discs))))
        near = np.clip(1.0 - room / config.comfort, 0.0, 1.0)
        left = self._guide.left(np.stack([x, y], axis=-1)[:, 4::5]) / senses.limits.max_velocity[0]
        effort = ((commands - self._plan) / self._noise) ** 2
        return (
            config.collision_price * (room < margin).sum(1)
            + config.obstacle_price * (near**2).sum(1)
            + config.way_price * left.sum(1)
            + config.goal_price * left[:, -1]
            + config.control_price * effort.sum((1, 2)) / 2
        )
