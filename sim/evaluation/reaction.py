"""How fast a driver brakes for what comes into its way all of a sudden."""

import math
from collections import deque
from typing import NamedTuple

import numpy as np

from liquid_control_sim.drive import Drive
from liquid_control_sim.physics import Pose

BRAKING = 0.7
"""A commanded speed below this share of what it was is a braking command."""
WINDOW_S = 2.0
"""Who has not braked after so long does not brake for that obstacle."""
SLOWEST = 0.2
"""m/s; who is slower when the obstacle shows needs not brake."""

_NEAR = 0.1
"""A beam shows the obstacle where its range is this near to the surface, metres."""
_PAST = 256
"""Messages that are looked back over: more than arrive while a scan is under way."""


class _Moment(NamedTuple):
    """The truth at one message. places: of the movers, [n, 2]."""

    elapsed: float
    pose: Pose
    places: np.ndarray


class _Shown(NamedTuple):
    """An obstacle in a scan. at: when that arrived, seconds. speed: commanded before."""

    at: float
    speed: float


class Reactions:
    """Of one episode, to all obstacles of it that lie in wait.

        t   8.220   the obstacle comes out into the open (entered_at)
            8.235   the LiDAR measures; its beams end on the obstacle
            8.249   that scan arrives: the clock starts. Commanded are 0.80 m/s
            8.262   an IMU message arrives: 0.76 m/s
            8.301   the next scan arrives: 0.55 m/s < 0.7 x 0.80: the reaction took 0.052 s

    The command is the limited one, as the motors get it: what the limits need to slow down is part
    of the reaction. Whether a beam ends on the obstacle is told by the scan as it was delivered,
    from where robot and obstacle were at its stamp: what is hidden or lost in fog is not shown.

    shown: obstacles that a scan has shown while 0.2 m/s or more were commanded. times_s: of those
    that a braking command answered within 2 s; whoever drives round an obstacle has none.
    """

    def __init__(self, drive: Drive) -> None:
        simulation = drive.simulation
        self.shown = 0
        self.times_s: list[float] = []
        self._drive, self._simulation = drive, simulation
        self._lidar = simulation.config.sensors.lidar
        self._angles = self._lidar.angles if self._lidar else np.zeros(0)
        self._hidden = set(range(len(simulation.layout.movers))) if self._lidar else set()
        self._pending: list[_Shown] = []
        self._past: deque[_Moment] = deque(maxlen=_PAST)
        self._answered_at = -math.inf

    def note(self) -> None:
        """To be called at every message, before it is answered."""
        if not self._hidden and not self._pending:
            return
        self._judge()
        simulation = self._simulation
        places = simulation.movers.places
        self._past.append(_Moment(simulation.elapsed, simulation.pose, places))
        if self._drive.message.event.sensor == 'lidar':
            self._look()
        self._answered_at = simulation.elapsed

    def _judge(self) -> None:
        """The command that answered the last message."""
        speed, at = float(self._drive.command[0]), self._answered_at
        waiting = []
        for shown in self._pending:
            if speed < BRAKING * shown.speed:
                self.times_s.append(at - shown.at)
            elif at - shown.at <= WINDOW_S:
                waiting.append(shown)
        self._pending = waiting

    def _look(self) -> None:
        message = self._drive.message
        ranges, measured = message.event.value, message.measured_s
        entered = self._simulation.movers.entered_at
        for index in sorted(self._hidden):
            came = entered[index]
            if came is None or measured < came or not self._shows(ranges, measured, index):
                continue
            self._hidden.remove(index)
            speed = float(self._drive.command[0])
            if speed >= SLOWEST:
                self.shown += 1
                self._pending.append(_Shown(self._simulation.elapsed, speed))

    def _shows(self, ranges: np.ndarray, measured: float, index: int) -> bool:
        """Whether a beam ends on the mover. A beam that passes its centre at d under the angle a
        meets the surface at d cos a - sqrt(r^2 - d^2 sin^2 a).
        """
        then = min(self._past, key=lambda moment: abs(moment.elapsed - measured))
        radius = float(self._simulation.movers.radii[index])
        distance, bearing = self._from_lidar(then.pose, then.places[index])
        if distance <= radius:
            return False
        off = (self._angles - bearing + math.pi) % math.tau - math.pi
        meets = np.abs(off) < math.asin(radius / distance)
        across = distance * np.sin(off[meets])
        surface = distance * np.cos(off[meets]) - np.sqrt(radius**2 - across**2)
        return bool((np.abs(ranges[meets] - surface) < _NEAR).any())

    def _from_lidar(self, pose: Pose, place: np.ndarray) -> tuple[float, float]:
        """Distance and bearing of a place, metres and radians."""
        x, y, yaw = pose
        ahead, left = self._simulation.config.robot.lidar_position[:2]
        dx = place[0] - x - (math.cos(yaw) * ahead - math.sin(yaw) * left)
        dy = place[1] - y - (math.sin(yaw) * ahead + math.cos(yaw) * left)
        return math.hypot(dx, dy), math.atan2(dy, dx) - yaw
