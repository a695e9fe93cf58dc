"""What is noted of an episode while it is driven, and what comes of it: way, smoothness, room."""

import math

import numpy as np

from liquid_control_sim.planners import Grid
from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.simulation import Simulation

_APART = 0.1
"""Seconds between two notes."""


class Trace:
    """Takes note of one simulation, about every 0.1 s.

    shortest_m: of the shortest way to the task's first target; None where there is no target.
    """

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._footprint = footprint_of(simulation.config.robot)
        self.shortest_m = _shortest(simulation)
        self._times: list[float] = []
        self._speeds: list[float] = []
        self._room = math.inf

    def note(self) -> None:
        """To be called at every message."""
        simulation = self._simulation
        if self._times and simulation.elapsed - self._times[-1] < _APART:
            return
        self._times.append(simulation.elapsed)
        self._speeds.append(simulation.twist[0])
        x, y, yaw = (np.asarray(value) for value in simulation.pose)
        discs = self._footprint.centres(x, y, yaw)
        away = np.minimum(simulation.layout.clearance(discs), simulation.movers.clearance(discs))
        self._room = min(self._room, float(self._footprint.room(away)))

    @property
    def clearance_m(self) -> float:
        """The least that was between the body and anything, metres; to 3 cm."""
        return max(self._room, 0.0)

    @property
    def jerk(self) -> float:
        """How unsteadily it drove: root mean square of the forward speed's second derivative,
        m/s^3, from differences over 0.1 s.
        """
        if len(self._times) < 3:
            return 0.0
        times = np.arange(self._times[0], self._times[-1], _APART)
        speeds = np.interp(times, self._times, self._speeds)
        jerk = np.diff(speeds, 2) / _APART**2
        return float(np.sqrt(np.mean(jerk**2))) if len(jerk) else 0.0


def _shortest(simulation: Simulation) -> float | None:
    """As the world's makers measured it, else on a grid; to where the target counts as reached."""
    layout, task = simulation.layout, simulation.config.task
    if simulation.task.target is None:
        return None
    if layout.optimal_length is not None:
        return layout.optimal_length
    half_width = simulation.config.robot.width / 2
    way = Grid(layout, footprint=half_width, comfort_price=0.0).cost_to(*simulation.task.target)
    return max(way.cost(*layout.start[:2]) - getattr(task, 'reach', 0.0), 0.0)
