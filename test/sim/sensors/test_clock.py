"""The clocks keep the rate, jitter and stamps that they are configured with."""

from itertools import islice

import numpy as np
import pytest

from liquid_control.schema import ConfigError, validated
from liquid_control_sim.sensors import (
    Bursts,
    CameraConfig,
    Clock,
    ImuConfig,
    Latency,
    LidarConfig,
    OdometryConfig,
    Outage,
    Slowdown,
    Stamps,
    Tick,
)

START_NS = 1_000_000_000
COUNT = 8000
AT_ONCE = Latency(0.0, 0.0)
CLOCKS = {
    'lidar': LidarConfig().clock,
    'imu': ImuConfig().clock,
    'camera': CameraConfig().clock,
    'odometry': OdometryConfig().clock,
    'wild': Clock(
        50.0,
        jitter=0.02,
        jitter_shape='laplace',
        latency=Latency(0.0, 0.2, 'lognormal', delayed=0.05, delay=0.5),
        dropout=0.3,
        bursts=Bursts(0.2, 5.0),
        outage=Outage((1.0, 4.0), (0.1, 2.0)),
        slowdown=Slowdown((10.0, 20.0), 7.0),
        stamps=Stamps((-0.02, 0.02), (-500.0, 500.0), step=0.001),
    ),
}


def ticks(clock: Clock, seed: int = 0, count: int = COUNT) -> list[Tick]:
    return list(islice(clock.ticks(np.random.default_rng(seed), START_NS), count))


def measured(clock: Clock, seed: int = 0, count: int = COUNT) -> np.ndarray:
    """Seconds since the start."""
    return np.array([tick.measured_ns - START_NS for tick in ticks(clock, seed, count)]) * 1e-9


def stamp_error(clock: Clock, seed: int = 0, count: int = COUNT) -> np.ndarray:
    """Seconds by which the stamps are ahead of the measurements."""
    return np.array([t.stamp_ns - t.measured_ns for t in ticks(clock, seed, count)]) * 1e-9


@pytest.mark.parametrize('name', ['lidar', 'imu', 'camera', 'odometry'])
def test_measurements_come_at_the_rate(name):
    clock = CLOCKS[name]
    times = measured(clock)
    # First and last are at most a period's phase and 0.4 periods of jitter off.
    assert (COUNT - 1) / (times[-1] - times[0]) == pytest.approx(clock.rate, rel=1.0 / COUNT)


