"""A run in a window, as far as there is none."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from liquid_control_sim.scenario import scenario
from liquid_control_sim.watch import live
from liquid_control_sim.watch.recording import Run
from liquid_control_sim.watch.view import View


@pytest.fixture
def run(policy):
    return Run(scenario(), 8, policy)


def test_it_shows_twenty_pictures_a_second_until_the_time_is_up(run):
    shown = follow(run, 0.5, lambda shown: True)
    assert shown == pytest.approx(10, abs=2)


def test_it_ends_when_the_window_is_closed(run):
    assert follow(run, 5.0, lambda shown: shown < 3) == 3


def test_without_a_display_it_says_so(run, monkeypatch):
    monkeypatch.setenv('MPLBACKEND', 'agg')
    with pytest.raises(live.NoWindowError, match='no windows'):
        live.watch_live(run, 1.0)


def follow(run, seconds, go_on):
    """How many pictures were shown."""
    figure = Figure()
    FigureCanvasAgg(figure)
    shown = 0

    def show():
        nonlocal shown
        shown += 1
        return go_on(shown)

    live.follow(run, seconds, View(run, figure), show)
    return shown
