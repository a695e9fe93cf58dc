"""The same drive for learners that know no events: one step is a fixed time."""

import numpy as np
from gymnasium import spaces

from liquid_control_sim.envs.event import DriveEnv
from liquid_control_sim.envs.observation import Observation, held_space
from liquid_control_sim.layers import Plain
from liquid_control_sim.scenario import Scenario


class SyncDriveEnv(DriveEnv):
    """Drive, woken `rate` times a second; what arrives in between is held.

        rate 20 Hz, first message at 1.0074 s:
            step 1 ends at 1.0574 s     imu 4 ms old, lidar 31 ms, camera has not spoken: 10 s
            step 2 ends at 1.1074 s     imu 2 ms old, lidar 81 ms (a scan was lost), camera 45 ms

    As `DriveEnv`, but the observation has no sensor, stamp and dt: only `ages` of the sensors'
    last stamps at the end of the step, and the values last delivered. info: `message` is the last
    one. A collision ends the episode at the end of the step.
    """

    def __init__(
        self, config: Scenario | None = None, *, rate: float = 20.0, **layers: str | Plain
    ) -> None:
        if not 0.0 < rate <= 1e6:
            raise ValueError(f'rate is {rate}, wanted > 0 Hz')
        super().__init__(config, **layers)
        self._rate = rate

    def _space(self) -> spaces.Dict:
        return held_space(self.config)

    def _begin(self) -> Observation:
        self._begin_ns, self._steps = self.drive.simulation.now_ns, 0
        self._view.take(self.drive.message)
        return self._view.held(self._begin_ns)

    def _act(self, velocity: np.ndarray) -> Observation:
        self._steps += 1
        end_ns = self._begin_ns + round(self._steps * 1e9 / self._rate)
        for message in self.drive.act_until(velocity, end_ns):
            self._view.take(message)
        return self._view.held(end_ns)
