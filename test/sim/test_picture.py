"""A run becomes a picture."""

import numpy as np
from matplotlib.image import imread

from liquid_control_sim.evaluation.picture import draw_run
from liquid_control_sim.worlds import Arena


def test_a_run_is_drawn(tmp_path):
    layout = Arena().build(np.random.default_rng(0))
    time = np.linspace(0.0, 6.0, 200)
    poses = np.stack([np.cos(time), np.sin(time), time + np.pi / 2], axis=1)
    path = tmp_path / 'run.png'
    draw_run(
        path,
        layout,
        poses,
        np.abs(np.sin(time)),
        [(2.0, 2.0), (-2.0, 1.0)],
        next_beacon=(0.0, -3.0),
        collisions=[(1.0, 0.0)],
        title='2 beacons',
    )
    picture = imread(path)
    assert min(picture.shape[:2]) > 800
    red = (picture[..., 0] > 0.8) & (picture[..., 1] < 0.2)
    assert red.sum() > 500


def test_a_robot_that_never_moved_is_drawn_too(tmp_path):
    layout = Arena().build(np.random.default_rng(0))
    draw_run(tmp_path / 'run.png', layout, np.zeros((1, 3)), np.zeros(1), [])
    assert (tmp_path / 'run.png').stat().st_size > 10_000
