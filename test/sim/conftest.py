"""Worlds for the simulator's tests."""

import pytest

from liquid_control_sim.worlds import Layout, Look, Obstacle

GREY = (0.5, 0.5, 0.5)


@pytest.fixture
def room():
    """Makes a plain room: walls 10 m from the origin, the robot there, unless told otherwise."""

    def make(
        *obstacles: Obstacle,
        start: tuple[float, float, float] = (0.0, 0.0, 0.0),
        half_size: tuple[float, float] = (10.0, 10.0),
    ) -> Layout:
        return Layout(
            half_size=half_size,
            wall_height=1.8,
            obstacles=obstacles,
            start=start,
            look=Look(wall=GREY, floor=(GREY, GREY), sky=(0.6, 0.8, 1.0)),
        )

    return make
