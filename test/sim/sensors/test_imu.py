"""The IMU shows the motion, and errs as it is configured to."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control.schema import ConfigError, validated
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Imu, ImuConfig

PERFECT = ImuConfig(gyro_noise=0.0, gyro_bias=0.0, accelerometer_noise=0.0, accelerometer_bias=0.0)
REST = [0.0, 0.0, 0.0, 0.0, 0.0, 9.81]
GYRO, ACCELEROMETER = slice(0, 3), slice(3, 6)


@pytest.fixture
def physics(room):
    """A robot at rest."""
    physics = Physics(room(), scenario().robot, 1_000_000_000)
    physics.advance(physics.now_ns + 500_000_000)
    physics.refresh()
    return physics


def readings(config: ImuConfig, physics: Physics, count: int, seed: int = 0) -> np.ndarray:
    """One after the other at 100 Hz, [count, 6]."""
    imu = Imu(config, physics, np.random.default_rng(seed))
    return np.stack([later(imu, physics, 0.01) for _ in range(count)])


def later(imu: Imu, physics: Physics, seconds: float) -> np.ndarray:
    """The reading after this time, in which nothing moves."""
    physics.now_ns += round(seconds * 1e9)
    return imu.measure()


def first_readings(config: ImuConfig, physics: Physics, count: int) -> np.ndarray:
    """Of as many episodes, [count, 6]."""
    return np.stack([readings(config, physics, 1, seed)[0] for seed in range(count)])


def test_at_rest_it_shows_gravity_upwards(physics):
    reading = readings(PERFECT, physics, 1)[0]
    assert reading.dtype == np.float32
    assert reading == pytest.approx(REST, abs=0.02)


def test_noise_is_as_configured_and_one_sample_says_nothing_of_the_next(physics):
    config, count = ImuConfig(), 8000
    drawn = readings(config, physics, count)
    tolerance = 4 / np.sqrt(2 * count)
    assert drawn.std(axis=0)[GYRO] == pytest.approx(config.gyro_noise, rel=tolerance)
    assert drawn.std(axis=0)[ACCELEROMETER] == pytest.approx(
        config.accelerometer_noise, rel=tolerance
    )
    centred = drawn - drawn.mean(axis=0)
    correlation = (centred[1:] * centred[:-1]).mean(axis=0) / drawn.var(axis=0)
    assert correlation == pytest.approx(0.0, abs=4 / np.sqrt(count))


def test_bias_is_drawn_once_per_episode(physics):
    config = replace(PERFECT, gyro_bias=0.02, accelerometer_bias=0.3)
    within = readings(config, physics, 100)
    assert (within == within[0]).all()
    count = 1000
    between = first_readings(config, physics, count) - REST
    tolerance = 4 / np.sqrt(2 * count)
    assert between.std(axis=0)[GYRO] == pytest.approx(0.02, rel=tolerance)
    assert between.std(axis=0)[ACCELEROMETER] == pytest.approx(0.3, rel=tolerance)


@pytest.mark.parametrize('rate', [10.0, 100.0])
def test_bias_walks_with_the_root_of_the_time_whatever_the_rate(physics, rate):
    config = replace(PERFECT, gyro_bias_walk=0.01, accelerometer_bias_walk=0.2)
    count, seconds = 150, (1.0, 4.0)
    off = np.empty((len(seconds), count, 6))
    for seed in range(count):
        imu = Imu(config, physics, np.random.default_rng(seed))
        drawn = [later(imu, physics, 1 / rate) for _ in range(int(max(seconds) * rate))]
        off[:, seed] = [drawn[int(after * rate) - 1] for after in seconds]
    for after, errors in zip(seconds, off - REST, strict=True):
        # Three axes of one kind walk alike: three times the sample.
        tolerance = 4 / np.sqrt(2 * 3 * count)
        grown = np.sqrt(after)
        assert errors[:, GYRO].std() == pytest.approx(0.01 * grown, rel=tolerance)
        assert errors[:, ACCELEROMETER].std() == pytest.approx(0.2 * grown, rel=tolerance)


def test_scale_errs_in_proportion_to_what_is_measured(physics):
    count = 1000
    config = replace(PERFECT, accelerometer_scale=0.03)
    drawn = first_readings(config, physics, count)
    up = readings(PERFECT, physics, 1)[0][5]
    assert drawn[:, 5].std() == pytest.approx(0.03 * up, rel=4 / np.sqrt(2 * count))
    assert drawn[:, 5].mean() == pytest.approx(up, abs=4 * 0.03 * up / np.sqrt(count))
    assert np.abs(drawn[:, GYRO]).max() < 0.001


def test_beyond_its_range_it_shows_the_range(physics):
    config = ImuConfig(gyro_noise=1.0, gyro_range=0.5, accelerometer_range=8.0)
    drawn = readings(config, physics, 2000)
    assert (drawn[:, 5] == 8.0).all()
    assert (drawn[:, GYRO].max(), drawn[:, GYRO].min()) == (0.5, -0.5)
    saturated = (np.abs(drawn[:, GYRO]) == 0.5).mean()
    share = 0.617  # of a normal distribution beyond half a standard deviation
    assert saturated == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / 6000))


def test_readings_are_multiples_of_the_step(physics):
    config = ImuConfig(gyro_noise=0.1, gyro_step=0.03125)
    drawn = readings(config, physics, 500)
    assert (drawn[:, GYRO] % 0.03125 == 0.0).all()
    assert len(np.unique(drawn[:, 0])) > 5
    assert len(np.unique(drawn[:, ACCELEROMETER])) > 1000


def test_one_seed_gives_the_same_bits(physics):
    config = ImuConfig(gyro_bias_walk=0.1, accelerometer_scale=0.1)
    assert np.array_equal(readings(config, physics, 200, 3), readings(config, physics, 200, 3))
    assert (readings(config, physics, 200, 3) != readings(config, physics, 200, 4)).all()


@pytest.mark.parametrize('field', ['gyro_noise', 'accelerometer_bias_walk', 'gyro_range'])
def test_impossible_settings_are_refused_by_name(field):
    with pytest.raises(ConfigError, match=field):
        validated(ImuConfig, {field: -1.0}, 'imu')
