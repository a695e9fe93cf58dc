"""A robot's parameter file serves every policy, and a slip of the pen is never left alone."""

import pytest

from liquid_control.nodes.names import find_unheard
from liquid_control.nodes.parameters import ParameterError
from liquid_control.policy import CameraSpec, GoalSpec, LidarSpec

HEARD = {'lidar': LidarSpec(), 'goal': GoalSpec()}
KNOWN = ['max_lag', 'lidar.type', 'lidar.topic', 'lidar.x', 'goal.type', 'guard.footprint']
LIDAR = {'lidar.topic': 'scan'}
IMU = {'imu.type': 'imu', 'imu.topic': 'imu/data', 'imu.max_repeats': 50}


def unheard(given, sensors=HEARD):
    return find_unheard(given, KNOWN, sensors)


def test_a_sensor_with_a_type_that_the_policy_does_not_hear_is_taken_note_of():
    camera = {'camera.type': 'compressed_image', 'camera.required': False}
    given = {'max_lag': 0.3, **LIDAR, **IMU, **camera, 'use_sim_time': True}
    assert unheard(given) == ('imu', 'camera')


def test_a_second_sensor_of_a_heard_type_is_one_too():
    rear = {'rear.type': 'point_cloud2', 'rear.min_height': 0.1}
    assert unheard({**LIDAR, **rear}) == ('rear',)


def test_nothing_given_is_nothing_unheard():
    assert unheard({}) == ()


@pytest.mark.parametrize(
    ('given', 'said'),
    [
        (
            {**LIDAR, 'imu.topic': 'imu/data'},
            'imu.topic is unknown: the policy hears no imu; if it is another sensor of the robot, '
            'give imu.type, too',
        ),
        (
            {**LIDAR, 'imu.type': 'imuu'},
            "imu.type is 'imuu', wanted laser_scan or point_cloud2 or",
        ),
        ({**LIDAR, 'imu.type': [1.0]}, 'imu.type is [1.0], wanted laser_scan'),
        ({**LIDAR, **IMU, 'imu.tpoic': 'a'}, 'imu.tpoic is unknown, did you mean imu.topic?'),
        ({**LIDAR, **IMU, 'imu.x': 0.1}, 'imu.x is unknown'),
        ({'lidar.tpoic': 'scan'}, 'lidar.tpoic is unknown, did you mean lidar.topic?'),
        ({**LIDAR, 'lidr.topic': 'scan'}, 'lidr.topic is unknown, did you mean lidar.topic?'),
        ({**LIDAR, 'guard.type': 'laser_scan'}, 'guard.type is unknown'),
        ({'max_laag': 0.1}, 'max_laag is unknown, did you mean max_lag?'),
    ],
)
def test_what_is_no_sensor_or_not_a_sensors_is_an_error(given, said):
    with pytest.raises(ParameterError) as error:
        unheard(given)
    assert str(error.value).startswith(f'parameter {said}')


@pytest.mark.parametrize('order', [1, -1])
def test_a_misspelt_sensor_is_not_taken_for_another_one(order):
    given = {'lidr.type': 'laser_scan', 'lidr.topic': 'front/scan', **IMU}
    with pytest.raises(ParameterError) as error:
        unheard(dict(list(given.items())[::order]))
    assert str(error.value) == (
        'parameter lidr: the policy hears no lidr, but a lidar, for which nothing is given: call '
        'it lidar, or give lidar.type as well'
    )


def test_a_sensor_of_another_kind_does_not_stand_in_for_one_without_parameters():
    assert unheard(IMU) == ('imu',)
    with pytest.raises(ParameterError, match=r'parameter eye: .* but a camera'):
        unheard({'eye.type': 'image'}, {'camera': CameraSpec()})
