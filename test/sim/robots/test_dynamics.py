"""Motors, tyres and payload against closed form: g = 9.81 m/s^2, speeds m/s, times s."""

import math
from dataclasses import replace

import numpy as np
import pytest

from liquid_control_sim.physics import Physics
from liquid_control_sim.robots import Condition, RobotConfig
from liquid_control_sim.scenario import scenario
from liquid_control_sim.worlds import Patch

JACKAL = scenario().robot
START_NS = 1_000_000_000
G = 9.81
WHEEL = 0.06 * JACKAL.mass * 2 * JACKAL.wheel_radius**2 / 5 + JACKAL.armature
"""Inertia of a wheel and its motor around the axle: an ellipsoid's is m (a^2 + c^2) / 5."""


@pytest.fixture
def place(room):
    """Makes the physics of a robot that stands on a wide floor with these patches."""

    def make(
        robot: RobotConfig = JACKAL, patches: tuple[Patch, ...] = (), **condition: object
    ) -> Physics:
        layout = replace(room(half_size=(40.0, 40.0)), patches=patches)
        return Physics(layout, robot, START_NS, condition=Condition(**condition))

    return make


def run(physics: Physics, v: float, w: float, seconds: float) -> Physics:
    physics.command(v, w)
    physics.advance(physics.now_ns + round(seconds * 1e9))
    return physics


def speed_up(physics: Physics, v: float, seconds: float) -> Physics:
    """Rise to v evenly, then hold it for a second."""
    for share in np.linspace(0.0, 1.0, round(50 * seconds)):
        run(physics, v * share, 0.0, 0.02)
    return run(physics, v, 0.0, 1.0)


def stopping_distance(physics: Physics) -> float:
    before = physics.pose[0]
    run(physics, 0.0, 0.0, 5.0)
    assert physics.twist == pytest.approx((0.0, 0.0), abs=2e-3)
    return physics.pose[0] - before


@pytest.mark.parametrize('lag', [0.08, 0.3])
def test_a_step_is_followed_exponentially(place, lag):
    """v(t) = V (1 - (a exp(-t / a) - b exp(-t / b)) / (a - b)): the motors' lag a, and the time b
    in which they bring the wheels and half of the robot each to the speed wanted. Integrated, the
    way is x(t) = V (t - a - b + (a^2 exp(-t / a) - b^2 exp(-t / b)) / (a - b)).
    """
    physics = place(replace(JACKAL, motor_lag=lag))
    physics.command(0.2, 0.0)
    driven, t = [], np.arange(1, 25) * 0.02
    for _ in t:
        physics.advance(physics.now_ns + 20_000_000)
        driven.append(physics.odometry.x)
    inertia = WHEEL + JACKAL.mass * JACKAL.wheel_radius**2 / 2
    a, b = lag, inertia / JACKAL.speed_gain
    tail = (a**2 * np.exp(-t / a) - b**2 * np.exp(-t / b)) / (a - b)
    assert driven == pytest.approx((0.2 * (t - a - b + tail)).tolist(), abs=1e-3)


def test_a_sluggish_robot_lags_by_its_factor(place):
    slow, usual = place(motor_lag=2.0), place(replace(JACKAL, motor_lag=2 * JACKAL.motor_lag))
    assert run(slow, 0.5, 0.3, 0.2).pose == run(usual, 0.5, 0.3, 0.2).pose


def test_braking_distance_is_speed_times_lag(place):
    assert stopping_distance(speed_up(place(), 1.0, 1.0)) == pytest.approx(
        1.0 * JACKAL.motor_lag, rel=0.25
    )


@pytest.mark.parametrize(('friction', 'v'), [(0.10, 1.0), (0.10, 2.0), (0.25, 2.0)])
def test_sliding_to_a_stop_takes_the_distance_that_friction_allows(place, friction, v):
    """s = v^2 / 2a.

    The wheels are slowed down at once and slide: a = mu N / m. Braking presses the front caster,
    which has no friction and is l ahead of the axle, and relieves the wheels: N = m g - m a h / l.
    The mass is at the height of the axle, h. So a = mu g / (1 + mu h / l).
    """
    mu, caster = friction * JACKAL.wheel_friction, 0.36 * JACKAL.length
    a = mu * G / (1.0 + mu * JACKAL.wheel_radius / caster)
    physics = speed_up(place(friction=friction), v, 3.0)
    assert physics.twist[0] == pytest.approx(v, rel=0.01)
    assert stopping_distance(physics) == pytest.approx(v**2 / (2 * a), rel=0.05)


@pytest.mark.parametrize('payload', [0.0, 10.0])
def test_weak_motors_need_longer_to_stop_a_payload(place, payload):
    """s = v^2 / 2a, a = (2 T / r) / (m + payload + 2 J / r^2), with J the inertia of a wheel and
    its motor around the axle.
    """
    torque, v = 0.5, 1.0
    robot = replace(JACKAL, motor_lag=0.002, max_torque=torque)
    inertia = JACKAL.mass + payload + 2 * WHEEL / JACKAL.wheel_radius**2
    a = 2 * torque / JACKAL.wheel_radius / inertia
    physics = speed_up(place(robot, payload=payload), v, 4.0)
    assert stopping_distance(physics) == pytest.approx(v**2 / (2 * a), rel=0.05)


def test_a_payload_on_one_side_presses_the_wheel_there(place):
    left, right = (wheel_loads(place(payload=5.0, payload_at=(0.0, y)))[0] for y in (0.15, -0.15))
    share = 5.0 * G * (0.5 + 0.15 / JACKAL.track)
    assert left == pytest.approx(JACKAL.mass * G / 2 + share, rel=0.03)
    assert right < left - 20.0


