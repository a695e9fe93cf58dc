"""One seed, one stream of messages; and the stream is asynchronous as configured."""

from collections import defaultdict

import numpy as np
import pytest

from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation


def driven(seed: int, seconds: float, speed: float = 0.2) -> list[Message]:
    simulation = Simulation(scenario(), seed)
    messages = []
    while simulation.elapsed < seconds:
        messages.append(simulation.next_message())
        simulation.command(speed, 0.5 * np.sin(3.0 * simulation.elapsed))
    return messages


@pytest.fixture(scope='module')
def stream() -> list[Message]:
    return driven(seed=5, seconds=10.0)


def test_one_seed_gives_the_same_bits(stream):
    again = driven(seed=5, seconds=10.0)
    assert again == stream
    assert all(
        a.event.value.tobytes() == b.event.value.tobytes()
        for a, b in zip(again, stream, strict=True)
    )


def test_other_seeds_and_other_commands_give_other_bits(stream):
    assert driven(seed=6, seconds=1.0) != stream[: len(driven(seed=6, seconds=1.0))]
    faster = driven(seed=5, seconds=2.0, speed=0.4)
    assert faster != stream[: len(faster)]


def test_every_sensor_speaks_at_its_rate(stream):
    sensors = scenario().sensors
    counts = defaultdict(int)
    for message in stream:
        counts[message.event.sensor] += 1
    for name in ('lidar', 'imu', 'camera'):
        clock = getattr(sensors, name).clock
        assert counts[name] == pytest.approx(10.0 * clock.rate, rel=0.1)


def test_stamps_rise_per_sensor_but_arrive_out_of_order_across_sensors(stream):
    stamps = defaultdict(list)
    for message in stream:
        stamps[message.event.sensor].append(message.event.stamp_ns)
    assert all((np.diff(own) > 0).all() for own in stamps.values())
    arrived = np.array([message.event.stamp_ns for message in stream])
    assert (np.diff(arrived) < 0).mean() > 0.1
    assert (np.diff([message.delivered_ns for message in stream]) >= 0).all()
    assert all(message.delivered_ns > message.event.stamp_ns for message in stream)


def test_the_clock_is_at_the_delivery_and_never_at_zero():
    simulation = Simulation(scenario(), seed=1)
    assert simulation.now_ns == simulation.start_ns >= 1_000_000_000
    for _ in range(100):
        assert simulation.next_message().delivered_ns == simulation.now_ns


def test_a_drive_begins_at_a_time_of_its_own_and_messages_know_it():
    simulations = [Simulation(scenario(), seed) for seed in (1, 1, 2, 3)]
    starts = [simulation.start_ns for simulation in simulations]
    assert starts[0] == starts[1]
    assert len(set(starts)) == 3
    for simulation in simulations:
        message = simulation.next_message()
        assert 0.0 <= message.measured_s < message.delivered_s == simulation.elapsed < 0.1


def test_running_to_a_time_gives_the_same_messages_as_one_by_one():
    one_by_one, at_once = Simulation(scenario(), 4), Simulation(scenario(), 4)
    singles = [one_by_one.next_message() for _ in range(150)]
    until = at_once.run_until(singles[-1].delivered_ns)
    assert [(m.event.sensor, m.event.stamp_ns, m.delivered_ns) for m in until] == [
        (m.event.sensor, m.event.stamp_ns, m.delivered_ns) for m in singles
    ]
    assert at_once.now_ns == singles[-1].delivered_ns
    assert at_once.run_until(at_once.now_ns + 1) == []


def test_a_standing_robot_counts_no_distance_and_no_collision():
    simulation = Simulation(scenario(), seed=8)
    before = simulation.pose
    simulation.run_until(simulation.start_ns + 3_000_000_000)
    assert simulation.pose == pytest.approx(before, abs=0.005)
    assert simulation.distance_m < 0.01
    assert simulation.collisions == 0


def test_an_image_on_its_way_still_shows_the_beacon_that_was_there():
    simulation = Simulation(scenario(), seed=11)
    last = next_image(simulation)
    period, travelled = 66_667_000, 15_000_000
    simulation.run_until(last.event.stamp_ns + period + travelled)
    jump_ns, old = simulation.now_ns, simulation.task.beacon_xy
    simulation.task.update((*old, 0.0), simulation.elapsed)
    on_its_way, later = next_image(simulation), next_image(simulation)
    assert on_its_way.event.stamp_ns < jump_ns < on_its_way.delivered_ns
    assert (on_its_way.beacon, later.beacon) == (0, 1)
    assert len(simulation.task.reached) == 1
    assert simulation.task.beacon_xy != old


def next_image(simulation: Simulation) -> Message:
    while True:
        message = simulation.next_message()
        if message.event.sensor == 'camera':
            return message
