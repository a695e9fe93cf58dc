"""A run becomes a picture."""

import numpy as np
from matplotlib.image import imread

from liquid_control_sim.scenario import scenario
from liquid_control_sim.watch.picture import Way, draw_recording, draw_run
from liquid_control_sim.watch.strips import silences
from liquid_control_sim.worlds import Arena


def test_a_way_is_drawn(tmp_path):
    layout = Arena().build(np.random.default_rng(0))
    time = np.linspace(0.0, 6.0, 200)
    poses = np.stack([np.cos(time), np.sin(time), time + np.pi / 2], axis=1)
    speeds = np.abs(np.sin(time))
    way = Way(poses, speeds, [(2.0, 2.0), (-2.0, 1.0)], (0.0, -3.0), [(1.0, 0.0)])
    draw_run(tmp_path / 'run.png', layout, scenario(), way, title='2 beacons')
    picture = imread(tmp_path / 'run.png')
    assert min(picture.shape[:2]) > 800
    red = (picture[..., 0] > 0.8) & (picture[..., 1] < 0.2)
    assert red.sum() > 300


def test_a_robot_that_never_moved_is_drawn_too(tmp_path):
    layout = Arena().build(np.random.default_rng(0))
    draw_run(tmp_path / 'run.png', layout, scenario(), Way(np.zeros((1, 3)), np.zeros(1)))
    assert (tmp_path / 'run.png').stat().st_size > 10_000


def test_a_recorded_run_is_drawn_with_its_time_constants(recording, planned, tmp_path):
    draw_recording(tmp_path / 'policy.png', recording)
    draw_recording(tmp_path / 'planner.png', planned)
    with_neurons, without = (imread(tmp_path / f'{name}.png') for name in ('policy', 'planner'))
    assert with_neurons.shape[1] == without.shape[1]
    assert min(*with_neurons.shape[:2], *without.shape[:2]) > 800


def test_a_silence_is_what_lasts_longer_than_the_rhythm():
    stamps = np.array([0.1, 0.2, 0.9, 1.0])
    assert silences(stamps, end=1.1, least=0.4) == [(0.2, 0.9)]
    assert silences(np.empty(0), end=2.0, least=0.4) == [(0.0, 2.0)]
