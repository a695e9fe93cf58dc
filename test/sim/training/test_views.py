"""What a pass sees of recorded drives: each once, as many changed as was asked for."""

from pathlib import Path

import numpy as np
import pytest

from liquid_control.policy import ImuSpec, LidarSpec, LtcSpec, NcpSpec, Policy, PolicySpec
from liquid_control.stream import Event
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.episode import Recorder, load_episode
from liquid_control_sim.training.views import View, drawn, seen

SPEC = PolicySpec(
    sensors={'lidar': LidarSpec(beams=48), 'imu': ImuSpec()},
    network=LtcSpec(NcpSpec(), unfolds=1),
)
PATHS = [Path(str(number)) for number in range(400)]


@pytest.fixture
def drive(tmp_path):
    """The file of a drive of 5 s with 20 scans and 100 IMU samples a second."""
    recorder, rng = Recorder(Policy(SPEC)), np.random.default_rng(2)
    for number in range(500):
        stamp_ns = number * 10**7
        label = rng.uniform(-1, 1, 2).astype(np.float32)
        recorder.add(Event(stamp_ns, 'imu', rng.normal(size=6)), label)
        if number % 5 == 0:
            recorder.add(Event(stamp_ns, 'lidar', rng.uniform(0.2, 9.0, 48)), label)
    recorder.save(tmp_path / 'drive.npz')
    return tmp_path / 'drive.npz'


@pytest.mark.parametrize(('mirror', 'thinning'), [(0.0, 0.0), (0.5, 0.0), (0.0, 0.5), (1.0, 1.0)])
def test_shares_say_how_many_are_changed_and_how(mirror, thinning):
    config = ImitationConfig(mirror=mirror, thinning=thinning)
    views = drawn(PATHS, config, np.random.default_rng(0))
    assert sorted(view.path for view in views) == sorted(PATHS)
    assert np.mean([view.is_mirrored for view in views]) == pytest.approx(mirror, abs=0.1)
    assert np.mean([view.thinning is not None for view in views]) == pytest.approx(
        thinning, abs=0.1
    )


def test_no_two_passes_miss_the_same():
    config, rng = ImitationConfig(thinning=1.0), np.random.default_rng(0)
    first, second = drawn(PATHS, config, rng), drawn(PATHS, config, rng)
    assert len({view.thinning for view in (*first, *second)}) == 800


def test_what_is_drawn_is_what_is_seen(drive):
    episode = load_episode(drive, SPEC)
    views = [View(drive), View(drive, is_mirrored=True), View(drive, thinning=1)]
    plain, flipped, thin = seen(views, SPEC)
    np.testing.assert_array_equal(plain.labels, episode.labels)
    np.testing.assert_array_equal(flipped.labels, episode.labels * (1, -1))
    assert len(thin.dt) < len(episode.dt)


def test_the_same_seed_misses_the_same(drive):
    one, other = seen([View(drive, thinning=3)] * 2, SPEC)
    np.testing.assert_array_equal(one.dt, other.dt)
    np.testing.assert_array_equal(one.labels, other.labels)
