"""Robots side by side, each in its own event time."""

from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import scenario


def accepted_scans(robots):
    """For each robot, whether event time took each of its scans."""
    taken = [[] for _ in robots]
    for moving in Rollout(None, robots, heard={'lidar', 'imu'}).run(lambda *_: None):
        for i in moving:
            if robots[i].sensor == 'lidar':
                taken[i].append(robots[i].accepted)
    return taken


def test_messages_pass_the_event_time_of_the_scenario():
    layers = {'task': {'type': 'beacon', 'timeout': 2.0}, 'sensors': {'camera': None}}
    rules = [{'max_lag': 0.0}, {'max_lag': 0.2}]
    robots = [Robot.start(scenario(event_time=rule, **layers), seed=5) for rule in rules]
    strict, patient = accepted_scans(robots)
    assert len(strict) == len(patient) > 30
    assert all(patient)
    assert sum(strict) < len(strict) / 4
