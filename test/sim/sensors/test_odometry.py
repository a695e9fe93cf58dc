"""Odometry is what the wheels say: right on a dry floor, and wrong as is configured."""

import math
from dataclasses import replace

import numpy as np
import pytest

from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Odometry, OdometryConfig, OdometryReading

JACKAL = scenario().robot
PERFECT = OdometryConfig(velocity_noise=0.0)
PERIOD_NS = 33_333_333


@pytest.fixture
def start(room):
    """A robot at rest in a large room; what it is made of can be changed."""

    def make(**changes: float) -> Physics:
        return Physics(room(half_size=(30.0, 30.0)), replace(JACKAL, **changes), 1_000_000_000)

    return make


def odometers(config: OdometryConfig, physics: Physics, count: int) -> list[Odometry]:
    return [Odometry(config, physics, np.random.default_rng(seed)) for seed in range(count)]


def driven(
    physics: Physics, watching: list[Odometry], v: float, w: float, seconds: float
) -> list[OdometryReading]:
    """Their last readings, after they have all measured at 30 Hz on the way."""
    physics.command(v, w)
    for _ in range(round(seconds * 1e9) // PERIOD_NS):
        physics.advance(physics.now_ns + PERIOD_NS)
        read = [odometry.measure() for odometry in watching]
    return read


@pytest.mark.parametrize(('v', 'w'), [(1.0, 0.0), (0.8, 1.5), (0.0, -2.0), (-0.5, 0.3)])
def test_perfect_wheels_tell_the_way_and_the_velocity(start, v, w):
    physics = start()
    [odometry] = odometers(PERFECT, physics, 1)
    driven(physics, [odometry], v, w, 1.0)
    [reading] = driven(physics, [odometry], v, w, 3.0)
    wheels = physics.odometry
    assert reading.pose == pytest.approx((wheels.x, wheels.y, wheels.yaw), abs=2e-3)
    assert reading.velocity.dtype == np.float32
    assert reading.velocity == pytest.approx([v, w], rel=0.02, abs=0.01)


def test_the_frame_begins_where_the_robot_starts(room):
    physics = Physics(room(start=(3.0, -2.0, 2.0)), JACKAL, 1_000_000_000)
    [odometry] = odometers(PERFECT, physics, 1)
    x, y, yaw = odometry.measure().pose
    assert (x, y, yaw) == (0.0, 0.0, 0.0)
    x, y, _ = driven(physics, [odometry], 0.5, 0.0, 2.0)[0].pose
    assert x == pytest.approx(math.dist(physics.pose[:2], (3.0, -2.0)), rel=0.02)
    assert y == pytest.approx(0.0, abs=0.01)


def test_velocity_noise_is_a_share_of_the_velocity(start):
    count, physics = 500, start()
    watching = odometers(OdometryConfig(velocity_noise=0.05), physics, count)
    velocities = np.stack([r.velocity for r in driven(physics, watching, 0.5, 1.0, 1.5)])
    tolerance = 4 / np.sqrt(2 * count)
    assert velocities.std(axis=0) == pytest.approx(0.05 * velocities.mean(axis=0), rel=tolerance)
    assert np.corrcoef(velocities.T)[0, 1] == pytest.approx(0.0, abs=4 / np.sqrt(count))
    poses = {r.pose for r in driven(physics, watching, 0.5, 1.0, 0.1)}
    assert len(poses) == 1


def test_worn_wheels_bend_a_straight_line(start):
    count, scale, physics = 400, 0.02, start()
    watching = odometers(OdometryConfig(wheel_scale=scale), physics, count)
    poses = np.array([reading.pose for reading in driven(physics, watching, 1.0, 0.0, 3.0)])
    way = physics.odometry.x
    tolerance = 4 / np.sqrt(2 * count)
    yaws = poses[:, 2]
    assert yaws.std() == pytest.approx(way * scale * math.sqrt(2) / JACKAL.track, rel=tolerance)
    arcs = poses[:, 0] / np.sinc(yaws / np.pi)
    assert arcs.std() == pytest.approx(way * scale / math.sqrt(2), rel=tolerance)
    # The end of an arc that begins straight ahead is seen under half of its turn.
    assert np.arctan2(poses[:, 1], poses[:, 0]) == pytest.approx(yaws / 2, abs=5e-3)


def test_the_heading_wanders_with_the_root_of_the_way(start):
    count, walk, physics = 400, 0.05, start()
    watching = odometers(OdometryConfig(heading_walk=walk), physics, count)
    tolerance = 4 / np.sqrt(2 * count)
    for seconds in (1.5, 3.0):
        yaws = [reading.pose[2] for reading in driven(physics, watching, 1.0, 0.0, seconds)]
        grown = math.sqrt(physics.odometry.x)
        assert np.std(yaws) == pytest.approx(walk * grown, rel=tolerance)
    driven(physics, watching, 0.0, 0.0, 1.0)
    before = [odometry.measure().pose[2] for odometry in watching]
    resting = [reading.pose[2] for reading in driven(physics, watching, 0.0, 0.0, 2.0)]
    assert np.abs(np.subtract(resting, before)).max() < 0.01


def test_encoders_count_in_steps_and_lose_none(start):
    step, physics = 0.1, start()
    fine, coarse = (
        Odometry(replace(PERFECT, encoder_step=s), physics, np.random.default_rng(0))
        for s in (0.0, step)
    )
    ways = []
    for _ in range(60):
        exact, counted = driven(physics, [fine, coarse], 0.3, 0.0, 0.04)
        ways.append(counted.pose[0])
        assert counted.pose[0] == pytest.approx(exact.pose[0], abs=step * JACKAL.wheel_radius)
    moves = np.diff(ways) / (step * JACKAL.wheel_radius)
    assert np.abs(moves - np.rint(2 * moves) / 2).max() < 1e-3, 'each wheel moves half the robot'
    assert len(set(np.rint(2 * moves))) > 1


def test_slipping_wheels_tell_of_a_way_that_the_robot_has_not_gone(start):
    physics = start(wheel_friction=0.02)
    [odometry] = odometers(PERFECT, physics, 1)
    [reading] = driven(physics, [odometry], 2.0, 0.0, 1.5)
    gone = math.hypot(*physics.pose[:2])
    assert reading.pose[0] == pytest.approx(2.0 * (1.5 - JACKAL.motor_lag), rel=0.05)
    assert gone < 0.5 * reading.pose[0]


def test_one_seed_gives_the_same_bits(start):
    config = OdometryConfig(wheel_scale=0.02, heading_walk=0.05)
    physics = start()
    watching = odometers(config, physics, 2) + odometers(config, physics, 2)
    first, second, again, _ = driven(physics, watching, 1.0, 0.5, 1.0)
    assert first.pose == again.pose != second.pose
    assert first.velocity.tolist() == again.velocity.tolist() != second.velocity.tolist()
