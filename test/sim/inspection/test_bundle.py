"""`liquid_control inspect` tells what a bundle is."""

from pathlib import Path

from liquid_control.policy import load_bundle
from liquid_control_sim.inspection.bundle import print_bundle

SHIPPED = Path(__file__).parents[3] / 'models' / 'beacon'


def test_the_shipped_bundle_tells_its_network_its_solver_and_its_training(capsys):
    print_bundle(SHIPPED)
    told = capsys.readouterr().out
    wiring = load_bundle(SHIPPED).core.wiring
    assert f'ncp: {wiring.neurons} neurons, {wiring.synapses} synapses' in told
    assert 'semi_implicit, 2 unfolds' in told
    assert 'config/train/beacon.yaml' in told
