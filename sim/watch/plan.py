"""The floor plan of a world: what stays where it is, seen from above; and the robot on it."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.patches import Circle, Patch, Polygon, Rectangle

from liquid_control_sim.physics import Pose
from liquid_control_sim.robots import RobotConfig
from liquid_control_sim.watch.style import BEACON, FLOOR, GOAL, INK, WATER
from liquid_control_sim.worlds import Box, Colour, Layout, Obstacle

Point = tuple[float, float]

_SHADOW = 0.07
_WALL = 0.14


def draw_plan(axes: Axes, layout: Layout) -> None:
    """Floor with a metre grid, walls, wet patches, obstacles, a scale; nothing of a diagram."""
    half_x, half_y = layout.half_size
    if layout.wall_height > 0.0:
        thick = (half_x + _WALL, half_y + _WALL)
        axes.add_patch(_rectangle_around(*thick, color=INK, zorder=0))
    axes.add_patch(_rectangle_around(half_x, half_y, color=FLOOR, zorder=0.5))
    axes.vlines(
        np.arange(math.ceil(-half_x), half_x), -half_y, half_y, color='w', lw=0.9, zorder=1
    )
    axes.hlines(
        np.arange(math.ceil(-half_y), half_y), -half_x, half_x, color='w', lw=0.9, zorder=1
    )
    for patch in layout.patches:
        _draw_water(axes, (patch.x, patch.y), patch.radius)
    _draw_obstacles(axes, layout.obstacles)
    axes.set_xlim(-half_x - 0.3, half_x + 0.3)
    axes.set_ylim(-half_y - 0.3, half_y + 0.3)
    axes.set_aspect('equal')
    axes.set_axis_off()
    _draw_scale(axes, -half_x, -half_y)


def draw_target(axes: Axes, place: Point, reach: float, colour: str) -> list[Patch]:
    """A disc as wide as what counts as there. Returns what was drawn, to be moved."""
    disc = Circle(place, reach, facecolor=colour, alpha=0.10, zorder=2)
    ring = Circle(place, reach, fill=False, edgecolor=colour, zorder=2.1)
    ring.set(linewidth=1.1, linestyle=(0, (4, 3)), alpha=0.8)
    axes.add_patch(disc)
    axes.add_patch(ring)
    return [disc, ring]


def target_colour(task: str) -> str:
    """Beacons are red, a goal is green."""
    return BEACON if task == 'beacon' else GOAL


def footprint(robot: RobotConfig, pose: Pose) -> np.ndarray:
    """Corners [4, 2] of the body."""
    x, y, yaw = pose
    return _corners(x, y, yaw, robot.length / 2, robot.width / 2)


def nose(robot: RobotConfig, pose: Pose) -> np.ndarray:
    """A triangle [3, 2] on the body that points forward."""
    x, y, yaw = pose
    shape = np.array([[0.32, 0.0], [-0.16, 0.26], [-0.16, -0.26]]) * (robot.length, robot.width)
    turn = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    return shape @ turn + (x, y)


def darker(colour: Colour) -> Colour:
    red, green, blue = colour
    return 0.6 * red, 0.6 * green, 0.6 * blue


def _draw_obstacles(axes: Axes, obstacles: tuple[Obstacle, ...]) -> None:
    """In their own colours, with soft shadows."""
    shadows = PatchCollection(
        [_shape(obstacle, _SHADOW, -_SHADOW) for obstacle in obstacles],
        facecolor='#00000022',
        edgecolor='none',
        zorder=2.5,
    )
    axes.add_collection(shadows)
    shapes = PatchCollection(
        [_shape(obstacle, 0.0, 0.0) for obstacle in obstacles],
        facecolors=[obstacle.colour for obstacle in obstacles],
        edgecolors=[darker(obstacle.colour) for obstacle in obstacles],
        linewidths=1.0 if len(obstacles) < 60 else 0.4,
        zorder=3,
    )
    axes.add_collection(shapes)


def _shape(obstacle: Obstacle, dx: float, dy: float) -> Patch:
    x, y = obstacle.x + dx, obstacle.y + dy
    if isinstance(obstacle, Box):
        return Polygon(_corners(x, y, obstacle.yaw, obstacle.half_length, obstacle.half_width))
    return Circle((x, y), obstacle.radius)


def _draw_water(axes: Axes, place: Point, radius: float) -> None:
    axes.add_patch(Circle(place, radius, facecolor=WATER, alpha=0.45, zorder=1.5))
    ripples = Circle(place, radius, fill=False, edgecolor='#5aa0cf', hatch='..', zorder=1.6)
    ripples.set(linewidth=0.8, alpha=0.8)
    axes.add_patch(ripples)


def _draw_scale(axes: Axes, left: float, bottom: float) -> None:
    x, y = left + 0.25, bottom + 0.22
    axes.plot([x, x + 1.0], [y, y], color=INK, lw=2.5, solid_capstyle='butt', zorder=8)
    axes.text(x + 0.5, y + 0.08, '1 m', ha='center', va='bottom', size=9, color=INK, zorder=8)


def _rectangle_around(half_x: float, half_y: float, **style: Any) -> Rectangle:
    return Rectangle((-half_x, -half_y), 2 * half_x, 2 * half_y, **style)


def _corners(x: float, y: float, yaw: float, half_length: float, half_width: float) -> np.ndarray:
    """Corners [4, 2] of a turned rectangle."""
    along = half_length * np.array([np.cos(yaw), np.sin(yaw)])
    across = half_width * np.array([-np.sin(yaw), np.cos(yaw)])
    centre = np.array([x, y])
    return np.stack(
        [centre + a * along + b * across for a, b in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
    )
