"""Drivers that plan: the privileged expert, which the policy is taught by."""

from liquid_control_sim.planners.expert import BeaconExpert, ExpertConfig
from liquid_control_sim.planners.grid import CostToGo, Grid

__all__ = ['BeaconExpert', 'CostToGo', 'ExpertConfig', 'Grid']
