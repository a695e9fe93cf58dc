"""The clocks keep the rate, jitter, latency and losses that they are configured with."""

from itertools import islice

import numpy as np
import pytest

from liquid_control_sim.sensors import CameraConfig, Clock, ImuConfig, Latency, LidarConfig

START_NS = 1_000_000_000
COUNT = 4000
CLOCKS = {
    'lidar': LidarConfig().clock,
    'imu': ImuConfig().clock,
    'camera': CameraConfig().clock,
    'wild': Clock(50.0, jitter=0.02, latency=Latency(0.0, 0.2), dropout=0.3),
}


def drawn(clock: Clock, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Measured and delivered, seconds since the start, of the first messages."""
    ticks = np.array(list(islice(clock.ticks(np.random.default_rng(seed), START_NS), COUNT)))
    measured, delivered = (ticks - START_NS).T * 1e-9
    return measured, delivered


@pytest.mark.parametrize('name', CLOCKS)
def test_rate_and_losses(name):
    clock = CLOCKS[name]
    measured, _ = drawn(clock)
    made = measured[-1] * clock.rate
    spread = np.sqrt(clock.dropout * (1 - clock.dropout) / made)
    assert COUNT / made == pytest.approx(1.0 - clock.dropout, abs=4 * spread + 2 / COUNT)


def test_jitter_is_around_a_regular_time_and_does_not_add_up():
    clock = Clock(20.0, jitter=0.002, latency=Latency(0.0, 0.0))
    measured, _ = drawn(clock)
    off = measured - np.arange(COUNT) / clock.rate
    assert off.std() == pytest.approx(0.002, rel=0.1)
    assert np.abs(off - off.mean()).max() < 5 * 0.002


def test_latency_has_its_minimum_and_its_mean():
    clock = Clock(20.0, jitter=0.001, latency=Latency(0.010, 0.015))
    measured, delivered = drawn(clock)
    latency = delivered - measured
    assert latency.min() >= 0.010 - 1e-6
    assert latency.mean() == pytest.approx(0.015, rel=0.05)
    assert latency.std() == pytest.approx(0.005, rel=0.1)


@pytest.mark.parametrize('name', CLOCKS)
def test_stamps_and_arrivals_of_one_sensor_rise_strictly(name):
    measured, delivered = drawn(CLOCKS[name])
    assert (np.diff(measured) > 0).all()
    assert (np.diff(delivered) > 0).all()
    assert (delivered >= measured).all()
    assert measured[0] >= 0.0


def test_phase_differs_between_episodes_and_not_between_equal_seeds():
    clock = LidarConfig().clock
    first = [drawn(clock, seed)[0][0] for seed in range(30)]
    assert max(first) - min(first) > 0.5 / clock.rate
    assert np.array_equal(drawn(clock, 3), drawn(clock, 3))


@pytest.mark.parametrize(
    ('settings', 'field'),
    [
        ({'rate': 0.0}, 'rate'),
        ({'jitter': -0.1}, 'jitter'),
        ({'dropout': 1.0}, 'dropout'),
        ({'rate': float('nan')}, 'rate'),
    ],
)
def test_impossible_settings_are_refused_by_name(settings, field):
    valid = {'rate': 10.0, 'jitter': 0.0, 'latency': Latency(0.0, 0.0)}
    with pytest.raises(ValueError, match=field):
        Clock(**{**valid, **settings})


def test_latency_below_its_own_minimum_is_refused():
    with pytest.raises(ValueError, match='latency'):
        Latency(0.02, 0.01)
