"""Robots, by configuration: config/simulation/robots holds one file for each."""

from liquid_control_sim.robots.config import RobotConfig
from liquid_control_sim.robots.differential import add_robot

__all__ = ['RobotConfig', 'add_robot']
