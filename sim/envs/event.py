"""The Gymnasium environment: one step is one delivered message."""

from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces

from liquid_control_sim.drive import Drive
from liquid_control_sim.envs.observation import Observation, View, event_space
from liquid_control_sim.envs.reward import Reward
from liquid_control_sim.layers import Plain
from liquid_control_sim.scenario import Scenario, scenario


class DriveEnv(gymnasium.Env[Observation, np.ndarray]):
    """Drive, woken by every message of every sensor.

        DriveEnv()                                       the beacon in the arena, on a jackal
        DriveEnv(world='rooms', task='goal', faults='lossy', sensors={'camera': None})
        DriveEnv(scenario(...))

    action: [2] in [-1, 1], fractions of the limits' greatest forward and left velocity; it goes
        through the same Limiter as on the robot.
    observation: `sensor` spoke (index into the sensors that there are, in the order of SENSORS)
        of the time `stamp` (seconds since the episode's start), `dt` seconds after the stamp
        delivered before it (negative if it was overtaken); `ages` of the sensors' last stamps; and
        the values last delivered. Beams without return show range_max, those too close 0.
    info: `message` as it was delivered; `pose`, true, [3]; `success`, `collisions`, `reached`
        (targets so far), `distance_m` driven.
    reward: see `Reward`.
    A collision terminates the episode, and the end of the task; the timeout truncates it.
    """

    metadata: ClassVar[dict[str, Any]] = {'render_modes': []}

    def __init__(self, config: Scenario | None = None, **layers: str | Plain) -> None:
        if config is not None and layers:
            raise ValueError(f'config is given, and {", ".join(layers)} besides: wanted one')
        self.config = config or scenario(**layers)  # type: ignore[arg-type]
        self.drive: Drive
        self.action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.observation_space = self._space()

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode in a new world, when the first message has arrived.

        seed: of this episode; those that follow without a seed depend on it alone.
        """
        super().reset(seed=seed)
        world_seed = int(self.np_random.integers(2**31)) if seed is None else seed
        self.drive = Drive(self.config, world_seed)
        self._reward = Reward(self.drive.simulation)
        self._view = View(self.config)
        return self._begin(), self._info()

    def step(self, action: np.ndarray) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Command, and wait."""
        drive = self.drive
        observation = self._act(np.clip(action, -1.0, 1.0) * self.config.limits.max_velocity)
        reward = self._reward.since_last()
        return observation, reward, drive.terminated, drive.truncated, self._info()

    def _space(self) -> spaces.Dict:
        return event_space(self.config)

    def _begin(self) -> Observation:
        return self._view.event(self.drive.message)

    def _act(self, velocity: np.ndarray) -> Observation:
        return self._view.event(self.drive.act(velocity))

    def _info(self) -> dict[str, Any]:
        simulation = self.drive.simulation
        return {
            'message': self.drive.message,
            'reached': len(simulation.task.reached),
            'collisions': simulation.collisions,
            'distance_m': simulation.distance_m,
            'success': simulation.succeeded,
            'pose': np.array(simulation.pose),
        }
