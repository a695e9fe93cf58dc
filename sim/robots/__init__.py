"""Robots, by configuration: config/simulation/robots holds one file for each.

config        what a robot is made of
condition     what one is like in one episode
differential  both as MuJoCo geometry
grip          the tyres' friction on the floor below them
"""

from liquid_control_sim.robots.condition import Condition, Variation
from liquid_control_sim.robots.config import RobotConfig
from liquid_control_sim.robots.differential import WHEELS, add_robot
from liquid_control_sim.robots.grip import Grip

__all__ = ['WHEELS', 'Condition', 'Grip', 'RobotConfig', 'Variation', 'add_robot']
