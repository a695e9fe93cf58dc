"""A configuration that names a base is that one with other values."""

from pathlib import Path

import pytest

from liquid_control.schema import ConfigError
from liquid_control_sim.layers import read_layers
from liquid_control_sim.training.config import load_train_config

TRAIN = Path(__file__).parents[2] / 'config' / 'train'


@pytest.fixture
def written(tmp_path):
    """Writes YAML files by their names; the first one's path."""

    def write(**files):
        for name, text in files.items():
            (tmp_path / f'{name}.yaml').write_text(text)
        return tmp_path / f'{next(iter(files))}.yaml'

    return write


def test_dicts_are_merged_and_the_rest_replaced(written):
    file = written(
        top='{base: middle.yaml, c: {x: 1}}',
        middle='{base: bottom.yaml, a: [3], c: {z: 2}}',
        bottom='{a: [1, 2], b: 5, c: {x: 0, y: 0}}',
    )
    assert read_layers(file) == {'a': [3], 'b': 5, 'c': {'x': 1, 'y': 0, 'z': 2}}


def test_a_file_without_a_base_is_itself(written):
    assert read_layers(written(top='[1, {base: 2}]')) == [1, {'base': 2}]


@pytest.mark.parametrize(
    ('files', 'said'),
    [
        ({'top': 'base: nowhere.yaml'}, r'nowhere\.yaml: No such file'),
        ({'top': 'base: other.yaml', 'other': '[1, 2]'}, r'other\.yaml: holds no fields'),
        ({'top': 'base: top.yaml'}, r'top\.yaml: base is top\.yaml, which has'),
        (
            {'top': 'base: other.yaml', 'other': 'base: top.yaml'},
            r'other\.yaml: base is top\.yaml, which has this file as its own base',
        ),
    ],
)
def test_a_base_that_cannot_be_is_one_error_that_names_it(written, files, said):
    with pytest.raises(ConfigError, match=said):
        read_layers(written(**files))


def test_the_quick_beacon_run_drives_as_the_long_one():
    long, quick = (
        load_train_config(TRAIN / f'{name}.yaml') for name in ('beacon', 'beacon_quick')
    )
    assert quick.drives == long.drives
    assert quick.policy.network == long.policy.network
    assert quick.imitation.rounds < long.imitation.rounds
