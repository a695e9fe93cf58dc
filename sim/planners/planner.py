"""What a planner is to the rest of the simulator."""

from typing import Protocol

import numpy as np

from liquid_control_sim.sensors import Message


class Planner(Protocol):
    """Drives one episode. Every message goes to observe() before act() is asked."""

    def observe(self, message: Message) -> None: ...

    def act(self) -> np.ndarray:
        """The velocity wanted now: forward m/s and left rad/s, float64 [2]."""
        ...
