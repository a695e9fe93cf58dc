"""How well the tyres hold on the floor below them."""

import math
from collections.abc import Sequence

import mujoco

from liquid_control_sim.robots.config import RobotConfig
from liquid_control_sim.robots.differential import WHEELS
from liquid_control_sim.worlds.layout import Patch, Pose

_SLIDING = 0


class Grip:
    """Each tyre's friction is that of the dry floor times the factor of the patch it is on; of
    patches that overlap, the least.

        floor           dry   |  wet, 0.3  |   dry
        left wheel      1.2      0.36          1.2        as it comes there
        right wheel     1.2      1.2           1.2        beside the patch
    """

    def __init__(
        self, model: mujoco.MjModel, robot: RobotConfig, patches: Sequence[Patch]
    ) -> None:
        self._friction, self._patches = model.geom_friction, patches
        geoms = [model.geom(name).id for name in WHEELS]
        sides = (robot.track / 2, -robot.track / 2)
        self._wheels = list(zip(geoms, sides, self._friction[geoms, _SLIDING], strict=True))

    def follow(self, pose: Pose) -> None:
        """Take the friction of the floor where the wheels are now."""
        x, y, yaw = pose
        sin, cos = math.sin(yaw), math.cos(yaw)
        for geom, side, dry in self._wheels:
            factor = self._factor(x - side * sin, y + side * cos)
            self._friction[geom, _SLIDING] = dry * factor

    def _factor(self, x: float, y: float) -> float:
        below = [
            patch.friction
            for patch in self._patches
            if math.hypot(patch.x - x, patch.y - y) <= patch.radius
        ]
        return min(below, default=1.0)
