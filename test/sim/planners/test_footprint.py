"""The room that a robot's body takes."""

import numpy as np
import pytest

from liquid_control_sim.planners.footprint import footprint_of
from liquid_control_sim.scenario import scenario


@pytest.mark.parametrize('name', ['jackal', 'turtlebot3', 'turtlebot4'])
def test_the_discs_fill_the_body_but_for_three_centimetres(name):
    robot = scenario(robot=name).robot
    body = footprint_of(robot)
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, 401)] * 2), axis=-1)
    x, y = np.abs(grid[..., 0] - robot.chassis_x), np.abs(grid[..., 1])
    if robot.shape == 'round':
        inside = np.hypot(x, y) <= robot.length / 2
    else:
        inside = (x <= robot.length / 2) & (y <= robot.width / 2)
    away = np.hypot(*np.moveaxis(grid[:, :, None] - body.discs, -1, 0))
    room = body.room(away)
    assert (room[inside] < 0.03).all()
    assert (room[~inside] > 0.0).all()
    corners = np.hypot(grid[..., 0], grid[..., 1])[inside].max()
    assert corners <= body.circumscribed + 1e-9 < corners + 0.02


def test_the_discs_turn_with_the_robot():
    body = footprint_of(scenario(robot='jackal').robot)
    turned = body.centres(np.array(1.0), np.array(2.0), np.array(np.pi / 2))
    assert turned[:, 0] == pytest.approx(1.0 - body.discs[:, 1])
    assert turned[:, 1] == pytest.approx(2.0 + body.discs[:, 0])
