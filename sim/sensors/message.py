"""What arrives from a simulated sensor."""

from dataclasses import dataclass

import numpy as np

from liquid_control.stream import Event
from liquid_control_sim.physics import Pose

START_NS = 1_000_000_000
"""The least that the clock shows at the beginning: not 0, which ROS takes for an unset stamp."""


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """An event on arrival, with what is known of it besides; equal to one with the same bits.

    pose: the robot's in the odometry's frame, of an `odometry` message; None for other sensors.
    beacon_pixels: how many pixels of a camera image show the beacon; 0 for other sensors.
    beacon: how many beacons had been reached when it was measured, so which beacon it shows.
    start_ns: what the clock showed at the beginning of the episode.
    """

    event: Event
    delivered_ns: int
    pose: Pose | None = None
    beacon_pixels: int = 0
    beacon: int = 0
    start_ns: int = START_NS

    @property
    def measured_s(self) -> float:
        """When it was measured, by its stamp: seconds since the beginning."""
        return (self.event.stamp_ns - self.start_ns) * 1e-9

    @property
    def delivered_s(self) -> float:
        """When it arrived: seconds since the beginning."""
        return (self.delivered_ns - self.start_ns) * 1e-9

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
