import math
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liquid_control.safety import Limiter, Limits
from liquid_control.safety.limiter import approach

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


def test_jerk_ramps_the_acceleration_up_and_lets_it_end_at_once():
    limiter = Limiter(Limits((1.0, 1.5), max_jerk=(5.0, 0.0)))
    velocities = drive(limiter, *[0.5] * 6)
    np.testing.assert_allclose(velocities, [0.05, 0.15, 0.30, 0.50, 0.50, 0.50], atol=1e-12)


def test_with_jerk_a_robot_that_is_told_to_brake_never_goes_on_to_accelerate():
    limiter = Limiter(Limits((1.0, 1.5), max_jerk=(5.0, 0.0)))
    before = drive(limiter, *[1.0] * 4)[-1]
    velocities = drive(limiter, *[0.0] * 10)
    np.testing.assert_allclose(velocities[:3], before - np.array([0.05, 0.15, 0.30]), atol=1e-12)
    assert velocities[-1] == 0.0


@pytest.mark.parametrize('none', [0.0, math.inf])
def test_no_jerk_limit_is_zero_or_infinite(none):
    assert drive(Limiter(Limits(max_jerk=(none, none))), 1.0, 1.0) == [0.2, 0.4]


def test_the_deadband_silences_a_slow_command_and_lets_the_ramp_go_on():
    limiter = Limiter(Limits(deadband_velocity=(0.3, 0.0)))
    np.testing.assert_allclose(
        drive(limiter, 1.0, 1.0, 1.0, 0.0), [0.0, 0.4, 0.6, 0.3], atol=1e-12
    )
    assert drive(limiter, 0.29) == [0.0]


def test_it_knows_how_long_a_stop_takes_on_the_slower_axis():
    assert Limits((1.5, 1.5), (-0.5, -1.5), (2.0, 4.0), (-3.0, -6.0)).braking_s == 0.5
    assert Limits((0.3, 1.5), (0.0, -3.0), (2.0, 4.0), (-3.0, -6.0)).braking_s == 0.5


def test_scaled_velocities_leave_a_standstill_on_the_arc():
    limiter = Limiter(Limits((1.0, 1.5), scale_velocities=True))
    linear, angular = limiter.limit(np.array([1.0, 0.5]), 0.1)
    assert linear == pytest.approx(0.2)
    assert angular == pytest.approx(0.1)
    linear, angular = Limiter(Limits((1.0, 1.5))).limit(np.array([1.0, 0.5]), 0.1)
    assert angular == pytest.approx(0.4)


def test_an_overruled_limiter_speeds_up_from_what_was_really_commanded():
    limiter = Limiter(LIMITS)
    drive(limiter, *[1.0] * 10)
    limiter.overrule(np.zeros(2))
    assert limiter.last.tolist() == [0.0, 0.0]
    assert drive(limiter, 1.0) == [0.2]


def test_overruled_by_its_own_command_it_goes_on():
    limiter = Limiter(Limits(max_jerk=(5.0, 0.0), deadband_velocity=(0.2, 0.0)))
    for _ in range(3):
        limiter.overrule(limiter.limit(np.array([1.0, 0.0]), 0.1))
    assert limiter.last[0] == pytest.approx(0.3)


@pytest.mark.parametrize(
    ('command', 'message'),
    [
        (np.array([math.nan, 0.0]), 'wanted two finite numbers'),
        (np.zeros(3), r'command has shape \(3,\), wanted \(2,\)'),
    ],
)
def test_what_overrules_must_be_a_command(command, message):
    with pytest.raises(ValueError, match=message):
        Limiter(LIMITS).overrule(command)


def test_a_command_beyond_new_limits_brakes_into_them():
    limiter = Limiter(LIMITS)
    drive(limiter, *[1.0] * 10)
    limiter.limits = Limits((0.5, 1.5), max_deceleration=(-1.0, -1.0))
    np.testing.assert_allclose(drive(limiter, *[1.0] * 6), [0.9, 0.8, 0.7, 0.6, 0.5, 0.5])


def axes(low, high):
    return st.tuples(st.floats(low, high), st.floats(low, high))


