import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.safety import Limiter, Limits

LIMITS = Limits((1.0, 1.5), (-0.5, -1.5), (2.0, 4.0), (-3.0, -6.0))
anything = st.floats(allow_nan=True, allow_infinity=True)
targets = st.tuples(anything, anything)
durations = st.floats(0.0, 0.5)


def drive(limiter, *targets, dt=0.1):
    return [limiter.limit(np.array([v, 0.0]), dt)[0] for v in targets]


def test_speeds_up_with_the_acceleration_and_brakes_with_the_deceleration():
    velocities = drive(Limiter(LIMITS), 1.0, 1.0, 1.0, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(velocities, [0.2, 0.4, 0.6, 0.3, 0.0, 0.0], atol=1e-12)


def test_reversing_brakes_first_and_accelerates_with_the_time_that_is_left():
    limiter = Limiter(LIMITS)
    drive(limiter, 1.0)
    np.testing.assert_allclose(drive(limiter, -1.0), [-2.0 * (0.1 - 0.2 / 3.0)], atol=1e-12)


def test_a_target_that_is_no_number_brakes_and_is_counted():
    limiter = Limiter(LIMITS)
    drive(limiter, 1.0, 1.0)
    np.testing.assert_allclose(drive(limiter, math.nan, math.inf), [0.1, 0.0], atol=1e-12)
    assert limiter.rejected == 2


def test_one_axis_that_is_no_number_brakes_both():
    limiter = Limiter(LIMITS)
    limiter.limit(np.array([1.0, 1.0]), 1.0)
    linear, angular = limiter.limit(np.array([math.nan, 1.0]), 0.1)
    assert linear < 1.0
    assert angular < 1.0


@pytest.mark.parametrize('dt', [0.0, -1.0, math.nan, math.inf])
def test_without_time_the_command_does_not_change(dt):
    limiter = Limiter(LIMITS)
    before = limiter.limit(np.array([1.0, 1.0]), 0.1)
    np.testing.assert_array_equal(limiter.limit(np.array([-1.0, -1.0]), dt), before)


def test_after_a_reset_it_starts_from_zero():
    limiter = Limiter(LIMITS)
    drive(limiter, 1.0, 1.0, 1.0)
    limiter.reset()
    assert limiter.last.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(drive(limiter, 1.0), [0.2])


def test_without_more_said_the_robot_does_not_drive_backwards():
    assert Limiter(Limits()).limit(np.array([-1.0, 0.0]), 1.0)[0] == 0.0


def test_a_target_of_another_shape_is_an_error():
    with pytest.raises(ValueError, match=r'target has shape \(3,\), wanted \(2,\)'):
        Limiter(LIMITS).limit(np.zeros(3), 0.1)


@settings(deadline=None)
@given(st.lists(st.tuples(targets, durations), max_size=30))
def test_no_command_ever_breaks_a_limit(calls):
    limiter = Limiter(LIMITS)
    last = np.zeros(2)
    for target, dt in calls:
        command = limiter.limit(np.array(target), dt)
        assert np.isfinite(command).all()
        assert (command <= LIMITS.max_velocity).all()
        assert (command >= LIMITS.min_velocity).all()
        faster = np.where(np.sign(command) == np.sign(last), np.abs(command) - np.abs(last), 0.0)
        assert (faster <= np.multiply(LIMITS.max_acceleration, dt) + 1e-9).all()
        assert (np.abs(command - last) <= -np.multiply(LIMITS.max_deceleration, dt) + 1e-9).all()
        last = command


@settings(deadline=None)
@given(targets, st.floats(0.001, 0.3), st.floats(0.001, 0.3))
def test_two_short_calls_come_as_far_as_one_long_one(target, first, second):
    once, twice = Limiter(LIMITS), Limiter(LIMITS)
    for limiter in (once, twice):
        limiter.limit(np.array([0.7, -1.0]), 1.0)
    twice.limit(np.array(target), first)
    together = twice.limit(np.array(target), second)
    np.testing.assert_allclose(together, once.limit(np.array(target), first + second), atol=1e-9)


@pytest.mark.parametrize(
    ('field', 'value', 'message'),
    [
        ('max_velocity', (-1.0, 1.0), 'max_velocity (linear) is -1, wanted >= 0'),
        ('min_velocity', (0.0, 1.5), 'min_velocity (angular) is 1.5, wanted <= 0'),
        ('max_acceleration', (0.0, 1.0), 'max_acceleration (linear) is 0, wanted > 0'),
        ('max_deceleration', (3.0, 6.0), 'max_deceleration (linear) is 3, wanted < 0'),
        ('max_velocity', (1.0,), 'max_velocity is (1.0,), wanted two numbers (linear, angular)'),
        ('max_velocity', (1.0, math.nan), 'max_velocity is (1.0, nan), wanted finite numbers'),
        ('max_velocity', 'fast', "max_velocity is 'fast', wanted two numbers (linear, angular)"),
    ],
)
def test_an_impossible_limit_is_refused_by_name(field, value, message):
    with pytest.raises(ValueError, match=f'^{re.escape(message)}$'):
        Limits(**{field: value})
