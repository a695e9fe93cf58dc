"""The Gymnasium environment: one step is one delivered message."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces

from liquid_control_sim.drive import Drive
from liquid_control_sim.envs.observation import Observation, View, observation_space
from liquid_control_sim.envs.reward import Reward
from liquid_control_sim.scenario import Scenario, scenario


class DriveEnv(gymnasium.Env[Observation, np.ndarray]):
    """Drive, woken by every message of every sensor.

    action: [2] in [-1, 1], fractions of the limits' greatest forward and left velocity; it goes
        through the same Limiter as on the robot.
    observation: `sensor` spoke (index into the sensors that there are, in the order of SENSORS)
        of the time `stamp` (seconds since the episode's start), `dt` seconds after the stamp
        delivered before it (negative if it was overtaken); `ages` of the sensors' last stamps; and
        the values last delivered. Beams without return show range_max, those too close 0.
    reward: see `Reward`.
    A collision terminates the episode, and the end of the task; the timeout truncates it.
    """

    metadata: ClassVar[dict[str, Any]] = {'render_modes': []}

    def __init__(self, config: Scenario | None = None) -> None:
        self.config = config or scenario()
        self.drive: Drive
        self.action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.observation_space = observation_space(self.config)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode in a new world; the first observation is the first message."""
        super().reset(seed=seed)
        world_seed = int(self.np_random.integers(2**31)) if seed is None else seed
        self.drive = Drive(self.config, world_seed)
        self._reward = Reward(self.drive.simulation)
        self._view = View(self.config, self.observation_space)
        return self._view.add(self.drive.message), self._info()

    def step(self, action: np.ndarray) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Command, and wait for the next message."""
        drive = self.drive
        message = drive.act(np.clip(action, -1.0, 1.0) * self.config.limits.max_velocity)
        reward = self._reward.since_last()
        return self._view.add(message), reward, drive.terminated, drive.truncated, self._info()

    def _info(self) -> dict[str, Any]:
        simulation = self.drive.simulation
        return {
            'message': self.drive.message,
            'reached': len(simulation.task.reached),
            'collisions': simulation.collisions,
            'distance_m': simulation.distance_m,
            'success': simulation.succeeded,
            'pose': simulation.pose,
        }
