"""The room that a robot's body takes, as planners reckon with it."""

from typing import NamedTuple

import numpy as np

from liquid_control_sim.robots import RobotConfig

_CORNER = 0.25
"""Radius of the discs in the corners, as a share of that of the big ones."""


class Footprint(NamedTuple):
    """Discs that fill the body; what they leave of it is less than 3 cm deep. Metres, base frame.

         ________
        |o .--. o|      jackal: two big discs of 0.215 m, four of 0.054 m in the corners
        | (    ) |
        |o '--' o|      turtlebot4, round: one disc

    discs: their centres, [discs, 2]. radii: [discs].
    half_width: of the body; driving straight it passes what is farther beside its way than that.
    circumscribed: radius of the smallest circle around the origin that covers the body; it turns
        freely where all is farther off.
    front: how far the body reaches ahead of its origin.
    """

    discs: np.ndarray
    radii: np.ndarray
    half_width: float
    circumscribed: float
    front: float

    def centres(self, x: np.ndarray, y: np.ndarray, yaw: np.ndarray) -> np.ndarray:
        """Of the discs, [..., discs, 2], of a robot at these poses [...]."""
        cos, sin = np.cos(yaw)[..., None], np.sin(yaw)[..., None]
        ahead, left = self.discs.T
        along_x = x[..., None] + cos * ahead - sin * left
        along_y = y[..., None] + sin * ahead + cos * left
        return np.stack([along_x, along_y], axis=-1)

    def room(self, away: np.ndarray) -> np.ndarray:
        """From the body to something, [...]. away: from the discs' centres to it, [..., discs]."""
        return (away - self.radii).min(-1)


def footprint_of(robot: RobotConfig) -> Footprint:
    """The footprint of a robot."""
    middle, half_length, half_width = robot.chassis_x, robot.length / 2, robot.width / 2
    front = middle + half_length
    if robot.shape == 'round':
        disc, reach = np.array([[middle, 0.0]]), abs(middle) + half_width
        return Footprint(disc, np.array([half_width]), half_width, reach, front)
    big = min(half_length, half_width)
    small = _CORNER * big
    discs = [(sign * (half_length - big), sign * (half_width - big)) for sign in (1.0, -1.0)]
    signs = ((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0))
    discs += [(a * (half_length - small), b * (half_width - small)) for a, b in signs]
    return Footprint(
        discs=np.array(discs) + np.array([middle, 0.0]),
        radii=np.array([big, big, small, small, small, small]),
        half_width=half_width,
        circumscribed=float(np.hypot(abs(middle) + half_length, half_width)),
        front=front,
    )
