"""A mirrored drive is the one that the robot would have driven in the mirrored world."""

import numpy as np
import pytest

from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    OdometrySpec,
    Policy,
    PolicySpec,
)
from liquid_control.stream import Event
from liquid_control_sim.training.config import TrainConfig
from liquid_control_sim.training.episode import Recorder, load_episode
from liquid_control_sim.training.imitation import Learner
from liquid_control_sim.training.mirror import mirrored

SENSORS = {
    'lidar': LidarSpec(beams=48),
    'imu': ImuSpec(),
    'camera': CameraSpec(width=16, height=12),
    'depth': DepthSpec(width=16, height=12),
    'odometry': OdometrySpec(),
    'goal': GoalSpec(),
}
SPEC = PolicySpec(sensors=SENSORS, network=LtcSpec(NcpSpec(), unfolds=1))


def said(rng):
    """What each sensor says, and what it would say in the mirror (REP-103: y is left)."""
    ranges = rng.uniform(0.2, 12.0, 48).astype(np.float32)
    gyro, force = rng.normal(size=3), rng.normal(size=3)
    image = rng.integers(0, 256, (12, 16, 3), np.uint8)
    depth = rng.uniform(0.5, 12.0, (12, 16)).astype(np.float32)
    forward, left = rng.normal(size=2)
    distance, bearing = rng.uniform(0.1, 9.0), rng.uniform(-3.0, 3.0)
    return {
        'lidar': (ranges, ranges[::-1]),
        'imu': (
            np.r_[gyro, force],
            np.r_[-gyro[0], gyro[1], -gyro[2], force[0], -force[1], force[2]],
        ),
        'camera': (image, image[:, ::-1]),
        'depth': (depth, depth[:, ::-1]),
        'odometry': (np.array([forward, left]), np.array([forward, -left])),
        'goal': (np.array([distance, bearing]), np.array([distance, -bearing])),
    }


@pytest.fixture
def two_sides(tmp_path):
    """The files of a drive and of the same one in the mirrored world."""
    rng, policy = np.random.default_rng(4), Policy(SPEC)
    recorders = Recorder(policy), Recorder(policy)
    for number in range(24):
        sensor = list(SENSORS)[number % len(SENSORS)]
        v, w = rng.uniform(-1, 1, 2)
        labels = np.array([v, w], np.float32), np.array([v, -w], np.float32)
        for recorder, value, label in zip(recorders, said(rng)[sensor], labels, strict=True):
            recorder.add(Event(number * 10**7, sensor, value), label)
    for name, recorder in zip(('here', 'there'), recorders, strict=True):
        recorder.save(tmp_path / f'{name}.npz')
    return tmp_path / 'here.npz', tmp_path / 'there.npz'


def test_a_mirrored_drive_is_the_one_of_the_mirrored_world(two_sides):
    here, there = (load_episode(path, SPEC) for path in two_sides)
    shown = mirrored(here, SPEC)
    for name in SENSORS:
        np.testing.assert_allclose(shown.values[name], there.values[name], atol=1e-6)
    np.testing.assert_array_equal(shown.labels, there.labels)
    np.testing.assert_array_equal(shown.dt, there.dt)
    np.testing.assert_array_equal(shown.coin, -there.coin)
    np.testing.assert_array_equal(mirrored(shown, SPEC).values['lidar'], here.values['lidar'])


def test_a_pass_over_mirrored_drives_is_one_over_those_of_the_mirrored_world(two_sides):
    def losses(path, share):
        config = TrainConfig(policy=SPEC, imitation={'mirror': share, 'lanes': 1, 'window': 8})
        learner = Learner(Policy(SPEC), config.imitation)
        learner.policy.load_state_dict(weights)
        return list(learner.epoch([path], np.random.default_rng(0), 0.0))

    weights = Policy(SPEC).state_dict()
    np.testing.assert_allclose(losses(two_sides[0], 1.0), losses(two_sides[1], 0.0), rtol=1e-5)
    assert not np.allclose(losses(two_sides[0], 1.0), losses(two_sides[0], 0.0))


def test_a_robot_that_sees_more_of_one_side_is_refused():
    lidar = LidarSpec(beams=48, angle_min=-1.0, angle_max=2.0)
    spec = PolicySpec(sensors={'lidar': lidar}, network=SPEC.network)
    with pytest.raises(ValueError, match=r'imitation\.mirror .* lidar sees -1\.0 to 2\.0'):
        TrainConfig(policy=spec, imitation={'mirror': 0.5})
    TrainConfig(policy=spec)
