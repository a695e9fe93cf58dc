"""How much of the task a step has done."""

from liquid_control_sim.planners.grid import CostToGo, Grid
from liquid_control_sim.simulation import Simulation

AT_TARGET = 10.0
COLLISION = -10.0
SECOND = -0.1


class Reward:
    """Metres done of the shortest way to the target, whether it is seen or not; AT_TARGET for
    being there, `collision` for bumping into something, SECOND for each second.

    Without a target, metres driven.

    grid: the world without its movers. way: the shortest one to the target, None without one.
    """

    way: CostToGo | None

    def __init__(self, simulation: Simulation, collision: float = COLLISION) -> None:
        self._simulation, self._collision = simulation, collision
        robot = simulation.config.robot
        # A metre is to cost a metre wherever the robot can be without a collision.
        self.grid = Grid(
            simulation.layout, footprint=min(robot.length, robot.width) / 2, comfort_price=0.0
        )
        self._elapsed = simulation.elapsed
        self._remaining = self._begin()

    def since_last(self) -> float:
        """What happened since the last call."""
        simulation = self._simulation
        spent, self._elapsed = simulation.elapsed - self._elapsed, simulation.elapsed
        return self._progress() + self._collision * (simulation.collisions > 0) + SECOND * spent

    def _progress(self) -> float:
        if len(self._simulation.task.reached) > self._reached:
            self._remaining = self._begin()
            return AT_TARGET
        before, self._remaining = self._remaining, self._left()
        return before - self._remaining

    def _begin(self) -> float:
        task = self._simulation.task
        self._reached = len(task.reached)
        self.way = self.grid.cost_to(*task.target) if task.target else None
        return self._left()

    def _left(self) -> float:
        if self.way is None:
            return -self._simulation.distance_m
        return self.way.cost(*self._simulation.pose[:2])
