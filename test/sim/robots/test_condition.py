"""What a robot is like is drawn once per episode, within its ranges."""

import numpy as np
import pytest

from liquid_control_sim.robots import Condition, Variation

RANGES = Variation(
    friction=(0.5, 1.0),
    motor_gain=(0.9, 1.1),
    motor_lag=(0.8, 1.5),
    delay=(0.01, 0.08),
    payload=(0.0, 5.0),
    payload_x=(-0.1, 0.1),
    payload_y=(-0.05, 0.05),
)


def drawn(variation: Variation, seeds: int) -> list[Condition]:
    return [variation.draw(np.random.default_rng(seed)) for seed in range(seeds)]


def test_without_ranges_nothing_varies():
    assert set(drawn(Variation(), 20)) == {Condition()}


@pytest.mark.parametrize('name', ['friction', 'motor_lag', 'delay', 'payload'])
def test_a_range_is_filled_evenly(name):
    least, greatest = getattr(RANGES, name)
    values = np.array([getattr(condition, name) for condition in drawn(RANGES, 400)])
    assert values.min() >= least
    assert values.max() <= greatest
    share, _ = np.histogram(values, bins=4, range=(least, greatest))
    assert share.min() > 60  # of 100; 5 standard deviations are 43


def test_the_wheels_differ_and_the_payload_has_a_place():
    conditions = drawn(RANGES, 50)
    assert all(left != right for left, right in (c.motor_gain for c in conditions))
    assert max(abs(c.payload_at[0]) for c in conditions) <= 0.1
    assert max(abs(c.payload_at[1]) for c in conditions) <= 0.05


def test_one_seed_gives_one_condition_and_another_seed_another():
    assert drawn(RANGES, 5) == drawn(RANGES, 5)
    assert len(set(drawn(RANGES, 5))) == 5


def test_what_one_range_draws_does_not_depend_on_the_others():
    alone = Variation(delay=RANGES.delay)
    assert [c.delay for c in drawn(alone, 5)] == [c.delay for c in drawn(RANGES, 5)]


def test_a_delay_is_whole_nanoseconds():
    assert Condition(delay=0.0400000004).delay_ns == 40_000_000
