"""Robots, by configuration."""

from liquid_control_sim.robots.differential import JACKAL, RobotConfig, add_robot

__all__ = ['JACKAL', 'RobotConfig', 'add_robot']
