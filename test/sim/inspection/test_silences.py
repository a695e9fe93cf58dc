"""A drive heard again with a sensor silent."""

import numpy as np
import pytest

from liquid_control_sim.inspection.silences import answers, silences


@pytest.fixture(scope='module')
def heard(policy, drive):
    return [message for message in drive.messages if message.event.sensor in policy.sensors]


def test_with_nothing_silent_the_answers_are_those_of_the_drive(policy, drive, heard):
    again = answers(policy, heard, [True] * len(heard), drive.rules)
    mine = [message.event.sensor in policy.sensors for message in drive.messages]
    assert again == pytest.approx(drive.wanted[mine], abs=1e-5)


def test_answers_depart_from_the_silence_on_and_not_before(policy, drive):
    found = {one.sensor: one for one in silences(policy, drive, at=1.2)}
    assert set(found) == set(policy.sensors)
    for one in found.values():
        assert not one.departures[one.times < 1.2].any()
    lidar = found['lidar']
    assert np.all(lidar.rms > 1e-4)
    assert np.all(lidar.largest >= lidar.rms)
    assert lidar.largest == pytest.approx(np.abs(lidar.departures).max(axis=0))


def test_who_hears_nothing_more_keeps_to_the_last_word(policy, drive, heard):
    kept = [index < 50 for index in range(len(heard))]
    wanted = answers(policy, heard, kept, drive.rules)
    assert np.all(wanted[50:] == wanted[49])
    assert wanted[49].any()
