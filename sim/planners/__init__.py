"""Drivers that plan: the privileged expert, which the policy is taught by."""

from collections.abc import Callable

from liquid_control.schema import ConfigError
from liquid_control_sim.planners.beacon_expert import BeaconExpert
from liquid_control_sim.planners.grid import CostToGo, Grid
from liquid_control_sim.planners.planner import Planner
from liquid_control_sim.simulation import Simulation


def expert(simulation: Simulation) -> Planner:
    """The privileged expert of the simulation's task."""
    return _EXPERTS[simulation.config.task.type](simulation)


_EXPERTS: dict[str, Callable[[Simulation], Planner]] = {'beacon': BeaconExpert}

PLANNERS: dict[str, Callable[[Simulation], Planner]] = {'expert': expert}
"""By the name that the command line knows them by."""


def planner(name: str, simulation: Simulation) -> Planner:
    """A planner for one episode. Raises ConfigError for a name that there is not."""
    if name not in PLANNERS:
        raise ConfigError(f'planner is {name!r}, wanted one of {", ".join(PLANNERS)}')
    return PLANNERS[name](simulation)


__all__ = ['PLANNERS', 'BeaconExpert', 'CostToGo', 'Grid', 'Planner', 'expert', 'planner']
