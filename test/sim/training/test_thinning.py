"""A thinned drive is what sparser sensors would have told of it, and rests when it is blind."""

import numpy as np
import pytest

from liquid_control.policy import PolicySpec
from liquid_control.schema import validated
from liquid_control_sim.training.episode import arranged
from liquid_control_sim.training.sight import share
from liquid_control_sim.training.thinning import thinned

SEEDS = range(300)


def spec(**fields):
    sensors = {'lidar': {'type': 'lidar', 'beams': 48}, 'odometry': {'type': 'odometry'}}
    network = {'type': 'gru', 'units': 2}
    return validated(PolicySpec, {'sensors': sensors, 'network': network, **fields}, 'test')


def drive(seconds=10.0, lidar_hz=20.0, odometry_hz=50.0):
    """Values that are their own stamps, and labels of one."""
    parts = []
    for column, rate in enumerate((lidar_hz, odometry_hz)):
        stamps_ns = np.arange(0.0, seconds, 1.0 / rate) * 1e9 + column
        parts += [(int(stamp), column) for stamp in stamps_ns]
    stamps, spoke = (np.array(column) for column in zip(*sorted(parts), strict=True))
    return {
        'stamps_ns': stamps.astype(np.int64),
        'sensors': spoke.astype(np.uint8),
        'labels': np.ones((len(stamps), 2), np.float32),
        'value_lidar': stamps[spoke == 0],
        'value_odometry': stamps[spoke == 1],
    }


WHOLE = drive()


def ages(thin):
    return arranged(thin, spec()).ages[:, 0]


@pytest.mark.parametrize('seed', SEEDS[:40])
def test_what_is_left_keeps_its_stamp_value_and_order(seed):
    thin = thinned(WHOLE, spec(), np.random.default_rng(seed))
    assert np.all(np.diff(thin['stamps_ns']) >= 0)
    assert set(thin['stamps_ns']) <= set(WHOLE['stamps_ns'])
    assert len(thin['labels']) == len(thin['sensors']) == len(thin['stamps_ns'])
    for column, name in enumerate(('lidar', 'odometry')):
        own = thin['stamps_ns'][thin['sensors'] == column]
        np.testing.assert_array_equal(thin[f'value_{name}'], own)


def test_rates_reach_from_all_to_a_tenth():
    thins = [thinned(WHOLE, spec(), np.random.default_rng(seed)) for seed in SEEDS]
    rates = np.array([np.sum(thin['sensors'] == 1) for thin in thins]) / 500
    assert np.mean(rates == 1.0) > 0.3
    assert np.quantile(rates[rates > 0.0], 0.05) < 0.25


def test_a_sensor_of_its_own_motion_dies_now_and_then_and_labels_stay():
    dead = late = 0
    for seed in SEEDS:
        thin = thinned(WHOLE, spec(), np.random.default_rng(seed))
        spoke = np.flatnonzero(thin['sensors'] == 1)
        if ages(thin).max() < 0.5:
            assert np.all(thin['labels'] == 1.0)
            dead += not len(spoke)
            late += len(spoke) > 0 and thin['stamps_ns'][-1] - thin['stamps_ns'][spoke[-1]] > 1e9
    assert dead > 5
    assert late > 5


def test_a_slow_sensor_is_not_made_so_slow_that_nothing_can_be_known():
    slow = drive(lidar_hz=3.0)
    thins = [thinned(slow, spec(), np.random.default_rng(seed)) for seed in SEEDS]
    seeing = [np.sum(thin['sensors'] == 0) for thin in thins if ages(thin)[-1] < 1.0]
    assert len(seeing) > 200
    assert np.mean(np.array(seeing) < 13) < 0.1


def test_labels_are_the_slower_the_longer_no_scan_came():
    blinded = 0
    for seed in SEEDS:
        thin = thinned(WHOLE, spec(), np.random.default_rng(seed))
        age = ages(thin)
        np.testing.assert_allclose(thin['labels'][:, 0], share(age, 1.0), atol=1e-5)
        blinded += bool(age[-1] > 1.0)
    assert 40 < blinded < 90


def test_words_that_were_slow_already_are_not_slowed_twice():
    slow = drive(lidar_hz=1.3)
    slowed = {**slow, 'labels': share(ages(slow), 1.0)[:, None].astype(np.float32).repeat(2, 1)}
    assert slowed['labels'].min() < 0.6
    for seed in SEEDS[:40]:
        thin = thinned(slowed, spec(), np.random.default_rng(seed))
        np.testing.assert_allclose(thin['labels'][:, 1], share(ages(thin), 1.0), atol=1e-5)


def test_a_drive_of_one_event_stays_one():
    single = {name: array[:1] for name, array in WHOLE.items()}
    for seed in SEEDS[:40]:
        assert len(thinned(single, spec(), np.random.default_rng(seed))['stamps_ns']) == 1
