"""Messages take the time, and are lost as often and as long, as is configured."""

import math

import numpy as np
import pytest

from liquid_control.schema import ConfigError, validated
from liquid_control_sim.sensors import Bursts, Clock, Latency, Outage
from liquid_control_sim.sensors.delivery import LOST, Delivery

AT_ONCE = Latency(0.0, 0.0)
SPARSE_US = 10_000_000
"""Between measurements that do not wait for each other."""


def arrivals(
    count: int,
    period_us: int = 10_000,
    latency: Latency = AT_ONCE,
    dropout: float = 0.0,
    bursts: Bursts | None = None,
    outage: Outage | None = None,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Times of measurement and of arrival, microseconds [count]."""
    delivery = Delivery(latency, dropout, bursts, outage, np.random.default_rng(seed))
    measured = np.arange(1, count + 1) * period_us
    arrived = [delivery.arrivals(some) for some in np.array_split(measured, count // 64 + 1)]
    return measured, np.concatenate(arrived)


def lost(count: int, **faults: object) -> np.ndarray:
    return arrivals(count, **faults)[1] == LOST


def runs(flags: np.ndarray) -> np.ndarray:
    """Lengths of the runs of True that begin and end within."""
    changes = np.flatnonzero(np.diff(flags.astype(int)))
    begin = 0 if not flags[0] else 1
    edges = changes[begin:]
    return np.diff(edges[: len(edges) // 2 * 2])[::2]


@pytest.mark.parametrize(
    ('tail', 'deviation', 'kurtosis', 'beyond'),
    [
        ('exponential', 1.0, 9.0, math.exp(-5.0)),
        ('lognormal', math.sqrt(math.e - 1), 113.9, math.erfc((math.log(5) + 0.5) / 2**0.5) / 2),
    ],
)
def test_latency_has_its_minimum_its_mean_and_its_tail(tail, deviation, kurtosis, beyond):
    count, excess = 40_000, 0.020
    measured, arrived = arrivals(count, SPARSE_US, Latency(0.010, 0.030, tail))
    times = (arrived - measured) * 1e-6
    assert 0.010 - 1e-6 <= times.min() < 0.012
    spread = deviation * excess
    assert times.mean() == pytest.approx(0.030, abs=4 * spread / np.sqrt(count))
    assert times.std() == pytest.approx(spread, rel=2 * np.sqrt((kurtosis - 1) / count))
    error = 4 * np.sqrt(beyond / count)
    assert (times > 0.010 + 5 * excess).mean() == pytest.approx(beyond, abs=error)


def test_delays_come_as_often_and_last_as_long_as_configured():
    count, share = 40_000, 0.05
    latency = Latency(0.010, 0.010, delayed=share, delay=0.2)
    measured, arrived = arrivals(count, SPARSE_US, latency)
    excess = (arrived - measured) * 1e-6 - 0.010
    delays = excess[excess > 1e-6]
    assert len(delays) / count == pytest.approx(share, abs=4 * np.sqrt(share / count))
    assert delays.mean() == pytest.approx(0.2, rel=4 / np.sqrt(len(delays)))


def test_a_message_behind_a_slow_one_waits_for_it():
    measured, arrived = arrivals(5000, 10_000, Latency(0.0, 0.05))
    alone = arrivals(5000, SPARSE_US, Latency(0.0, 0.05))
    travel = alone[1] - alone[0]
    assert (np.diff(arrived) > 0).all()
    # Never earlier than it could be, and where it is later, right behind the one before.
    assert (arrived >= measured + travel).all()
    late = np.flatnonzero(arrived > measured + travel)
    assert len(late) > 1000
    assert (arrived[late] == arrived[late - 1] + 1).all()


@pytest.mark.parametrize('dropout', [0.02, 0.4])
def test_dropout_loses_its_share_one_by_one(dropout):
    count = 20_000
    gone = lost(count, dropout=dropout)
    spread = np.sqrt(dropout * (1 - dropout) / count)
    assert gone.mean() == pytest.approx(dropout, abs=4 * spread)
    # Independent: a lost one says nothing of the next.
    assert gone[1:][gone[:-1]].mean() == pytest.approx(dropout, abs=4 * spread / np.sqrt(dropout))


@pytest.mark.parametrize(('share', 'length'), [(0.1, 8.0), (0.5, 20.0), (0.3, 1.0)])
def test_bursts_have_their_share_and_their_length(share, length):
    count = 40_000
    gone = lost(count, bursts=Bursts(share, length))
    leave, enter = 1 / length, share / (1 - share) / length
    memory = 1 - leave - enter
    spread = np.sqrt(share * (1 - share) * (1 + memory) / (1 - memory) / count)
    assert gone.mean() == pytest.approx(share, abs=4 * spread)
    lengths = runs(gone)
    spread = length * np.sqrt(1 - leave)
    assert lengths.mean() == pytest.approx(length, abs=4 * spread / np.sqrt(len(lengths)) + 1e-9)
    pauses = runs(~gone)
    assert pauses.mean() == pytest.approx(1 / enter, rel=4 / np.sqrt(len(pauses)))


def test_bursts_may_be_under_way_at_the_start():
    first = [lost(1, bursts=Bursts(0.3, 10.0), seed=seed)[0] for seed in range(400)]
    assert np.mean(first) == pytest.approx(0.3, abs=4 * np.sqrt(0.3 * 0.7 / 400))


def test_a_sensor_dies_and_comes_back_for_as_long_as_is_drawn():
    period, count = 0.01, 200_000
    gone = lost(count, outage=Outage((5.0, 15.0), (2.0, 4.0)))
    dead, alive = runs(gone) * period, runs(~gone) * period
    for times, low, high in ((dead, 2.0, 4.0), (alive, 5.0, 15.0)):
        assert low - period <= times.min() < low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) < times.max() <= high + period
        error = 4 * (high - low) / np.sqrt(12 * len(times))
        assert times.mean() == pytest.approx((low + high) / 2, abs=error)


def test_a_sensor_that_dies_for_good_dies_once_at_a_time_of_the_range():
    deaths = []
    for seed in range(100):
        gone = lost(2000, outage=Outage((5.0, 15.0)), seed=seed)
        death = int(np.argmax(gone))
        assert gone[death:].all()
        assert not gone[:death].any()
        deaths.append((death + 1) * 0.01)
    assert 5.0 <= min(deaths) < 6.0
    assert 14.0 < max(deaths) <= 15.01
    assert np.mean(deaths) == pytest.approx(10.0, abs=4 * 10.0 / np.sqrt(12 * 100))


def test_a_lost_message_holds_nobody_up():
    slow = Latency(0.0, 0.05)
    _, all_arrive = arrivals(2000, latency=slow)
    _, some = arrivals(2000, latency=slow, dropout=0.5)
    there = some != LOST
    assert (some[there] <= all_arrive[there]).all()
    assert (some[there] < all_arrive[there]).any()


@pytest.mark.parametrize(
    ('more', 'same'),
    [
        ({'bursts': Bursts(0.2, 5.0)}, {'dropout': 0.1}),
        ({'outage': Outage((3.0, 5.0))}, {'dropout': 0.1, 'bursts': Bursts(0.2, 5.0)}),
        ({'dropout': 0.3}, {'bursts': Bursts(0.2, 5.0)}),
    ],
)
def test_another_fault_loses_more_and_spares_none(more, same):
    before, after = lost(1000, **same), lost(1000, **same, **more)
    assert (after | before).sum() == after.sum() > before.sum()


def test_the_clock_hands_its_faults_to_the_delivery():
    clock = Clock(
        50.0, jitter=0.001, latency=Latency(0.3, 0.3), outage=Outage((2.0, 2.0)), dropout=0.5
    )
    ticks = clock.ticks(np.random.default_rng(0), 0)
    drawn = [next(ticks) for _ in range(200)]
    arrived = [tick for tick in drawn if tick.delivered_ns is not None]
    assert max(tick.measured_ns for tick in arrived) < 2_000_000_000
    assert 25 < len(arrived) < 75
    assert {tick.delivered_ns - tick.measured_ns for tick in arrived} == {300_000_000}


@pytest.mark.parametrize(
    ('kind', 'settings', 'message'),
    [
        (Latency, {'minimum': -0.1, 'mean': 0.1}, 'minimum'),
        (Latency, {'minimum': 0.02, 'mean': 0.01}, 'minimum <= mean'),
        (Latency, {'minimum': 0.0, 'mean': 0.01, 'delayed': 1.1}, 'delayed'),
        (Latency, {'minimum': 0.0, 'mean': 0.01, 'tail': 'heavy'}, 'tail'),
        (Bursts, {'share': 0.6, 'length': 1.0}, 'at most 0.5'),
        (Bursts, {'share': 0.1, 'length': 0.5}, 'length'),
        (Outage, {'after': [3.0, 1.0]}, 'after'),
        (Outage, {'after': [1.0, 3.0], 'lasts': [0.0, 0.0]}, 'lasts'),
        (Outage, {'after': [-1.0, 3.0]}, 'after'),
    ],
)
def test_impossible_settings_are_refused_by_name(kind, settings, message):
    with pytest.raises(ConfigError, match=message):
        validated(kind, settings, 'settings')
