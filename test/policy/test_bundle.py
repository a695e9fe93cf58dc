"""A bundle is data; what is wrong with one is said in one line that names file and field."""

import hashlib
import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from liquid_control.policy import (
    BundleError,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    load_bundle,
    save_bundle,
)


@pytest.fixture
def bundle(tmp_path):
    torch.manual_seed(0)
    sensors = {'lidar': LidarSpec(beams=48), 'imu': ImuSpec()}
    save_bundle(
        Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec()))), tmp_path, {'seed': 0}
    )
    return tmp_path


def edit(bundle, change):
    data = json.loads((bundle / 'policy.json').read_text())
    change(data)
    (bundle / 'policy.json').write_text(json.dumps(data))


def edit_weights(bundle, change):
    """Change the weights and make the hash fit again, as somebody with bad luck would."""
    tensors = load_file(bundle / 'weights.safetensors')
    change(tensors)
    save_file(tensors, bundle / 'weights.safetensors')
    digest = hashlib.sha256((bundle / 'weights.safetensors').read_bytes()).hexdigest()
    edit(bundle, lambda data: data.update(weights_sha256=digest))


def refusal(bundle):
    with pytest.raises(BundleError) as error:
        load_bundle(bundle)
    message = str(error.value)
    assert '\n' not in message
    assert str(bundle) in message
    return message


def test_training_story_and_spec_survive(bundle):
    data = json.loads((bundle / 'policy.json').read_text())
    assert data['training'] == {'seed': 0}
    assert load_bundle(bundle).spec.sensors['lidar'] == LidarSpec(beams=48)


def test_missing_folder(tmp_path):
    assert 'No such file' in refusal(tmp_path / 'nowhere')


@pytest.mark.parametrize(
    ('change', 'said'),
    [
        (lambda d: d.update(version=9), 'version is 9, but this release reads version 2'),
        (lambda d: d['spec']['network'].update(unfolds=0), 'spec.network.unfolds is 0'),
        (lambda d: d['spec'].update(colour='red'), 'spec.colour is not a known field'),
        (lambda d: d['spec'].pop('network'), 'spec.network is missing'),
        (lambda d: d['spec']['sensors']['lidar'].update(beams=-3), 'spec.sensors.lidar.beams is'),
        (lambda d: d['spec']['sensors']['lidar'].update(beams=96), 'spec.sensors.lidar wants'),
        (
            lambda d: d['spec']['sensors']['lidar'].update(beams=49),
            'pool is 8, but it must divide',
        ),
        (lambda d: d['spec']['network']['wiring'].update(inter=64), 'spec.network wants'),
        (
            lambda d: d['spec']['network']['wiring'].update(inter=2),
            'sensory_fanout is 12, wanted 1 to 2',
        ),
    ],
)
def test_wrong_field_is_named(bundle, change, said):
    edit(bundle, change)
    assert said in refusal(bundle)


def test_no_json(bundle):
    (bundle / 'policy.json').write_text('{"version": 1,')
    assert 'not readable as JSON' in refusal(bundle)


def test_damaged_weights(bundle):
    weights = bytearray((bundle / 'weights.safetensors').read_bytes())
    weights[-5] ^= 1
    (bundle / 'weights.safetensors').write_bytes(weights)
    assert 'weights_sha256' in refusal(bundle)


def test_weights_that_are_no_safetensors(bundle):
    (bundle / 'weights.safetensors').write_bytes(b'pickle me')
    digest = hashlib.sha256(b'pickle me').hexdigest()
    edit(bundle, lambda data: data.update(weights_sha256=digest))
    assert 'not readable as safetensors' in refusal(bundle)


def test_weights_that_are_not_finite(bundle):
    edit_weights(bundle, lambda tensors: tensors['core.cm'].fill_(float('nan')))
    assert 'core.cm holds values that are not finite' in refusal(bundle)


def test_weights_of_another_network(bundle):
    edit_weights(bundle, lambda tensors: tensors.pop('encoders.imu.head.bias'))
    said = refusal(bundle)
    assert 'spec.sensors.imu wants encoders.imu.head.bias of shape [8]' in said


def test_synapses_that_lead_nowhere(bundle):
    edit_weights(bundle, lambda tensors: tensors['core.recurrent.source'].fill_(10_000))
    assert 'core.recurrent.source' in refusal(bundle)


def test_huge_file_is_not_read(bundle):
    with (bundle / 'weights.safetensors').open('wb') as file:
        file.truncate(2**40)
    assert 'a bundle file has at most' in refusal(bundle)
