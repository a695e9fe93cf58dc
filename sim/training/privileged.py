"""What only the simulation knows of a moment, for the critic; none of it reaches the policy."""

import math

import numpy as np

from liquid_control_sim.drive import Drive
from liquid_control_sim.envs.reward import Reward

_AROUND = np.arange(12) * (math.pi / 6)
_RINGS = (0.6, 1.2)
_AHEAD = (0.5, 1.5)
_NEAREST = 2
_FAR = 10.0

FACTS = 61
"""How many numbers `facts` gives."""


def facts(drive: Drive, reward: Reward, mean: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The moment in numbers of about 1: float32 [FACTS].

    reward: of this drive, up to now. mean: what the policy wants now, noise: what was on top of
        its last decision; raw actions. The mean tells what the policy makes of what it has seen.
    """
    parts = (
        _way(drive, reward),
        _target(drive, reward),
        _motion(drive),
        _room(drive, reward),
        _movers(drive),
        _condition(drive),
        (mean, noise),
    )
    return np.concatenate([np.ravel(part) for part in parts]).astype(np.float32)


def _way(drive: Drive, reward: Reward) -> list[float]:
    """How far it is along the shortest way, and where that leads next."""
    if reward.way is None:
        return [0.0] * 7
    x, y, yaw = drive.simulation.pose
    left = reward.way.cost(x, y)
    told = [1.0, left / _FAR, 1.0 / (1.0 + left)]
    for length in _AHEAD:
        ahead_x, ahead_y = reward.way.path(x, y, length)[-1].at
        bearing = math.atan2(ahead_y - y, ahead_x - x) - yaw
        told += [math.cos(bearing), math.sin(bearing)]
    return told


def _target(drive: Drive, reward: Reward) -> list[float]:
    """How far and where the target is as the crow flies, and whether something is between."""
    x, y, yaw = drive.simulation.pose
    target = drive.simulation.task.target
    if target is None:
        return [0.0] * 4
    distance = math.dist((x, y), target)
    bearing = math.atan2(target[1] - y, target[0] - x) - yaw
    in_sight = reward.grid.line_clearance((x, y), target) > 0.0
    return [distance / _FAR, math.cos(bearing), math.sin(bearing), float(in_sight)]


def _motion(drive: Drive) -> np.ndarray:
    """How fast the robot is, and is to be; fractions of its greatest velocity."""
    return np.array((drive.simulation.twist, drive.command)) / _greatest(drive)


def _greatest(drive: Drive) -> np.ndarray:
    return np.array(drive.simulation.config.limits.max_velocity)


def _room(drive: Drive, reward: Reward) -> np.ndarray:
    """Clearance at the robot and on rings around it, of what stands and of what moves; metres."""
    x, y, yaw = drive.simulation.pose
    directions = np.stack((np.cos(yaw + _AROUND), np.sin(yaw + _AROUND)), -1)
    points = np.concatenate([np.zeros((1, 2)), *(radius * directions for radius in _RINGS)])
    points += (x, y)
    clearance = np.minimum(reward.grid.rooms(points), drive.simulation.movers.clearance(points))
    return clearance.clip(-0.5, 2.0)


def _movers(drive: Drive) -> np.ndarray:
    """Nearness, direction and velocity of the nearest movers, in the robot's frame."""
    movers, (x, y, yaw) = drive.simulation.movers, drive.simulation.pose
    told = np.zeros((_NEAREST, 5))
    offset = movers.places - (x, y)
    distance = np.hypot(offset[:, 0], offset[:, 1])
    cos, sin = math.cos(yaw), math.sin(yaw)
    to_robot = np.array(((cos, -sin), (sin, cos)))
    for row, i in enumerate(np.argsort(distance, kind='stable')[:_NEAREST]):
        told[row, 0] = 1.0 / (1.0 + max(distance[i] - movers.radii[i], 0.0))
        told[row, 1:3] = offset[i] @ to_robot / max(distance[i], 1e-6)
        told[row, 3:] = movers.velocities[i] @ to_robot
    return told


def _condition(drive: Drive) -> list[float]:
    """What the robot is like in this episode, and how much of the episode is left."""
    simulation = drive.simulation
    condition = simulation.condition
    left = min(max(simulation.task.timeout - simulation.elapsed, 0.0), _FAR) / _FAR
    return [
        condition.friction,
        *condition.motor_gain,
        condition.motor_lag,
        condition.delay * 10.0,
        condition.payload / _FAR,
        left,
    ]
