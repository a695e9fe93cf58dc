import math

import numpy as np
import pytest

from liquid_control.nodes.messages import MessageError
from liquid_control.nodes.pilot import Pilot
from liquid_control.policy import Engine
from liquid_control.safety import Limiter, Limits, Source, Watchdog
from liquid_control.stream import Event, Timeline

MS = 1_000_000
START = 1_000 * MS
VALUES = {
    'lidar': np.full(720, 3.0, np.float32),
    'imu': np.array([0, 0, 0, 0, 0, 9.81], np.float32),
    'camera': np.zeros((48, 64, 3), np.uint8),
}


class Poisoned(Engine):
    """An engine whose answers turn into no numbers while `broken`."""

    broken = False

    def drive(self, step):
        action = super().drive(step)
        return np.full(2, math.nan, np.float32) if self.broken else action


@pytest.fixture
def pilot(policy):
    watchdog = Watchdog({name: Source(0.5) for name in VALUES})
    return Pilot(Poisoned(policy), Timeline(), watchdog, Limiter(Limits()))


def hear(pilot, start_ms, end_ms, sensors=tuple(VALUES)):
    """One message of each sensor every 10 ms and a command after each; returns the commands."""
    commands = []
    for ms in range(start_ms, end_ms, 10):
        now = START + ms * MS
        for sensor in sensors:
            pilot.accept(Event(now, sensor, VALUES[sensor]), now, receipt_ns=now)
            commands.append(pilot.command(now, now))
    return np.array(commands)


def test_speeds_up_within_the_limits_once_every_sensor_was_heard(pilot):
    commands = hear(pilot, 0, 600)
    assert (commands[:2] == 0.0).all()
    assert commands[-1, 0] > 0.5
    assert np.diff(commands[:, 0]).max() <= 2.0 * 0.01 + 1e-9


def test_commands_zero_at_once_when_a_required_sensor_is_silent(pilot):
    hear(pilot, 0, 600)
    commands = hear(pilot, 600, 1200, sensors=('imu', 'camera'))
    assert commands[0, 0] > 0.5
    assert (commands[-1] == 0.0).all()


def test_a_late_message_is_used(pilot):
    hear(pilot, 0, 200)
    hear(pilot, 200, 300, sensors=('imu', 'camera'))
    now = START + 295 * MS
    scan = Event(START + 245 * MS, 'lidar', VALUES['lidar'])
    assert pilot.accept(scan, now, now)
    assert pilot.timeline.counts['lidar']['rewound'] == 1


def test_a_message_that_event_time_drops_is_no_sign_of_life(pilot):
    hear(pilot, 0, 100)
    again = Event(START + 90 * MS, 'lidar', VALUES['lidar'])
    now = START + 900 * MS
    assert not pilot.accept(again, now, now)
    assert 'lidar' in pilot.watchdog.silent(now)


def test_an_answer_that_is_no_number_stops_the_robot_until_all_sensors_are_heard_anew(pilot):
    hear(pilot, 0, 600)
    pilot.engine.broken = True
    commands = hear(pilot, 600, 650)
    assert (commands == 0.0).all()
    assert pilot.policy_faults == len(commands)
    pilot.engine.broken = False
    commands = hear(pilot, 650, 900)
    assert (commands[:2] == 0.0).all()
    assert commands[-1, 0] > 0.2


def test_a_stall_does_not_become_a_leap_of_the_command(pilot):
    hear(pilot, 0, 50)
    before = pilot.limiter.last
    now = START + 450 * MS
    assert pilot.command(now, now + 60_000 * MS)[0] - before[0] <= 2.0 * 0.1 + 1e-9


def test_an_array_of_another_shape_is_refused(pilot):
    short = Event(START, 'lidar', np.zeros(360, np.float32))
    with pytest.raises(MessageError, match=r'^lidar has shape \[360\], but .* \[720\]$'):
        pilot.accept(short, START, START)
