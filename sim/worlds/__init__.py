"""Places to drive: what stands where, and how it becomes a MuJoCo scene.

Each world is a small config in a file of its own; build(rng) draws one layout of it.
"""

from typing import Annotated

from pydantic import Field

from liquid_control_sim.worlds.arena import Arena
from liquid_control_sim.worlds.barn import Barn, BarnFile, read_barn
from liquid_control_sim.worlds.clutter import Clutter
from liquid_control_sim.worlds.corridors import Corridors
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
from liquid_control_sim.worlds.pedestrians import Pedestrians
from liquid_control_sim.worlds.rooms import Rooms
from liquid_control_sim.worlds.scene import (
    BEACON,
    FLOOR_GROUP,
    ROBOT_GROUP,
    SOLID_GROUP,
    add_layout,
    mover_name,
)
from liquid_control_sim.worlds.sudden_obstacle import SuddenObstacle

WorldConfig = Annotated[
    Arena | Corridors | Rooms | Clutter | Pedestrians | SuddenObstacle | Barn,
    Field(discriminator='type'),
]

__all__ = [
    'BEACON',
    'FLOOR_GROUP',
    'ROBOT_GROUP',
    'SOLID_GROUP',
    'Arena',
    'Barn',
    'BarnFile',
    'Box',
    'Clutter',
    'Colour',
    'Corridors',
    'Course',
    'Cylinder',
    'Layout',
    'Look',
    'Motion',
    'Mover',
    'Obstacle',
    'Patch',
    'Pedestrians',
    'Rooms',
    'SuddenObstacle',
    'WorldConfig',
    'add_layout',
    'mover_name',
    'read_barn',
]
