"""A simulated robot under command: the simulation behind the limits of the real robot, and behind
its guard where the scenario has one.
"""

from typing import Any

import numpy as np

from liquid_control.safety.limiter import Limiter
from liquid_control_sim.guard import LidarGuard
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


class Drive:
    """One episode, from message to message.

        drive = Drive(scenario(), seed=7)
        while not drive.over:
            drive.act(decide(drive.message))     # limited, commanded; waits for the next message

    message: the last one delivered. terminated: by a collision or by the end of the task.
    truncated: by the timeout.
    """

    def __init__(self, config: Scenario, seed: int) -> None:
        self.simulation = Simulation(config, seed)
        self._limiter = Limiter(config.limits)
        self._guard = _guard(config)
        self._commanded_ns = self.simulation.now_ns
        self.message: Message = self._heard(self.simulation.next_message())

    @property
    def terminated(self) -> bool:
        return self.simulation.collisions > 0 or self.simulation.task.finished

    @property
    def truncated(self) -> bool:
        return self.simulation.timed_out and not self.terminated

    @property
    def over(self) -> bool:
        return self.terminated or self.truncated

    @property
    def command(self) -> np.ndarray:
        """The last one, limited: forward m/s and left rad/s, float64 [2]."""
        return self._limiter.last

    def act(self, velocity: Any) -> Message:
        """Ask for a velocity, forward m/s and left rad/s, and wait for the next message."""
        self._command(velocity)
        self.message = self._heard(self.simulation.next_message())
        return self.message

    def act_until(self, velocity: Any, t_ns: int) -> list[Message]:
        """Ask for a velocity and run to exactly this time; all messages that arrived by then."""
        self._command(velocity)
        messages = [self._heard(message) for message in self.simulation.run_until(t_ns)]
        self.message = messages[-1] if messages else self.message
        return messages

    def _command(self, velocity: Any) -> None:
        now_ns = self.simulation.now_ns
        passed = (now_ns - self._commanded_ns) * 1e-9
        if self._guard:
            command = self._guard.govern(self._limiter, velocity, passed, now_ns).command
        else:
            command = self._limiter.limit(velocity, passed)
        self.simulation.command(*command)
        self._commanded_ns = now_ns

    def _heard(self, message: Message) -> Message:
        if self._guard:
            self._guard.hear(message)
        return message


def _guard(config: Scenario) -> LidarGuard | None:
    if config.guard is None:
        return None
    lidar = config.sensors.lidar
    assert lidar is not None, 'a scenario with a guard has a LiDAR'
    return LidarGuard(config.guard, config.robot, lidar, config.limits)
