"""What arrives from a simulated sensor."""

from dataclasses import dataclass

import numpy as np

from liquid_control.stream import Event
from liquid_control_sim.physics import Pose


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """An event on arrival, with what is known of it besides; equal to one with the same bits.

    pose: the robot's in the odometry's frame, of an `odometry` message; None for other sensors.
    beacon_pixels: how many pixels of a camera image show the beacon; 0 for other sensors.
    beacon: how many beacons had been reached when it was measured, so which beacon it shows.
    """

    event: Event
    delivered_ns: int
    pose: Pose | None = None
    beacon_pixels: int = 0
    beacon: int = 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self._facts == other._facts and np.array_equal(self.event.value, other.event.value)

    def __hash__(self) -> int:
        return hash(self._facts)

    @property
    def _facts(self) -> tuple[str, int, int, Pose | None, int, int]:
        event = self.event
        return (
            event.sensor,
            event.stamp_ns,
            self.delivered_ns,
            self.pose,
            self.beacon_pixels,
            self.beacon,
        )
