"""A few seconds of the shipped policy, seen from inside."""

import pytest

from liquid_control.policy import load_bundle
from liquid_control_sim.drive import Drive
from liquid_control_sim.inspection.driven import driven
from liquid_control_sim.inspection.inspection import inspect
from liquid_control_sim.inspection.thoughts import thoughts
from liquid_control_sim.paths import share
from liquid_control_sim.scenario import scenario

SEED = 3


@pytest.fixture(scope='session')
def config():
    return scenario(task={'type': 'beacon', 'mode': 'single', 'timeout': 2.0})


@pytest.fixture(scope='session')
def policy():
    return load_bundle(share() / 'models' / 'beacon')


@pytest.fixture(scope='session')
def drive(policy, config):
    return driven(policy, Drive(config, SEED), SEED)


@pytest.fixture(scope='session')
def seen(policy, drive):
    return thoughts(policy, drive)


@pytest.fixture(scope='session')
def found(config):
    """All of it, with changes from second 1.2 on."""
    return inspect(share() / 'models' / 'beacon', config, SEED, at=1.2)
