"""A run as series over time, to be plotted: what was commanded, felt and thought, and when."""

from bisect import bisect_left
from collections import defaultdict

import numpy as np

from liquid_control_sim.physics import Pose
from liquid_control_sim.tasks import Point
from liquid_control_sim.watch.recording import Moment

GRID_S = 0.02
QUANTILES = (0.1, 0.5, 0.9)


class Series:
    """Grows with the run; seconds since the beginning.

    times, poses, movers, velocities: every 20 ms or so. A velocity is commanded v, w, then true v,
        w, m/s and rad/s [4].
    mind_times, time_constants: seconds, the QUANTILES of all neurons, then both motors' [5].
    arrivals: by sensor, when its messages were measured and when they arrived, [2] each.
    bumps, reached: when and where.
    """

    def __init__(self) -> None:
        self.times: list[float] = []
        self.poses: list[Pose] = []
        self.velocities: list[tuple[float, float, float, float]] = []
        self.movers: list[np.ndarray] = []
        self.mind_times: list[float] = []
        self.time_constants: list[np.ndarray] = []
        self.arrivals: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self.bumps: list[tuple[float, Point]] = []
        self.reached: list[tuple[float, Point]] = []
        self._target: Point | None = None

    def add(self, moment: Moment) -> None:
        now, message = moment.elapsed, moment.message
        self.arrivals[message.event.sensor].append((message.measured_s, now))
        if moment.collisions > len(self.bumps):
            self.bumps.append((now, moment.pose[:2]))
        if moment.reached > len(self.reached) and self._target is not None:
            self.reached.append((now, self._target))
        self._target = moment.target
        if moment.mind is not None:
            tau = moment.mind.time_constants
            self.mind_times.append(now)
            self.time_constants.append(np.concatenate((np.quantile(tau, QUANTILES), tau[:2])))
        if not self.times or now >= self.times[-1] + GRID_S:
            self.times.append(now)
            self.poses.append(moment.pose)
            self.velocities.append((*moment.command, *moment.twist))
            self.movers.append(moment.movers)

    def since(self, start: float) -> slice:
        """Of `times` and what goes with them."""
        return slice(bisect_left(self.times, start), None)

    def minds_since(self, start: float) -> slice:
        """Of `mind_times` and `time_constants`."""
        return slice(bisect_left(self.mind_times, start), None)

    def stamps_since(self, sensor: str, start: float) -> np.ndarray:
        """When the sensor measured [n]."""
        arrivals = self.arrivals[sensor]
        first = bisect_left(arrivals, start, key=lambda arrival: arrival[0])
        return np.array([stamp for stamp, _ in arrivals[first:]])
