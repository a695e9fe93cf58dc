"""The picture of a wiring shows every layer and both polarities, in colours that all can tell."""

import importlib
import sys

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread

from liquid_control.liquid import AutoNCP, FullyConnected, Random, Wiring
from liquid_control.liquid.drawing import EXCITATORY, INHIBITORY, blank, draw


def pixels(path):
    return imread(path)[..., :3]


def share(image, colour):
    """The part of the image that is about of this colour."""
    return (np.abs(image - to_rgb(colour)).max(axis=-1) < 0.2).mean()


def texts(axes):
    return {text.get_text() for text in axes.texts}


@pytest.mark.parametrize(
    'wiring',
    [
        AutoNCP(8, 2).build(4),
        AutoNCP(64, 8).build(32),
        FullyConnected(8, 2).build(4),
        FullyConnected(5).build(3),
        Random(32, 4, 0.9).build(16),
    ],
    ids=['ncp 8', 'ncp 64', 'fully connected', 'all motors', 'random'],
)
def test_the_picture_shows_both_polarities(tmp_path, wiring):
    draw(wiring, tmp_path / 'wiring.png')
    image = pixels(tmp_path / 'wiring.png')
    assert image.shape[0] >= 700
    assert image.shape[1] == 1500
    assert share(image, EXCITATORY) > 0.001
    assert share(image, INHIBITORY) > 0.0005


def test_the_same_wiring_gives_the_same_picture(tmp_path):
    for name in 'ab':
        draw(AutoNCP(12, 2).build(4), tmp_path / f'{name}.png')
    assert np.array_equal(pixels(tmp_path / 'a.png'), pixels(tmp_path / 'b.png'))


def test_layers_and_neurons_are_named():
    axes = blank(10.0, 5.0).add_subplot()
    draw(AutoNCP(12, 2).build(4), axes)
    assert {'sensory', 'inter', 'command', 'motor', '0 to 3', '2 to 5', '6 to 11'} <= texts(axes)
    assert axes.get_title(loc='left').startswith('12 neurons, 4 inputs, ')


def test_a_layer_without_neurons_has_no_column():
    axes = blank(10.0, 5.0).add_subplot()
    draw(FullyConnected(5).build(3), axes)
    assert {'sensory', 'motor'} <= texts(axes)
    assert not {'inter', 'command'} & texts(axes)


def test_the_legend_counts_synapses_of_each_polarity():
    axes = Figure().add_subplot()
    wiring = Wiring(np.array([[1, -1]]), np.array([[1, 1], [0, -1]]), 1, {'motor': 1, 'inter': 1})
    draw(wiring, axes)
    said = [text.get_text() for text in axes.get_legend().get_texts()]
    assert said == ['excitatory (3)', 'inhibitory (2)']


def test_stronger_synapses_are_thicker_and_take_the_colour_of_their_sign():
    axes = Figure().add_subplot()
    wiring = Wiring(np.array([[1, 1]]), np.zeros((2, 2)), 2, {'motor': 2})
    draw(wiring, axes, (np.array([[0.5, -2.0]]), np.zeros((2, 2))))
    lines = next(c for c in axes.collections if len(c.get_linewidth()) == 2)
    thin, thick = lines.get_linewidth()
    assert thick == pytest.approx(4 * thin)
    first, second = lines.get_edgecolor()[:, :3]
    np.testing.assert_allclose([first, second], [to_rgb(EXCITATORY), to_rgb(INHIBITORY)])


def test_weights_of_another_network_are_refused(tmp_path):
    weights = np.zeros((4, 8)), np.zeros((7, 7))
    with pytest.raises(ValueError, match=r'recurrent weights are \[7, 7\], wanted \[8, 8\]'):
        draw(AutoNCP(8, 2).build(4), tmp_path / 'wiring.png', weights)


@pytest.mark.parametrize('module', ['drawing', 'plots'])
def test_without_matplotlib_the_error_says_what_to_install(monkeypatch, module):
    for name in ('drawing', 'plots'):
        monkeypatch.delitem(sys.modules, f'liquid_control.liquid.{name}', raising=False)
    monkeypatch.setitem(sys.modules, 'matplotlib.axes', None)
    with pytest.raises(ImportError, match='pip install matplotlib'):
        importlib.import_module(f'liquid_control.liquid.{module}')