limits = st.builds(
    Limits,
    max_velocity=axes(0.0, 3.0),
    min_velocity=axes(-3.0, 0.0),
    max_acceleration=axes(0.01, 20.0),
    max_deceleration=axes(-20.0, -0.01),
    max_jerk=st.one_of(st.just((0.0, 0.0)), axes(0.0, 50.0)),
    scale_velocities=st.booleans(),
)
calls = st.lists(st.tuples(targets, durations), max_size=30)


@settings(deadline=None)
@given(limits, calls)
def test_no_command_ever_breaks_a_limit(limits, calls):
    limiter, last, slope = Limiter(limits), np.zeros(2), np.zeros(2)
    for target, dt in calls:
        command = limiter.limit(np.array(target), dt)
        change = command - last
        assert np.isfinite(command).all()
        assert (command <= limits.max_velocity).all()
        assert (command >= limits.min_velocity).all()
        faster = np.where(command * last >= 0.0, np.abs(command) - np.abs(last), np.abs(command))
        assert (faster <= np.multiply(limits.max_acceleration, dt) + 1e-9).all()
        rate = np.maximum(limits.max_acceleration, np.negative(limits.max_deceleration))
        assert (np.abs(change) <= rate * dt + 1e-9).all()
        if dt > 0.0:
            before = np.maximum(np.sign(change) * slope, 0.0)
            jerk = np.where(np.array(limits.max_jerk) == 0.0, np.inf, limits.max_jerk)
            assert (np.abs(change) <= (before + jerk * dt) * dt + 1e-9).all()
            slope = change / dt
        last = command


@settings(deadline=None)
@given(limits, calls, axes(0.0, 1.0))
def test_a_deadband_passes_or_silences_what_the_ramp_says(limits, calls, deadband):
    ramp, silenced = Limiter(limits), Limiter(replace(limits, deadband_velocity=deadband))
    for target, dt in calls:
        wished = ramp.limit(np.array(target), dt)
        command = silenced.limit(np.array(target), dt)
        np.testing.assert_array_equal(command, np.where(np.abs(wished) < deadband, 0.0, wished))


@settings(deadline=None)
@given(calls)
def test_without_the_new_limits_both_axes_follow_their_own_ramp_to_the_bit(calls):
    limiter, ramp = Limiter(LIMITS), [0.0, 0.0]
    for target, dt in calls:
        wished = target if np.isfinite(target).all() else (0.0, 0.0)
        for axis in range(2):
            low, high = LIMITS.min_velocity[axis], LIMITS.max_velocity[axis]
            aim = min(max(wished[axis], low), high)
            rates = LIMITS.max_acceleration[axis], -LIMITS.max_deceleration[axis]
            ramp[axis] = approach(ramp[axis], aim, dt, *rates)
        assert limiter.limit(np.array(target), dt).tolist() == ramp


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
        ('max_velocity', (-1.0, 1.0), 'max_velocity (linear) is -1, wanted >= 0, finite'),
        ('min_velocity', (0.0, 1.5), 'min_velocity (angular) is 1.5, wanted <= 0, finite'),
        ('max_acceleration', (0.0, 1.0), 'max_acceleration (linear) is 0, wanted > 0, finite'),
        ('max_deceleration', (3.0, 6.0), 'max_deceleration (linear) is 3, wanted < 0, finite'),
        ('max_velocity', (1.0,), 'max_velocity is (1.0,), wanted two numbers (linear, angular)'),
        ('max_velocity', (1.0, math.nan), 'max_velocity (angular) is nan, wanted >= 0, finite'),
        ('max_velocity', (math.inf, 1.0), 'max_velocity (linear) is inf, wanted >= 0, finite'),
        ('max_jerk', (-1.0, 0.0), 'max_jerk (linear) is -1, wanted >= 0'),
        (
            'deadband_velocity',
            (0.0, -0.1),
            'deadband_velocity (angular) is -0.1, wanted >= 0, finite',
        ),
        ('max_velocity', 'fast', "max_velocity is 'fast', wanted two numbers (linear, angular)"),
    ],
)
def test_an_impossible_limit_is_refused_by_name(field, value, message):
    with pytest.raises(ValueError, match=f'^{re.escape(message)}$'):
        Limits(**{field: value})
