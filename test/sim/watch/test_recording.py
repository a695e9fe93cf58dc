import numpy as np
import pytest

from liquid_control.schema import ConfigError
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.watch.recording import Run, record


def test_every_message_that_arrives_is_a_moment(recording):
    simulation = Simulation(scenario(), seed=8)
    for moment in recording.moments:
        arrived, seen = simulation.next_message().event, moment.message.event
        assert (seen.sensor, seen.stamp_ns) == (arrived.sensor, arrived.stamp_ns)
    assert recording.moments[-1].elapsed == pytest.approx(2.0, abs=0.05)


def test_the_same_run_is_recorded_twice_the_same(recording, policy):
    again = record(Run(scenario(), 8, policy), 0.5)
    for one, other in zip(again.moments[:-1], recording.moments, strict=False):
        assert one.pose == other.pose
        np.testing.assert_array_equal(one.command, other.command)


def test_a_policy_shows_its_neurons_and_a_planner_has_none(recording, planned):
    minds = [moment.mind for moment in recording.moments if moment.mind is not None]
    assert len(minds) > 50
    assert all((mind.time_constants > 0.0).all() for mind in minds)
    assert all(mind.neurons.shape == mind.time_constants.shape for mind in minds)
    assert all(moment.mind is None for moment in planned.moments)


def test_movers_are_where_they_are_at_that_moment(planned):
    places = np.array([moment.movers for moment in planned.moments])
    assert places.shape[1] == len(planned.run.layout.movers) > 0
    assert np.ptp(places, axis=0).max() > 0.3


def test_an_ending_says_what_came_of_it(recording, planned):
    assert recording.ending == '2 s, 0 beacons, no collision'
    assert planned.ending == '2 s, goal not reached, no collision'


def test_a_planner_that_there_is_not_is_one_clear_error():
    with pytest.raises(ConfigError, match="planner is 'oracle', wanted one of expert"):
        Run(scenario(), 0, 'oracle')
