"""Whether time constants move when the world changes."""

import numpy as np
import pytest

from liquid_control.policy import load_bundle
from liquid_control_sim.drive import Drive
from liquid_control_sim.inspection.changes import Change, Episode, NoChange, changes
from liquid_control_sim.inspection.driven import driven
from liquid_control_sim.inspection.thoughts import thoughts
from liquid_control_sim.paths import share
from liquid_control_sim.scenario import scenario


def made_up(changed_after):
    """Of two neurons at 0.01 and 0.04 s that become so long in the second half."""
    usual = np.tile([0.01, 0.04], (10, 1))
    after = np.arange(10) >= 5
    changed = np.where(after[:, None], changed_after, usual)
    layers = {'motor': range(1), 'command': range(1, 2)}
    nothing = (np.zeros(2), np.zeros(2))
    return Change(
        'rates', '', 0.1 * np.arange(10), after, changed, usual, ('', ''), nothing, layers
    )


def test_a_shift_tells_before_after_and_the_same_seconds_unchanged():
    motor, command = made_up([0.02, 0.01]).shifts()
    assert (motor.layer, command.layer) == ('motor', 'command')
    assert (motor.before, motor.after, motor.same_seconds) == pytest.approx((0.01, 0.02, 0.01))
    assert motor.factors == pytest.approx((2.0,) * 5)
    assert motor.same_way is None
    assert command.factors == pytest.approx((0.25,) * 5)


def test_until_the_change_both_drives_are_the_same_to_the_last_bit(found):
    rates, light, _ = found.changes
    for change in (rates, light):
        assert change.grid[change.after][0] == pytest.approx(1.2, abs=0.03)
        assert np.array_equal(change.changed[change.before], change.unchanged[change.before])
        assert not np.array_equal(change.changed[change.after], change.unchanged[change.after])


def test_on_the_same_way_only_the_messages_are_other_ones(found):
    rates, light, friction = found.changes
    for change in (rates, light):
        assert change.same_way.shape == change.unchanged.shape
        assert np.array_equal(change.same_way[change.before], change.unchanged[change.before])
        assert not np.array_equal(change.same_way[change.after], change.unchanged[change.after])
    assert isinstance(friction, NoChange) or friction.same_way is None


def test_what_cannot_change_is_left_out_and_says_why():
    config = scenario(task={'type': 'goal', 'timeout': 1.2}, world='clutter')
    policy = load_bundle(share() / 'models' / 'goal')
    drive = driven(policy, Drive(config, 1), 1)
    episode = Episode(policy, config, 1, drive, thoughts(policy, drive))
    rates, light, friction = changes(episode, 0.6)
    assert isinstance(rates, Change)
    assert light == NoChange('light', 'the policy has no camera')
    assert friction == NoChange('friction', 'world clutter has no wet patches')


def test_a_sensor_that_slows_down_anyway_is_not_slowed_down_again(policy, drive, seen):
    config = scenario(task={'type': 'beacon', 'timeout': 1.0}, faults='slow_lidar')
    rates, *_ = changes(Episode(policy, config, 3, drive, seen), 0.5)
    assert rates == NoChange('rates', 'a sensor of the scenario slows down already')
