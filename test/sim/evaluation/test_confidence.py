"""Intervals of rates and means."""

import numpy as np
import pytest

from liquid_control_sim.evaluation.confidence import bootstrap, wilson


@pytest.mark.parametrize(
    ('successes', 'trials', 'low', 'high'),
    [(20, 20, 0.8389, 1.0), (0, 20, 0.0, 0.1611), (81, 263, 0.2553, 0.3662), (0, 0, 0.0, 1.0)],
)
def test_rates_have_the_intervals_of_the_literature(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_the_interval_of_a_mean_is_that_of_the_normal_where_there_are_many():
    values = np.random.default_rng(1).normal(3.0, 2.0, 1000)
    low, high = bootstrap(values.tolist())
    spread = 1.96 * 2.0 / np.sqrt(1000)
    assert high - low == pytest.approx(2 * spread, rel=0.1)
    assert low < values.mean() < high


def test_the_same_values_have_the_same_interval():
    assert bootstrap([1.0, 2.0, 5.0]) == bootstrap([1.0, 2.0, 5.0])


def test_of_nothing_there_is_no_mean():
    assert bootstrap([]) == (0.0, 0.0)
