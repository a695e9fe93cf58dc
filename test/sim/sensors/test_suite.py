"""All sensors together: nobody disturbs another, and messages arrive when they arrive."""

import itertools
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from liquid_control.schema import ConfigError
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.sensors import START_NS, Message, SensorSuite, SuiteConfig
from liquid_control_sim.simulation import Simulation

NAMES = ('lidar', 'imu', 'camera', 'odometry')
SMALL = {'lidar': {'beams': 16}, 'camera': {'width': 8, 'height': 6}}
"""Of what the tests do not look at."""


class Frozen(Physics):
    """Time passes and nothing moves: what the sensors show is the same whenever they look."""

    def advance(self, to_ns: int) -> None:
        self.now_ns = to_ns


def with_sensors(**changes: Any) -> Scenario:
    """A scenario of task goal with small sensors. changes: by sensor, None to remove it."""
    sensors: dict[str, Any] = {}
    for name in NAMES:
        change = changes.get(name, {})
        sensors[name] = None if change is None else {**SMALL.get(name, {}), **change}
    return scenario(task='goal', sensors=sensors)


def everywhere(change: dict[str, Any]) -> Scenario:
    return with_sensors(**dict.fromkeys(NAMES, change))


@pytest.fixture
def listen(room):
    """Makes the messages of one episode of a frozen robot, in order of arrival."""

    def make(config: Scenario, seconds: float, seed: int = 3) -> list[Message]:
        layout = room()
        physics = Frozen(layout, config.robot, START_NS)
        task = config.task.start(layout, np.random.default_rng(seed))
        suite = SensorSuite(config.sensors, physics, layout, task, seed)
        messages = []
        while suite.next_event_ns < START_NS + seconds * 1e9:
            physics.advance(suite.next_event_ns)
            if suite.delivery_is_next:
                messages.append(suite.deliver())
                assert messages[-1].delivered_ns == physics.now_ns
            else:
                suite.measure()
        return messages

    return make


def by_sensor(messages: list[Message]) -> dict[str, list[Message]]:
    sorted_out = defaultdict(list)
    for message in messages:
        sorted_out[message.event.sensor].append(message)
    return dict(sorted_out)


@pytest.mark.parametrize('removed', NAMES)
def test_without_one_sensor_the_others_say_the_same_bits(listen, removed):
    everyone = by_sensor(listen(with_sensors(), 3.0))
    others = by_sensor(listen(with_sensors(**{removed: None}), 3.0))
    gone = {'odometry', 'goal'} if removed == 'odometry' else {removed}
    assert set(everyone) - set(others) == gone
    assert all(others[name] == everyone[name] for name in others)


@pytest.mark.parametrize('faulty', NAMES)
def test_a_fault_of_one_sensor_leaves_the_others_as_they_were(listen, faulty):
    clock = {'dropout': 0.4, 'jitter': 0.002, 'latency': {'minimum': 0.05, 'mean': 0.2}}
    well = by_sensor(listen(with_sensors(), 3.0))
    ill = by_sensor(listen(with_sensors(**{faulty: {'clock': clock}}), 3.0))
    touched = {'odometry', 'goal'} if faulty == 'odometry' else {faulty}
    assert all(ill[name] != well[name] for name in touched)
    assert all(ill[name] == well[name] for name in set(well) - touched)


def test_one_seed_gives_the_same_bits_and_another_others(listen):
    first, again, other = (listen(with_sensors(), 2.0, seed) for seed in (3, 3, 4))
    assert first == again
    assert by_sensor(first)['imu'] != by_sensor(other)['imu']


@pytest.mark.parametrize('late', ['lidar', 'imu', 'odometry'])
def test_messages_of_a_late_sensor_are_overtaken_by_those_of_the_others(listen, late):
    slow = {'latency': {'minimum': 0.15, 'mean': 0.2}}
    messages = listen(with_sensors(**{late: {'clock': slow}}), 4.0)
    overtaken = 0
    newest = 0
    for message in messages:
        if message.event.sensor == late:
            overtaken += message.event.stamp_ns < newest
        newest = max(newest, message.event.stamp_ns)
    count = len(by_sensor(messages)[late])
    # Others speak every 10 ms and arrive 100 ms earlier: none is in time.
    assert overtaken == count > 50


def test_without_latency_the_order_of_arrival_is_that_of_the_stamps(listen):
    at_once = {'clock': {'latency': {'minimum': 0.0, 'mean': 0.0}}}
    messages = listen(everywhere(at_once), 3.0)
    stamps = [message.event.stamp_ns for message in messages]
    assert stamps == sorted(stamps)
    assert all(message.delivered_ns == message.event.stamp_ns for message in messages)


def test_stamps_rise_per_sensor_under_all_faults_of_the_clock(listen):
    clock = {
        'dropout': 0.2,
        'bursts': {'share': 0.2, 'length': 3.0},
        'latency': {'minimum': 0.0, 'mean': 0.1, 'delayed': 0.1, 'delay': 0.3},
        'stamps': {'offset': [-0.03, 0.03], 'drift_ppm': [-300.0, 300.0], 'step': 0.001},
    }
    messages = listen(everywhere({'clock': clock}), 5.0)
    for own in by_sensor(messages).values():
        assert (np.diff([message.event.stamp_ns for message in own]) > 0).all()
    assert (np.diff([message.delivered_ns for message in messages]) >= 0).all()


def test_the_goal_follows_the_odometry_with_its_stamp(listen):
    messages = listen(with_sensors(), 2.0)
    pairs = [
        (before, after)
        for before, after in itertools.pairwise(messages)
        if after.event.sensor == 'goal'
    ]
    assert len(pairs) > 40
    for odometry, goal in pairs:
        assert odometry.event.sensor == 'odometry'
        assert odometry.event.stamp_ns == goal.event.stamp_ns
        assert odometry.delivered_ns == goal.delivered_ns
        assert goal.event.value.shape == (2,)


def test_the_wheels_are_counted_while_the_odometry_is_not_heard():
    def last_pose(outage: dict[str, Any] | None) -> tuple[float, float, float]:
        config = with_sensors(odometry={'clock': {'outage': outage}})
        simulation = Simulation(config, seed=2)
        simulation.command(0.4, 2.0)
        messages = simulation.run_until(simulation.start_ns + 1_500_000_000)
        simulation.command(0.4, -1.0)
        messages += simulation.run_until(simulation.start_ns + 3_000_000_000)
        heard = by_sensor(messages)['odometry']
        silence = np.diff([message.event.stamp_ns for message in heard]).max()
        assert silence == pytest.approx(2e9 if outage else 0.05e9, abs=0.1e9)
        return heard[-1].pose

    heard_again = last_pose({'after': [0.5, 0.5], 'lasts': [2.0, 2.0]})
    # The curve changed while nobody heard: one arc over the silence would miss its end.
    assert heard_again == pytest.approx(last_pose(None), abs=0.02)


def test_a_robot_without_a_sensor_that_lives_is_refused():
    dead = {'clock': {'outage': {'after': [1.0, 2.0], 'lasts': None}}}
    with pytest.raises(ConfigError, match=r'scenario: sensors .*die for good'):
        everywhere(dead)
    with pytest.raises(ConfigError, match='no sensors'):
        scenario(sensors=dict.fromkeys(NAMES))
    one_lives = with_sensors(lidar=dead, imu=None, camera=dead)
    assert isinstance(one_lives.sensors, SuiteConfig)
