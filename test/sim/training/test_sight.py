"""An expert that sees no more than the policy slows down as the policy's eyes fall silent."""

import numpy as np
import pytest

from liquid_control.policy import PolicySpec
from liquid_control.schema import validated
from liquid_control.stream import Event
from liquid_control_sim.training.sight import Sight


def sight(*kinds, age_cap=1.0):
    sensors = {kind: {'type': kind} for kind in kinds}
    network = {'type': 'gru', 'units': 2}
    data = {'sensors': sensors, 'network': network, 'age_cap': age_cap}
    return Sight(validated(PolicySpec, data, 'test'))


def hear(seeing, sensor, seconds):
    seeing.note(Event(round(seconds * 1e9), sensor, np.zeros(1)))
    return seeing.share


@pytest.mark.parametrize(
    ('age', 'share'), [(0.0, 1.0), (0.5, 1.0), (0.75, 0.5), (1.0, 0.0), (9.0, 0.0)]
)
def test_the_older_the_newest_scan_the_slower_and_at_age_cap_it_rests(age, share):
    seeing = sight('lidar', 'imu')
    hear(seeing, 'lidar', 5.0)
    assert hear(seeing, 'imu', 5.0 + age) == pytest.approx(share)


def test_age_cap_sets_the_pace():
    seeing = sight('lidar', 'imu', age_cap=4.0)
    hear(seeing, 'lidar', 5.0)
    assert hear(seeing, 'imu', 8.0) == pytest.approx(0.5)


def test_who_has_not_seen_anything_yet_stands_until_a_scan_comes():
    seeing = sight('lidar', 'imu')
    assert hear(seeing, 'imu', 5.0) == 0.0
    assert hear(seeing, 'lidar', 5.01) == 1.0


def test_a_late_imu_sample_does_not_make_a_scan_younger_or_older():
    seeing = sight('lidar', 'imu')
    hear(seeing, 'lidar', 5.0)
    hear(seeing, 'imu', 5.75)
    assert hear(seeing, 'imu', 5.2) == pytest.approx(0.5)


def test_any_range_sensor_is_enough_and_a_camera_beside_it_is_none():
    seeing = sight('lidar', 'depth', 'camera')
    hear(seeing, 'lidar', 5.0)
    assert hear(seeing, 'depth', 7.0) == 1.0
    assert hear(seeing, 'camera', 9.0) == 0.0


def test_without_range_sensors_the_camera_is_the_eye_and_the_blind_by_birth_drive():
    seeing = sight('camera', 'imu')
    hear(seeing, 'camera', 5.0)
    assert hear(seeing, 'imu', 7.0) == 0.0
    assert hear(sight('odometry', 'imu'), 'imu', 7.0) == 1.0
