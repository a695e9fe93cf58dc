"""The real robot's collision guard, before a simulated one."""

from typing import Annotated

from pydantic import Field

from liquid_control.safety import (
    Guard,
    GuardConfig,
    Limits,
    Polygon,
    circle,
    read_beams,
    rectangle,
)
from liquid_control.schema import Count, Positive, configured
from liquid_control_sim.robots import RobotConfig
from liquid_control_sim.sensors import LidarConfig, Message

SOURCE = 'lidar'
_USUAL = GuardConfig()


@configured
class GuardRules:
    """As the drive node's parameters of these names; zones and outline come from the robot's body.

    source_timeout: seconds, as `lidar.source_timeout`.
    """

    time_before_collision: Annotated[float, Field(ge=0, allow_inf_nan=False)] = (
        _USUAL.time_before_collision
    )
    min_points: Count = _USUAL.min_points
    blind_angle: Positive = _USUAL.blind_angle
    source_timeout: Positive = 0.5


class LidarGuard(Guard):
    """A guard that looks through a simulated robot's LiDAR."""

    def __init__(
        self, rules: GuardRules, robot: RobotConfig, lidar: LidarConfig, limits: Limits
    ) -> None:
        config = GuardConfig(
            footprint=footprint(robot),
            time_before_collision=rules.time_before_collision,
            min_points=rules.min_points,
            blind_angle=rules.blind_angle,
        )
        super().__init__(config, {SOURCE: rules.source_timeout + limits.braking_s})
        self._angles, self._range_min = lidar.angles, lidar.range_min
        self._origin = robot.lidar_position[:2]

    def hear(self, message: Message) -> None:
        """Look at a message that has arrived, if it is a scan."""
        event = message.event
        if event.sensor == SOURCE:
            view = read_beams(event.value, self._angles, self._range_min, self._origin)
            self.see(SOURCE, view, min(event.stamp_ns, message.delivered_ns))


def footprint(robot: RobotConfig) -> Polygon:
    """The outline of its body."""
    if robot.shape == 'round':
        return circle(robot.length / 2 + abs(robot.chassis_x))
    half = robot.length / 2
    return rectangle(half + robot.chassis_x, half - robot.chassis_x, robot.width / 2)
