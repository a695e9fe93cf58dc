"""Small places to plan in: a few pillars between a start and a goal."""

import json
import math

import pytest

from liquid_control_sim.scenario import scenario

PILLAR = [(0.2, 3.0)]
FENCE = [(0.8 * math.cos(a), 0.8 * math.sin(a)) for a in (math.tau * k / 12 for k in range(12))]


@pytest.fixture
def field(tmp_path):
    """Makes a scenario: pillars of this radius, the robot at the origin looking along y, the goal
    6 m ahead of it.
    """

    def make(pillars, radius, timeout=30.0, **layers):
        file = tmp_path / 'field.json'
        world = {'index': 0, 'cylinders': pillars, 'optimal_path_length': 6.0}
        facts = {
            'cylinder_radius': radius,
            'cylinder_height': 1.0,
            'start': {'x': 0.0, 'y': 0.0, 'yaw': math.pi / 2},
            'goal': {'x': 0.0, 'y': 6.0},
            'goal_radius': 0.5,
            'timeout': timeout,
            'worlds': [world],
        }
        file.write_text(json.dumps(facts))
        return scenario(
            world={'type': 'barn', 'file': str(file)},
            task={'type': 'goal', 'reach': 0.5, 'timeout': timeout},
            **{'sensors': {'camera': None, 'imu': None}, **layers},
        )

    return make


@pytest.fixture
def pillar(field):
    """One thick pillar, a little to the right: in the very middle forces would balance."""
    return field(PILLAR, 0.4)


@pytest.fixture
def fence(field):
    """A ring of posts around the robot, without a gap that it could pass."""
    return field(FENCE, 0.1)
