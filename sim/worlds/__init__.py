"""Places to drive: what stands where, and how it becomes a MuJoCo scene."""

from liquid_control_sim.worlds.arena import ArenaConfig, build_arena
from liquid_control_sim.worlds.layout import Box, Colour, Cylinder, Layout, Obstacle
from liquid_control_sim.worlds.scene import (
    BEACON,
    FLOOR_GROUP,
    ROBOT_GROUP,
    SOLID_GROUP,
    add_layout,
)

__all__ = [
    'BEACON',
    'FLOOR_GROUP',
    'ROBOT_GROUP',
    'SOLID_GROUP',
    'ArenaConfig',
    'Box',
    'Colour',
    'Cylinder',
    'Layout',
    'Obstacle',
    'add_layout',
    'build_arena',
]
