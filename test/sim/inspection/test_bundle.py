"""`liquid_control inspect` tells what a bundle is."""

import re
from pathlib import Path

from liquid_control_sim.inspection.bundle import print_bundle

SHIPPED = Path(__file__).parents[3] / 'models' / 'beacon'


def test_the_shipped_bundle_tells_its_network_its_solver_and_its_training(capsys):
    print_bundle(SHIPPED)
    told = capsys.readouterr().out
    assert re.search(r'ncp: 50 neurons, 1\d{3} synapses', told)
    assert 'semi_implicit, 2 unfolds' in told
    assert 'config/train/beacon.yaml' in told
