"""Readouts become pictures on the time axis of their events."""

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from matplotlib.image import imread

from liquid_control.liquid import LTC, AutoNCP
from liquid_control.liquid.plots import plot_currents, plot_states, plot_time_constants
from liquid_control.liquid.readouts import currents, trace

DT = (0.3, 0.0, 0.05, 2.0, 0.1, 0.7)


@pytest.fixture
def run():
    torch.manual_seed(0)
    ltc = LTC(4, AutoNCP(14, 3))
    x = torch.randn(2, len(DT), 4)
    seen = trace(ltc, x, dt=torch.tensor([DT, DT]))
    return seen, currents(ltc, x, seen.states)


@pytest.fixture
def figures(monkeypatch):
    """The figures that were saved, to be asked what they show."""
    saved, save = [], Figure.savefig

    def keep(figure, path):
        saved.append(figure)
        save(figure, path)

    monkeypatch.setattr(Figure, 'savefig', keep)
    return saved


def plots(run, path):
    seen, through = run
    plot_time_constants(seen, path / 'time_constants.png', sample=1)
    plot_states(seen, path / 'states.png')
    plot_currents(through, seen, 0, path / 'currents.png')


def test_every_readout_becomes_a_picture(run, tmp_path):
    plots(run, tmp_path)
    for name in ('time_constants', 'states', 'currents'):
        image = imread(tmp_path / f'{name}.png')
        assert image.shape[1] == 1500
        colours = (image[..., :3] * 255).astype(int) @ (1 << 16, 1 << 8, 1)
        assert len(np.unique(colours)) > 50


def test_lines_stand_at_the_true_times_of_the_events(run, tmp_path, figures):
    plots(run, tmp_path)
    for figure in figures:
        lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == len(DT)]
        assert lines
        for line in lines:
            np.testing.assert_allclose(line.get_xdata(), np.cumsum(DT), rtol=1e-6)


def test_the_motor_neurons_time_constants_are_what_is_drawn(run, tmp_path, figures):
    seen, _ = run
    plot_time_constants(seen, tmp_path / 'tau.png', sample=1)
    drawn = np.stack([line.get_ydata() for line in figures[0].axes[0].lines], axis=1)
    np.testing.assert_allclose(drawn, seen.time_constants[1, :, :3], rtol=1e-6)


def test_the_sum_of_the_currents_into_a_neuron_is_drawn(run, tmp_path, figures):
    seen, through = run
    plot_currents(through, seen, 12, tmp_path / 'currents.png')
    total = sum(group.values[0][:, group.target == 12].sum(1) for group in through)
    line = next(line for line in figures[0].axes[0].lines if line.get_label() == 'sum')
    np.testing.assert_allclose(line.get_ydata(), total, rtol=1e-5)


def test_masked_events_leave_a_picture_all_the_same(tmp_path):
    ltc = LTC(4, AutoNCP(14, 3))
    mask = torch.arange(6)[None] % 2 == 0
    seen = trace(ltc, torch.randn(1, 6, 4), mask=mask)
    plot_time_constants(seen, tmp_path / 'tau.png')
    assert (tmp_path / 'tau.png').stat().st_size > 5000


def test_a_neuron_that_does_not_exist_is_refused(run, tmp_path):
    seen, through = run
    with pytest.raises(ValueError, match='neuron is 14, wanted 0 to 13'):
        plot_currents(through, seen, 14, tmp_path / 'currents.png')


def test_a_trace_without_events_is_refused(tmp_path):
    empty = trace(LTC(4, AutoNCP(14, 3)), torch.zeros(1, 0, 4))
    with pytest.raises(ValueError, match='the trace holds no event'):
        plot_states(empty, tmp_path / 'states.png')
