"""Places to drive: what stands where, and how it becomes a MuJoCo scene.

Each world is a small config in a file of its own; build(rng) draws one layout of it.
"""

from liquid_control_sim.worlds.arena import Arena
from liquid_control_sim.worlds.layout import (
    Box,
    Colour,
    Course,
    Cylinder,
    Layout,
    Look,
    Motion,
    Mover,
    Obstacle,
    Patch,
)
from liquid_control_sim.worlds.scene import (
    BEACON,
    FLOOR_GROUP,
    ROBOT_GROUP,
    SOLID_GROUP,
    add_layout,
    mover_name,
)

WorldConfig = Arena

__all__ = [
    'BEACON',
    'FLOOR_GROUP',
    'ROBOT_GROUP',
    'SOLID_GROUP',
    'Arena',
    'Box',
    'Colour',
    'Course',
    'Cylinder',
    'Layout',
    'Look',
    'Motion',
    'Mover',
    'Obstacle',
    'Patch',
    'WorldConfig',
    'add_layout',
    'mover_name',
]
