"""What is noted of an episode."""

import math

import pytest

from liquid_control_sim.evaluation.trace import Trace
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation


def drive(command, seconds=2.0, task='goal'):
    simulation = Simulation(scenario(task=task, sensors={'camera': None}), 4)
    trace = Trace(simulation)
    while simulation.elapsed < seconds:
        simulation.next_message()
        simulation.command(*command(simulation.elapsed))
        trace.note()
    return simulation, trace


def test_who_stands_has_no_jerk_and_who_stutters_has_much():
    still = drive(lambda _: (0.0, 0.0))[1].jerk
    steady = drive(lambda t: (0.1 * t, 0.0))[1].jerk
    stutter = drive(lambda t: (0.3 * (int(t / 0.2) % 2), 0.0))[1].jerk
    assert still < 0.05
    assert still < steady < stutter / 3


def test_clearance_is_that_of_the_body():
    simulation, trace = drive(lambda _: (0.0, 0.0), seconds=0.5)
    x, y, _ = simulation.layout.start
    centre = float(simulation.layout.clearance([[x, y]])[0])
    assert centre - 0.334 <= trace.clearance_m <= centre - 0.21


def test_the_shortest_way_is_no_shorter_than_the_straight_one():
    simulation, trace = drive(lambda _: (0.0, 0.0), seconds=0.1)
    straight = math.dist(simulation.layout.start[:2], simulation.task.target) - 1.0
    assert straight - 0.15 <= trace.shortest_m < 2 * straight


def test_without_a_target_there_is_no_shortest_way():
    assert drive(lambda _: (0.0, 0.0), seconds=0.1, task='cruise')[1].shortest_m is None


def test_a_bump_leaves_no_clearance():
    _, trace = drive(lambda _: (1.5, 0.0), seconds=6.0)
    assert trace.clearance_m == pytest.approx(0.0, abs=0.03)
