"""A short run to look at."""

import pytest

from liquid_control_sim.paths import share
from liquid_control_sim.scenario import scenario
from liquid_control_sim.watch.recording import Run, record


@pytest.fixture(scope='session')
def policy():
    return share() / 'models' / 'beacon'


@pytest.fixture(scope='session')
def recording(policy):
    """Two seconds of the shipped policy."""
    return record(Run(scenario(), 8, policy), 2.0)


@pytest.fixture(scope='session')
def planned():
    """Two seconds of the expert, on the way to a goal, with others that move."""
    config = scenario(world='pedestrians', task='goal', faults='lossy')
    return record(Run(config, 5, 'expert'), 2.0)
