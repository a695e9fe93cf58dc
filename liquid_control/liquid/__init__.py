"""The equations of liquid networks, on torch tensors. Knows no ROS, no sensors, no robot."""

from liquid_control.liquid.cell import Cell
from liquid_control.liquid.cfc import CfC
from liquid_control.liquid.ctrnn import CTRNN
from liquid_control.liquid.gated import GRU, LSTM
from liquid_control.liquid.ltc import LTC
from liquid_control.liquid.mixed_memory import MixedMemory
from liquid_control.liquid.odernn import ODERNN
from liquid_control.liquid.recipes import NCP, AutoNCP, FullyConnected, Random, Recipe
from liquid_control.liquid.solver import SOLVERS, SolverName
from liquid_control.liquid.wiring import Wiring

__all__ = [
    'CTRNN',
    'GRU',
    'LSTM',
    'LTC',
    'NCP',
    'ODERNN',
    'SOLVERS',
    'AutoNCP',
    'Cell',
    'CfC',
    'FullyConnected',
    'MixedMemory',
    'Random',
    'Recipe',
    'SolverName',
    'Wiring',
]