@pytest.mark.parametrize(
    ('shape', 'kurtosis'), [('normal', 3.0), ('uniform', 1.8), ('laplace', 6.0), ('late', 9.0)]
)
def test_jitter_has_its_deviation_and_does_not_add_up(shape, kurtosis):
    clock = Clock(20.0, jitter=0.002, latency=AT_ONCE, jitter_shape=shape, phase=0.02)
    off = measured(clock) - 0.02 - np.arange(COUNT) / clock.rate
    mean = 0.002 if shape == 'late' else 0.0
    assert off.mean() == pytest.approx(mean, abs=4 * 0.002 / np.sqrt(COUNT))
    assert off.std() == pytest.approx(0.002, rel=2 * np.sqrt((kurtosis - 1) / COUNT))
    # As much in the second half as in the first: it is no random walk.
    assert off[COUNT // 2 :].std() == pytest.approx(off[: COUNT // 2].std(), rel=0.2)


def test_shapes_of_jitter_differ_in_their_tails():
    def beyond(shape: str) -> tuple[float, float]:
        clock = Clock(20.0, jitter=0.002, latency=AT_ONCE, jitter_shape=shape, phase=0.02)
        off = measured(clock) - 0.02 - np.arange(COUNT) / clock.rate
        return (off > 3 * 0.002).mean(), (off < -1.01 * 0.002).mean()

    (normal, _), (uniform, _) = beyond('normal'), beyond('uniform')
    (laplace, early), (late, never) = beyond('laplace'), beyond('late')
    assert uniform == 0.0 < normal < 0.003 < laplace < late
    assert early > 0.1
    assert never == 0.0


@pytest.mark.parametrize('name', CLOCKS)
def test_measurements_stamps_and_arrivals_of_one_sensor_rise_strictly(name):
    drawn = ticks(CLOCKS[name])
    arrived = [tick for tick in drawn if tick.delivered_ns is not None]
    assert drawn[0].measured_ns >= START_NS
    assert (np.diff([tick.measured_ns for tick in drawn]) > 0).all()
    assert (np.diff([tick.stamp_ns for tick in drawn]) > 0).all()
    assert (np.diff([tick.delivered_ns for tick in arrived]) > 0).all()
    assert all(tick.delivered_ns >= tick.measured_ns for tick in arrived)


def test_phase_is_drawn_from_one_period_or_fixed():
    clock = Clock(20.0, jitter=0.0, latency=AT_ONCE)
    first = np.array([measured(clock, seed, 1)[0] for seed in range(200)])
    assert 0.0 <= first.min() < 0.002
    assert 0.048 < first.max() <= 0.05
    assert first.mean() == pytest.approx(0.025, abs=4 * 0.05 / np.sqrt(12 * 200))
    fixed = Clock(20.0, jitter=0.0, latency=AT_ONCE, phase=0.013)
    assert [measured(fixed, seed, 1)[0] for seed in range(20)] == pytest.approx([0.013] * 20)


def test_a_slowed_sensor_keeps_its_rate_until_then_and_is_slow_from_then_on():
    clock = Clock(20.0, jitter=0.001, latency=AT_ONCE, slowdown=Slowdown((5.0, 15.0), 5.0))
    changes = []
    for seed in range(60):
        times = measured(clock, seed, 500)
        gaps = np.diff(times)
        slow = int(np.argmax(gaps > 0.15))
        assert gaps[:slow] == pytest.approx(0.05, abs=0.01)
        assert gaps[slow:] == pytest.approx(0.25, abs=0.01)
        changes.append(times[slow])
    assert 5.0 - 0.06 <= min(changes) < 6.5
    assert 13.5 < max(changes) <= 15.0
    assert np.mean(changes) == pytest.approx(10.0, abs=4 * 10.0 / np.sqrt(12 * 60))


def test_a_sensor_may_be_slow_from_the_start():
    clock = Clock(20.0, jitter=0.0, latency=AT_ONCE, slowdown=Slowdown((0.0, 0.0), 5.0))
    assert np.diff(measured(clock, count=50)) == pytest.approx(0.25)


def test_nominal_stamps_are_true():
    for config in (LidarConfig(), ImuConfig(), CameraConfig(), OdometryConfig()):
        assert (stamp_error(config.clock, count=500) == 0.0).all()


def test_stamps_drift_from_an_offset_by_what_is_drawn():
    clock = Clock(
        10.0, jitter=0.001, latency=AT_ONCE, stamps=Stamps((-0.01, 0.02), (-200.0, 100.0))
    )
    offsets, drifts = [], []
    for seed in range(80):
        times, error = measured(clock, seed, 600), stamp_error(clock, seed, 600)
        drift, offset = np.polyfit(times, error, 1)
        assert error == pytest.approx(offset + drift * times, abs=2e-6)
        drifts.append(1e6 * drift)
        offsets.append(offset)
    for drawn, low, high in ((offsets, -0.01, 0.02), (drifts, -200.0, 100.0)):
        span = high - low
        assert low - 1e-3 * span <= min(drawn) < low + 0.2 * span
        assert high - 0.2 * span < max(drawn) <= high + 1e-3 * span
        assert np.mean(drawn) == pytest.approx((low + high) / 2, abs=4 * span / np.sqrt(12 * 80))


def test_a_clock_is_held_near_the_true_time():
    clock = Clock(1.0, jitter=0.0, latency=AT_ONCE, stamps=Stamps((0.03, 0.03), (200.0, 200.0)))
    error = stamp_error(clock, count=1000)
    assert error[50] == pytest.approx(0.04, abs=2e-4)
    assert error[-1] == Stamps.LIMIT


def test_stamps_are_rounded_down_to_their_step():
    clock = Clock(30.0, jitter=0.001, latency=AT_ONCE, stamps=Stamps(step=0.001))
    assert all(tick.stamp_ns % 1_000_000 == 0 for tick in ticks(clock))
    error = stamp_error(clock)
    assert -0.001 < error.min() <= error.max() <= 0.0
    assert error.mean() == pytest.approx(-0.0005, abs=4 * 0.001 / np.sqrt(12 * COUNT))


@pytest.mark.parametrize('name', CLOCKS)
def test_one_seed_gives_the_same_ticks_and_another_others(name):
    clock = CLOCKS[name]
    assert ticks(clock, 3, 300) == ticks(clock, 3, 300)
    assert ticks(clock, 3, 300) != ticks(clock, 4, 300)


@pytest.mark.parametrize(
    'fault',
    [
        {'latency': Latency(0.1, 0.3)},
        {'dropout': 0.5},
        {'bursts': Bursts(0.4, 10.0)},
        {'outage': Outage((1.0, 2.0))},
        {'stamps': Stamps((0.01, 0.02), (100.0, 200.0))},
    ],
)
def test_what_happens_to_messages_leaves_the_measurements_as_they_were(fault):
    plain = {'rate': 20.0, 'jitter': 0.003, 'latency': AT_ONCE}
    assert np.array_equal(measured(Clock(**plain)), measured(Clock(**{**plain, **fault})))


@pytest.mark.parametrize(
    ('settings', 'field'),
    [
        ({'rate': 0.0}, 'rate'),
        ({'rate': float('nan')}, 'rate'),
        ({'rate': float('inf')}, 'rate'),
        ({'stamps': {'offset': [float('-inf'), 0.0]}}, 'stamps.offset'),
        ({'jitter': -0.1}, 'jitter'),
        ({'jitter_shape': 'cauchy'}, 'jitter_shape'),
        ({'dropout': 1.0}, 'dropout'),
        ({'phase': -0.1}, 'phase'),
        ({'slowdown': {'at': [0.0, 0.0], 'factor': 0.5}}, 'slowdown.factor'),
        ({'slowdown': {'at': [9.0, 3.0], 'factor': 2.0}}, 'slowdown.at'),
        ({'stamps': {'step': 0.02}}, 'stamps.step'),
        ({'stamps': {'drift_ppm': [10.0, -10.0]}}, 'stamps.drift_ppm'),
        ({'latency': {'minimum': 0.02, 'mean': 0.01}}, 'latency'),
    ],
)
def test_impossible_settings_are_refused_by_name(settings, field):
    valid = {'rate': 10.0, 'jitter': 0.0, 'latency': {'minimum': 0.0, 'mean': 0.0}}
    with pytest.raises(ConfigError, match=field):
        validated(Clock, {**valid, **settings}, 'clock')
