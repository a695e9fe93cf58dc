"""Drivers that plan: privileged experts, whom policies are taught by, and classical planners."""

from collections.abc import Callable

from liquid_control.schema import ConfigError
from liquid_control_sim.planners.beacon_expert import BeaconExpert
from liquid_control_sim.planners.cruise_expert import CruiseExpert
from liquid_control_sim.planners.dwa import Dwa
from liquid_control_sim.planners.follow_the_gap import FollowTheGap
from liquid_control_sim.planners.goal_expert import GoalExpert
from liquid_control_sim.planners.grid import CostToGo, Grid
from liquid_control_sim.planners.mppi import Mppi
from liquid_control_sim.planners.planner import Planner
from liquid_control_sim.planners.potential_field import PotentialField
from liquid_control_sim.simulation import Simulation


def expert(simulation: Simulation) -> Planner:
    """The privileged expert of the simulation's task."""
    return _EXPERTS[simulation.config.task.type](simulation)


_EXPERTS: dict[str, Callable[[Simulation], Planner]] = {
    'beacon': BeaconExpert,
    'goal': GoalExpert,
    'cruise': CruiseExpert,
}

PLANNERS: dict[str, Callable[[Simulation], Planner]] = {
    'expert': expert,
    'follow_the_gap': FollowTheGap,
    'potential_field': PotentialField,
    'dwa': Dwa,
    'mppi': Mppi,
}
"""By the name that the command line knows them by."""


def find_planner(name: str) -> Callable[[Simulation], Planner]:
    """What makes a planner for an episode. Raises ConfigError for a name that there is not."""
    if name not in PLANNERS:
        raise ConfigError(f'planner is {name!r}, wanted one of {", ".join(PLANNERS)}')
    return PLANNERS[name]


def planner(name: str, simulation: Simulation) -> Planner:
    """A planner for one episode. Raises ConfigError for a name that there is not."""
    return find_planner(name)(simulation)


__all__ = [
    'PLANNERS',
    'BeaconExpert',
    'CostToGo',
    'CruiseExpert',
    'Dwa',
    'FollowTheGap',
    'GoalExpert',
    'Grid',
    'Mppi',
    'Planner',
    'PotentialField',
    'expert',
    'find_planner',
    'planner',
]
