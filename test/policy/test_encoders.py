import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from liquid_control.goal import distance_and_bearing
from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    OdometrySpec,
    PolicySpec,
)
from liquid_control.policy.encoders import build_encoder

SPECS = [
    LidarSpec(beams=48, pool=4),
    ImuSpec(),
    CameraSpec(width=16, height=12),
    CameraSpec(width=16, height=12, channels=1),
    CameraSpec(width=16, height=12, stride=4),
    DepthSpec(width=16, height=12),
    DepthSpec(width=16, height=12, stride=4),
    OdometrySpec(),
    GoalSpec(),
]
EXTREME = [math.nan, math.inf, -math.inf, 0.0, -1.0, 1e-30, 3e38]


def encode(spec, values):
    torch.manual_seed(0)
    encoder = build_encoder(spec)
    with torch.no_grad():
        return encoder(torch.from_numpy(encoder.prepare(np.asarray(values, spec.dtype)))).numpy()


@pytest.mark.parametrize('spec', SPECS)
def test_features_are_bounded_and_of_the_size_that_the_spec_says(spec):
    values = np.random.default_rng(0).normal(0, 3, (5, *spec.shape)) * 40
    values = np.abs(values) if spec.type in ('camera', 'goal') else values
    features = encode(spec, values)
    assert features.shape == (5, spec.features)
    assert np.abs(features).max() <= 1.0


@pytest.mark.parametrize('spec', SPECS)
def test_messages_encoded_together_are_as_encoded_alone(spec):
    values = np.random.default_rng(0).uniform(0, 5, (4, *spec.shape)).astype(spec.dtype)
    alone = np.concatenate([encode(spec, values[i : i + 1]) for i in range(4)])
    np.testing.assert_allclose(encode(spec, values), alone, atol=1e-6)


@pytest.mark.parametrize('spec', [LidarSpec(beams=48, pool=4), DepthSpec(width=16, height=12)])
@pytest.mark.parametrize('value', EXTREME)
def test_distances_of_any_kind_give_finite_features(spec, value):
    values = np.full((1, *spec.shape), 2.0)
    values.flat[: values.size // 2] = value
    assert np.isfinite(encode(spec, values)).all()
    assert np.isfinite(encode(spec, np.full((1, *spec.shape), value))).all()


def test_unknown_depth_is_told_from_near_and_far():
    spec = DepthSpec(width=16, height=12)
    unknown, near, far = (
        encode(spec, np.full((1, 12, 16), value)) for value in (math.nan, -math.inf, math.inf)
    )
    assert np.abs(unknown - near).max() > 1e-3
    assert np.abs(unknown - far).max() > 1e-3
    np.testing.assert_array_equal(far, encode(spec, np.full((1, 12, 16), spec.range_max)))
    np.testing.assert_array_equal(near, encode(spec, np.zeros((1, 12, 16))))


@given(st.floats(0, 1e9), st.floats(-10, 10))
def test_a_goal_anywhere_is_three_bounded_numbers(distance, bearing):
    prepared = build_encoder(GoalSpec()).prepare(np.array([[distance, bearing]]))
    assert prepared.shape == (1, 3)
    assert np.abs(prepared).max() <= 1.0


def test_at_the_goal_its_bearing_makes_no_difference():
    here = build_encoder(GoalSpec()).prepare(np.array([[0.0, -3.0], [0.0, 1.0], [1e-4, 2.0]]))
    np.testing.assert_allclose(here, [[1, 0, 0]] * 3, atol=2e-4)


def test_a_goal_behind_is_the_same_on_either_side_of_the_cut():
    prepare = build_encoder(GoalSpec()).prepare
    behind = prepare(np.array([[4.0, math.pi], [4.0, -math.pi]]))
    np.testing.assert_allclose(behind[0], behind[1], atol=1e-6)


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-10, 10), st.floats(-3, 3))
def test_distance_and_bearing_lead_to_the_goal(x, y, yaw, away):
    goal_x, goal_y = x + away, y - 2 * away
    distance, bearing = distance_and_bearing((x, y, yaw), goal_x, goal_y).astype(float)
    assert abs(bearing) <= math.pi + 1e-6
    assert x + distance * math.cos(yaw + bearing) == pytest.approx(goal_x, abs=1e-4)
    assert y + distance * math.sin(yaw + bearing) == pytest.approx(goal_y, abs=1e-4)


def test_a_camera_is_rgb_if_nobody_says_otherwise():
    assert CameraSpec().shape == (48, 64, 3)
    assert CameraSpec(channels=1).shape == (48, 64, 1)
    with pytest.raises(ValidationError):
        CameraSpec(channels=2)


@pytest.mark.parametrize(
    ('first', 'last'), [(1.0, 1.0), (1.0, -1.0), (-4.0, 4.0), (math.nan, 1.0), (-1e30, 1.0)]
)
def test_a_lidar_that_looks_nowhere_is_refused(first, last):
    with pytest.raises(ValueError, match='angle_m'):
        build_encoder(LidarSpec(angle_min=first, angle_max=last))


@pytest.mark.parametrize(
    'name', ['', 'Front', '2nd', 'a.b', 'a b', 'x' * 33, '_a', 'keys', 'eval']
)
def test_a_sensor_needs_a_name_that_a_parameter_and_a_module_can_have(name):
    with pytest.raises(ValidationError):
        PolicySpec(sensors={name: ImuSpec()}, network=LtcSpec(NcpSpec()))


def test_a_policy_has_any_sensors_of_any_names():
    names = ('front_lidar', 'rear_lidar', 'imu', 'imu2', 'wheels', 'goal', 'depth')
    specs = (
        LidarSpec(),
        LidarSpec(),
        ImuSpec(),
        ImuSpec(),
        OdometrySpec(),
        GoalSpec(),
        DepthSpec(),
    )
    spec = PolicySpec(sensors=dict(zip(names, specs, strict=True)), network=LtcSpec(NcpSpec()))
    assert tuple(spec.sensors) == names


@pytest.mark.parametrize(
    'spec',
    [
        {'type': 'camera', 'width': 65536, 'height': 65536},
        {'type': 'depth', 'width': 65536},
        {'type': 'lidar', 'beams': 2**31},
        {'type': 'imu', 'features': 10**9},
    ],
)
def test_a_spec_of_absurd_size_is_refused_before_anything_is_built(spec):
    with pytest.raises(ValidationError):
        PolicySpec(sensors={'sensor': spec}, network=LtcSpec(NcpSpec()))
