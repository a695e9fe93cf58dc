"""Where a goal is, seen from the robot: what the sensor `goal` says, here and in the simulator."""

import math

import numpy as np


def distance_and_bearing(pose: tuple[float, float, float], x: float, y: float) -> np.ndarray:
    """Where (x, y) is for a robot at pose (x, y, yaw): what a `goal` sensor says, float32 [2].

    Metres, and radians in [-pi, pi] to the left of straight ahead. Both places in one frame.
    """
    ahead_x, ahead_y = x - pose[0], y - pose[1]
    turned = math.atan2(ahead_y, ahead_x) - pose[2]
    bearing = math.atan2(math.sin(turned), math.cos(turned))
    return np.array([math.hypot(ahead_x, ahead_y), bearing], np.float32)
