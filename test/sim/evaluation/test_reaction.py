"""Reaction times: when the clock starts, when it stops, and what is not counted."""

from types import SimpleNamespace

import numpy as np
import pytest

from liquid_control.stream import Event
from liquid_control_sim.evaluation.reaction import Reactions
from liquid_control_sim.sensors import START_NS, LidarConfig, Message

LIDAR = LidarConfig(beams=271)


class Episode:
    """A robot at the origin that looks along x, and one who lies in wait 3 m ahead."""

    def __init__(self, entered_at=None, place=(3.0, 0.0)):
        self.command = np.array([1.0, 0.0])
        movers = SimpleNamespace(
            places=np.array([place]), radii=np.array([0.25]), entered_at=[entered_at]
        )
        robot = SimpleNamespace(lidar_position=(0.0, 0.0, 0.2))
        sensors = SimpleNamespace(lidar=LIDAR)
        self.simulation = SimpleNamespace(
            movers=movers,
            elapsed=0.0,
            pose=(0.0, 0.0, 0.0),
            layout=SimpleNamespace(movers=[None]),
            config=SimpleNamespace(robot=robot, sensors=sensors),
        )
        self.reactions = Reactions(self)

    def hear(self, at, sensor, value, measured=None):
        """A message; the command before it stands until now."""
        self.simulation.elapsed = at
        stamp_ns = START_NS + round(1e9 * (at if measured is None else measured))
        now_ns = START_NS + round(1e9 * at)
        self.message = Message(Event(stamp_ns, sensor, value), now_ns)
        self.reactions.note()

    def scan(self, at, measured, distance):
        """Straight ahead something is so far away; all else is clear."""
        ranges = np.full(LIDAR.beams, np.inf, np.float32)
        ranges[np.abs(LIDAR.angles) < 0.05] = distance
        self.hear(at, 'lidar', ranges, measured)

    def imu(self, at):
        self.hear(at, 'imu', np.zeros(6, np.float32))

    def drive(self, speed):
        self.command = np.array([speed, 0.0])


def test_the_clock_runs_from_the_scans_arrival_to_the_braking_command():
    episode = Episode(entered_at=8.22)
    episode.imu(8.23)
    episode.scan(8.249, measured=8.235, distance=2.75)
    episode.drive(0.8)  # answers the scan: not braking yet
    episode.imu(8.262)
    episode.drive(0.6)  # answers the message at 8.262
    episode.imu(8.272)
    assert episode.reactions.shown == 1
    assert episode.reactions.times_s == [pytest.approx(8.262 - 8.249)]


def test_a_scan_measured_before_does_not_show_it():
    episode = Episode(entered_at=8.24)
    episode.scan(8.249, measured=8.235, distance=2.75)
    assert episode.reactions.shown == 0
    episode.scan(8.299, measured=8.285, distance=2.75)
    assert episode.reactions.shown == 1


def test_a_scan_that_ends_elsewhere_does_not_show_it():
    episode = Episode(entered_at=0.0)
    episode.scan(0.1, measured=0.09, distance=1.5)
    assert episode.reactions.shown == 0


def test_who_is_out_of_the_field_of_view_is_not_shown():
    episode = Episode(entered_at=0.0, place=(-3.0, 0.0))
    episode.scan(0.1, measured=0.09, distance=2.75)
    assert episode.reactions.shown == 0


def test_who_crawls_needs_not_brake():
    episode = Episode(entered_at=0.0)
    episode.drive(0.1)
    episode.scan(0.1, measured=0.09, distance=2.75)
    assert episode.reactions.shown == 0


def test_braking_after_two_seconds_is_for_something_else():
    episode = Episode(entered_at=0.0)
    episode.scan(0.1, measured=0.09, distance=2.75)
    for at in (1.0, 2.0, 2.2, 2.3):
        episode.imu(at)
    episode.drive(0.0)
    episode.imu(2.4)
    assert episode.reactions.shown == 1
    assert episode.reactions.times_s == []


def test_walls_that_everybody_sees_are_nobodys_surprise():
    episode = Episode(entered_at=None)
    episode.scan(0.1, measured=0.09, distance=2.75)
    assert episode.reactions.shown == 0
