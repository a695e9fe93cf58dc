"""A run becomes a film."""

import av
import numpy as np
import pytest

from liquid_control_sim.watch.movie import FPS, write_movie


@pytest.fixture(scope='module')
def frames(recording, tmp_path_factory):
    path = tmp_path_factory.mktemp('film') / 'run.mp4'
    write_movie(path, recording)
    with av.open(str(path)) as container:
        assert container.streams.video[0].codec_context.name == 'h264'
        return [(frame.time, frame.to_ndarray(format='rgb24')) for frame in container.decode()]


def test_a_film_lasts_as_long_as_the_run(recording, frames):
    assert len(frames) == pytest.approx(recording.moments[-1].elapsed * FPS, abs=2)
    assert frames[-1][0] == pytest.approx(recording.moments[-1].elapsed, abs=0.1)


def test_its_frames_are_1280_by_720_and_move(frames):
    assert {picture.shape for _, picture in frames} == {(720, 1280, 3)}
    first, last = frames[2][1].astype(int), frames[-1][1].astype(int)
    assert (np.abs(last - first).max(axis=-1) > 60).sum() > 1000


def test_a_film_shows_the_image_of_the_camera(recording, frames):
    images = [
        m.message.event.value for m in recording.moments if m.message.event.sensor == 'camera'
    ]
    inset = frames[-1][1][46:194, 846:1044]
    np.testing.assert_allclose(inset.mean((0, 1)), images[-1].mean((0, 1)), atol=6.0)
