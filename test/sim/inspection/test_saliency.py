"""What an answer hangs on."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control.policy import GruSpec, Policy
from liquid_control_sim.inspection.saliency import LOOK_BACK, saliency
from liquid_control_sim.inspection.thoughts import thoughts


def first_seconds(drive, seconds, *lost):
    """The beginning of a drive, as if nothing of some sensors had come."""
    kept = [message.event.sensor not in lost for message in drive.messages]
    return replace(drive, accepted=drive.accepted & kept & (drive.times < seconds))


def test_contributions_add_up_to_the_answer_less_the_answer_to_nothing(found):
    hangs = found.saliency
    size = np.sqrt(np.mean((hangs.answers - hangs.to_nothing) ** 2, axis=0))
    assert np.all(hangs.missed < 0.05 * size)
    assert np.all(size > 0.05)


def test_the_answers_are_those_of_the_drive(found):
    hangs, drive = found.saliency, found.drive
    assert hangs.answers[-1] == pytest.approx(drive.wanted[-1], abs=0.1)
    assert np.all(np.diff(hangs.times) < 0.15)
    assert hangs.times[-1] - hangs.times[0] > 1.5 * LOOK_BACK


def test_a_sensor_that_never_spoke_contributes_nothing_but_its_age(policy, drive):
    hangs = saliency(policy, thoughts(policy, first_seconds(drive, 0.6, 'lidar', 'camera')))
    assert not hangs.features['camera'].any()
    assert not hangs.features['lidar'].any()
    assert not hangs.directions['lidar'].any()
    assert hangs.features['imu'].any()
    assert hangs.ages['camera'].any()


def test_it_looks_back_no_further_than_the_memory_does(policy, drive):
    """After a silence of all sensors an answer is due to what was heard since, and no more."""
    stamps = np.array([message.measured_s for message in drive.messages])
    lost = (stamps >= 0.3) & (stamps < 1.5)
    seen = thoughts(policy, replace(drive, accepted=drive.accepted & ~lost))
    assert np.count_nonzero(seen.resets) == 2
    hangs = saliency(policy, seen)
    size = np.sqrt(np.mean((hangs.answers - hangs.to_nothing) ** 2, axis=0))
    assert np.all(hangs.missed < 0.05 * size)


def test_a_lidar_is_told_by_direction(found):
    by_direction = found.saliency.directions['lidar']
    assert by_direction.shape == (len(found.saliency.times), 2, 90)
    assert np.isfinite(by_direction).all()
    assert by_direction.any()


def test_any_network_can_be_asked(policy, drive):
    gru = Policy(policy.spec.__class__(policy.spec.sensors, GruSpec(units=8)))
    seen = thoughts(gru, first_seconds(drive, 0.4))
    hangs = saliency(gru, seen)
    assert seen.time_constants.shape == (len(seen.times), 0)
    size = np.abs(hangs.answers - hangs.to_nothing).max(axis=0)
    assert np.all(hangs.missed < 0.05 * size)
