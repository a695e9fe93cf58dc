"""What is safe is left as it is; what is not becomes slower, or turns away."""

import numpy as np
import pytest

from liquid_control_sim.planners.caution import Caution
from liquid_control_sim.planners.grid import Grid
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation

WALL = [(x, 1.2) for x in np.arange(-3.0, 3.1, 0.3)]


def caution(config, seed=0):
    simulation = Simulation(config, seed)
    return Caution(simulation, Grid(simulation.layout, resolution=0.05)), simulation


@pytest.mark.parametrize(('v', 'w'), [(0.0, 0.0), (0.0, 2.0), (1.5, 0.0), (1.0, -1.0)])
def test_what_is_safe_is_done(field, v, w):
    careful, _ = caution(field([(0.0, 5.0)], 0.2))
    assert careful.heed(v, w).tolist() == [v, w]


def test_before_a_wall_it_slows_as_far_as_it_must(field):
    careful, _ = caution(field(WALL, 0.2))
    assert careful.heed(0.3, 0.0)[0] == pytest.approx(0.3)
    assert careful.heed(1.5, 0.0)[0] < 0.9


def test_who_comes_is_waited_for_and_who_goes_is_not():
    careful, simulation = caution(scenario(world='pedestrians', task='cruise'), 14)
    x, y, yaw = simulation.pose
    ahead = np.array([np.cos(yaw), np.sin(yaw)])
    movers = simulation.movers
    movers.radii = np.array([0.25])
    movers.places = np.array([[x, y]]) + 1.2 * ahead
    movers.velocities = -1.0 * ahead[None]
    assert careful.heed(1.0, 0.0)[0] < 0.3
    movers.velocities = 1.0 * ahead[None]
    assert careful.heed(0.5, 0.0)[0] > 0.3
    assert careful.heed(0.0, 0.5).tolist() == [0.0, 0.5]
