"""The robot moves as mechanics says, and the world is stepped to exact times."""

import math

import numpy as np
import pytest

from liquid_control.safety.limiter import Limiter, Limits
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Imu, ImuConfig
from liquid_control_sim.worlds import Box

JACKAL = scenario().robot

START_NS = 1_000_000_000
PERFECT = ImuConfig(gyro_noise=0.0, gyro_bias=0.0, accelerometer_noise=0.0, accelerometer_bias=0.0)


@pytest.fixture
def drive(room):
    """Makes the physics of a robot that has driven with one command for a while."""

    def after(v: float, w: float, seconds: float) -> Physics:
        physics = Physics(room(half_size=(30.0, 30.0)), JACKAL, START_NS)
        physics.command(v, w)
        physics.advance(START_NS + round(seconds * 1e9))
        return physics

    return after


@pytest.mark.parametrize('v', [0.5, 1.0, 2.0])
def test_straight_line(drive, v):
    physics = drive(v, 0.0, 2.0)
    begin = physics.pose[0]
    physics.advance(physics.now_ns + 3_000_000_000)
    x, y, yaw = physics.pose
    assert x - begin == pytest.approx(3.0 * v, rel=0.005)
    assert y == pytest.approx(0.0, abs=1e-3)
    assert yaw == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize('w', [-1.5, 0.5, 1.5])
def test_turning_on_the_spot(drive, w):
    physics = drive(0.0, w, 2.0)
    x, y, yaw = physics.pose
    assert math.hypot(x, y) < 0.01
    assert yaw == pytest.approx(w * (2.0 - JACKAL.motor_lag), rel=0.03)
    assert physics.twist[1] == pytest.approx(w, rel=0.01)


@pytest.mark.parametrize(('v', 'w'), [(1.0, 0.5), (1.0, -1.5), (2.0, 1.0)])
def test_circle_has_the_radius_v_over_w(drive, v, w):
    physics = drive(v, w, 1.0)
    places = []
    for step in range(1, 200):
        physics.advance(START_NS + 1_000_000_000 + step * 40_000_000)
        places.append(physics.pose[:2])
    x, y = np.array(places).T
    design = np.stack([x, y, np.ones_like(x)], axis=1)
    (a, b, c), *_ = np.linalg.lstsq(design, x**2 + y**2, rcond=None)
    assert math.sqrt(c + (a**2 + b**2) / 4) == pytest.approx(abs(v / w), rel=0.02)


def test_wheel_odometry_agrees_with_the_truth_on_a_dry_floor(drive):
    physics = drive(0.0, 0.0, 0.1)
    limiter = Limiter(Limits())
    for _ in range(500):
        physics.command(*limiter.limit(np.array([1.0, 0.7]), 0.01))
        physics.advance(physics.now_ns + 10_000_000)
    x, y, yaw = physics.pose
    odometry = physics.odometry
    assert math.dist((odometry.x, odometry.y), (x, y)) < 0.05
    assert math.remainder(odometry.yaw - yaw, math.tau) == pytest.approx(0.0, abs=0.03)
    assert (odometry.v, odometry.w) == pytest.approx((1.0, 0.7), rel=0.01)
    assert physics.distance_m == pytest.approx(5.0 - 0.25 - JACKAL.motor_lag, rel=0.01)


def measured(physics: Physics) -> np.ndarray:
    physics.refresh()
    return Imu(PERFECT, physics, np.random.default_rng(0)).measure()


def test_imu_at_rest_shows_gravity_upwards(drive):
    assert measured(drive(0.0, 0.0, 1.0)) == pytest.approx([0, 0, 0, 0, 0, 9.81], abs=0.02)


@pytest.mark.parametrize(('v', 'w'), [(1.0, 1.5), (2.0, -1.0)])
def test_imu_on_a_circle_shows_the_turn_and_the_centripetal_acceleration(drive, v, w):
    *_, gyro_z, forward, left, up = measured(drive(v, w, 3.0))
    assert gyro_z == pytest.approx(w, rel=0.02)
    assert left == pytest.approx(v * w, rel=0.03)
    assert forward == pytest.approx(0.0, abs=0.15)
    assert up == pytest.approx(9.81, abs=0.05)


def test_time_is_exact_however_it_is_cut(room):
    physics = Physics(room(), JACKAL, START_NS)
    rng = np.random.default_rng(1)
    for _ in range(200):
        target = physics.now_ns + int(rng.choice([0, 1, 999, 4_999_999, 5_000_001, 33_333_333]))
        physics.advance(target)
        assert physics.now_ns == target
    assert np.isfinite(physics.data.qpos).all()


def test_the_past_is_refused(room):
    with pytest.raises(ValueError, match='cannot advance'):
        Physics(room(), JACKAL, START_NS).advance(START_NS - 1)


def test_a_wall_stops_the_robot_and_is_one_collision(room):
    block = Box(2.0, 0.0, 0.0, 0.2, 1.0, 1.0, (0.5, 0.5, 0.5))
    physics = Physics(room(block), JACKAL, START_NS)
    physics.advance(START_NS + 500_000_000)
    assert not physics.in_collision
    assert physics.impact_mps is None
    physics.command(1.0, 0.0)
    physics.advance(START_NS + 5_000_000_000)
    assert physics.in_collision
    assert physics.collisions == 1
    assert physics.impact_mps == pytest.approx(1.0, abs=0.05)
    assert physics.pose[0] == pytest.approx(1.8 - JACKAL.length / 2, abs=0.05)


def test_who_bumps_into_a_robot_that_stands_makes_no_impact_of_its_own(room):
    physics = Physics(room(), JACKAL, START_NS)
    physics.advance(START_NS + 100_000_000)
    physics.place_beacon(JACKAL.length / 2, 0.0)
    physics.advance(START_NS + 110_000_000)
    assert physics.collisions == 1
    assert physics.impact_mps < 0.01


def test_the_beacon_is_solid_where_it_was_moved_to(room):
    physics = Physics(room(), JACKAL, START_NS)
    physics.place_beacon(5.0, 5.0)
    physics.advance(START_NS + 100_000_000)
    physics.place_beacon(1.5, 0.0)
    physics.command(1.0, 0.0)
    physics.advance(START_NS + 3_000_000_000)
    assert physics.collisions == 1
    assert physics.pose[0] < 1.5
