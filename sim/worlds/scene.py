"""A layout as MuJoCo geometry."""

import mujoco
import numpy as np

from liquid_control_sim.worlds.layout import Box, Cylinder, Layout, Obstacle

BEACON = 'beacon'
SOLID_GROUP, FLOOR_GROUP, ROBOT_GROUP = 0, 1, 2
"""Groups of geoms: what to bump into, the floor, and the robot, which must not see itself."""

_WALL_THICKNESS = 0.1


def add_layout(spec: mujoco.MjSpec, layout: Layout) -> None:
    """Add floor, walls, obstacles, movers and the beacon to the world body.

    Movers and beacon are mocap bodies: moved by data.mocap_pos, they are seen and bumped into
    where they went. mover_name() tells which is which.
    """
    world = spec.worldbody
    world.add_geom(
        name='floor',
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[20.0, 20.0, 0.1],
        group=FLOOR_GROUP,
        rgba=[*layout.look.floor[0], 1.0],
    )
    if layout.wall_height > 0.0:
        _add_walls(world, layout)
    for obstacle in layout.obstacles:
        _add_obstacle(world, obstacle)
    for index, mover in enumerate(layout.movers):
        _add_mover(world, mover_name(index), mover.body)
    look = layout.look
    _add_mover(
        world, BEACON, Cylinder(0.0, 0.0, look.beacon_radius, look.beacon_height, look.beacon)
    )


def mover_name(index: int) -> str:
    """The body and geom of layout.movers[index]."""
    return f'mover_{index}'


def _add_walls(world: mujoco.MjsBody, layout: Layout) -> None:
    half_x, half_y = layout.half_size
    thick, high = _WALL_THICKNESS, layout.wall_height / 2
    for sign in (-1.0, 1.0):
        for position, size in (
            ((sign * (half_x + thick), 0.0, high), (thick, half_y + 2 * thick, high)),
            ((0.0, sign * (half_y + thick), high), (half_x + 2 * thick, thick, high)),
        ):
            world.add_geom(
                type=mujoco.mjtGeom.mjGEOM_BOX,
                pos=position,
                size=size,
                group=SOLID_GROUP,
                rgba=[*layout.look.wall, 1.0],
            )


def _add_obstacle(world: mujoco.MjsBody, obstacle: Obstacle) -> None:
    half_height = obstacle.height / 2
    if isinstance(obstacle, Box):
        kind = mujoco.mjtGeom.mjGEOM_BOX
        size = [obstacle.half_length, obstacle.half_width, half_height]
        yaw = obstacle.yaw
    else:
        kind, size, yaw = mujoco.mjtGeom.mjGEOM_CYLINDER, [obstacle.radius, half_height, 0.0], 0.0
    world.add_geom(
        type=kind,
        pos=[obstacle.x, obstacle.y, half_height],
        quat=[np.cos(yaw / 2), 0.0, 0.0, np.sin(yaw / 2)],
        size=size,
        group=SOLID_GROUP,
        rgba=[*obstacle.colour, 1.0],
    )


def _add_mover(world: mujoco.MjsBody, name: str, body: Cylinder) -> None:
    """A mocap body at the origin of the world, wherever its cylinder says it is."""
    half_height = body.height / 2
    world.add_body(name=name, mocap=True).add_geom(
        name=name,
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[body.radius, half_height, 0.0],
        pos=[0.0, 0.0, half_height],
        group=SOLID_GROUP,
        rgba=[*body.colour, 1.0],
    )