def wheel_loads(physics: Physics) -> list[float]:
    """Force of the floor on the left and the right wheel, N."""
    physics.advance(START_NS + 1_000_000_000)
    physics.refresh()
    contacts = physics.data.contact
    forces = {}
    for index, pair in enumerate(contacts.geom):
        first = contacts.efc_address[index]
        forces[int(pair.max())] = float(physics.data.efc_force[first])
    return [forces[physics.model.geom(name).id] for name in ('left', 'right')]


def test_a_weak_wheel_turns_the_robot_and_the_odometry_knows(place):
    physics = place(motor_gain=(0.95, 1.05))
    run(physics, 1.0, 0.0, 3.0)
    assert physics.twist == pytest.approx((1.0, 0.1 / JACKAL.track), rel=0.01)
    assert physics.odometry.yaw == pytest.approx(physics.pose[2], abs=0.03)


@pytest.mark.parametrize('delay_ns', [0, 1, 40_000_000, 123_456_789])
def test_a_command_acts_exactly_after_the_delay(place, delay_ns):
    physics = place(delay=delay_ns * 1e-9)
    physics.advance(START_NS + 300_000_000)
    physics.command(1.0, 0.0)
    physics.advance(START_NS + 300_000_000 + delay_ns)
    assert physics.twist[0] == pytest.approx(0.0, abs=1e-4)
    prompt = place()
    prompt.advance(START_NS + 300_000_000)
    prompt.advance(START_NS + 300_000_000 + delay_ns)
    prompt.command(1.0, 0.0)
    for one in (physics, prompt):
        one.advance(START_NS + 300_000_000 + delay_ns + 77_000_000)
    assert physics.twist[0] > 0.3
    assert physics.data.qpos.tobytes() == prompt.data.qpos.tobytes()


def test_commands_under_way_arrive_in_order_and_none_is_lost(place):
    """A command every 10 ms, each 35 ms on its way: the wheels follow the last that arrived."""
    physics, prompt = place(delay=0.035), place()
    for step in range(20):
        physics.command(0.05 * step, 0.2)
        physics.advance(physics.now_ns + 10_000_000)
    prompt.advance(START_NS + 35_000_000)
    for step in range(20):
        prompt.command(0.05 * step, 0.2)
        prompt.advance(prompt.now_ns + 10_000_000)
    physics.advance(prompt.now_ns)
    assert physics.pose == pytest.approx(prompt.pose, abs=1e-4)
    assert physics.twist == pytest.approx(prompt.twist, abs=1e-3)


def test_wheels_spin_on_a_wet_patch_and_the_odometry_overestimates(place):
    """Starting on a wet patch at full throttle, the robot gains at most mu g in speed."""
    wet = Patch(0.0, 0.0, 0.5, 0.05)
    physics = run(place(patches=(wet,)), 1.5, 0.0, 0.5)
    mu = 0.05 * JACKAL.wheel_friction
    assert physics.twist[0] < 1.05 * mu * G * 0.5
    assert physics.odometry.v > 1.3
    assert physics.odometry.x > 3 * physics.pose[0]
    dry = run(place(), 1.5, 0.0, 0.5)
    assert dry.odometry.x == pytest.approx(dry.pose[0], rel=0.1)


def test_behind_the_patch_the_floor_holds_again(place):
    """It slides to the patch's edge, and there stands within what is dry braking."""
    wet = Patch(2.0, 0.0, 0.7, 0.02)
    physics = place(patches=(wet,))
    speed_up(physics, 1.0, 1.0)
    assert 1.3 < physics.pose[0] < 1.7
    stopping_distance(physics)
    assert 2.65 < physics.pose[0] < 2.8
    again = speed_up(physics, 1.0, 1.0)
    assert stopping_distance(again) == pytest.approx(JACKAL.motor_lag, rel=0.25)


def test_a_patch_under_one_wheel_alone_turns_the_robot_when_it_brakes(place):
    left_only = Patch(3.0, 0.3 + JACKAL.track / 2, 0.5, 0.02)
    physics = place(replace(JACKAL, motor_lag=0.002), patches=(left_only,))
    speed_up(physics, 1.0, 2.0)
    while physics.pose[0] < 2.8:
        run(physics, 1.0, 0.0, 0.01)
    run(physics, 0.0, 0.0, 0.1)
    assert physics.pose[2] < -0.03


def test_of_patches_that_overlap_the_more_slippery_counts(place):
    ice, damp = Patch(0.0, 0.0, 1.0, 0.05), Patch(0.2, 0.0, 1.0, 0.5)
    both = run(place(patches=(damp, ice)), 1.0, 0.0, 0.3)
    assert both.pose == run(place(patches=(ice,)), 1.0, 0.0, 0.3).pose
    assert both.pose != run(place(patches=(damp,)), 1.0, 0.0, 0.3).pose


def test_the_condition_drawn_is_known_and_one_seed_gives_the_same_episode():
    from liquid_control_sim.simulation import Simulation

    config = scenario(
        robot={'type': 'jackal', 'variation': {'payload': [1.0, 5.0], 'delay': [0.0, 0.1]}},
        sensors={'camera': None, 'lidar': None},
    )
    first, again, other = Simulation(config, 3), Simulation(config, 3), Simulation(config, 4)
    for simulation in (first, again, other):
        simulation.command(0.5, 0.5)
        simulation.run_until(simulation.start_ns + 500_000_000)
    assert first.condition == again.condition != other.condition
    assert 1.0 <= first.condition.payload <= 5.0
    assert first.pose == again.pose
    assert math.isfinite(other.pose[0])
