"""The clock's coin: fair, the same for all who know the time, and steady for a few seconds."""

import numpy as np

from liquid_control.coin import TOSS_NS, toss, tosses

NOW_NS = 1_750_000_000_000_000_000


def test_it_lies_as_it_fell_until_the_next_toss():
    begin = NOW_NS // TOSS_NS * TOSS_NS
    assert {toss(begin + share * TOSS_NS // 10) for share in range(10)} == {toss(begin)}


def test_of_each_two_tosses_one_falls_to_either_side():
    pair = NOW_NS // (2 * TOSS_NS) * 2
    fallen = tosses(TOSS_NS * (pair + np.arange(4096))).reshape(-1, 2)
    np.testing.assert_array_equal(fallen.sum(1), 0.0)


def test_which_side_comes_first_is_fair_and_tells_nothing_of_the_next():
    pair = NOW_NS // (2 * TOSS_NS) * 2
    first = tosses(TOSS_NS * (pair + 2 * np.arange(4096)))
    assert set(first) == {-1.0, 1.0}
    for lag in range(1, 5):
        assert abs(np.mean(first[lag:] * first[:-lag])) < 0.06  # four standard errors
    assert abs(first.mean()) < 0.06


def test_many_stamps_at_once_fall_as_each_alone():
    stamps_ns = NOW_NS + np.random.default_rng(0).integers(0, 100 * TOSS_NS, 200)
    np.testing.assert_array_equal(tosses(stamps_ns), [toss(int(each)) for each in stamps_ns])


def test_no_stamps_no_tosses():
    assert tosses(np.zeros(0, np.int64)).shape == (0,)
