import math

import numpy as np
import pytest

from liquid_control.messages import MessageError
from liquid_control.nodes.helm import Helm
from liquid_control.nodes.pilot import Pilot, PolicyError
from liquid_control.policy import Engine
from liquid_control.safety import Guard, GuardConfig, Limiter, Limits, Source, Watchdog
from liquid_control.stream import Event, Timeline

MS = 1_000_000
START = 1_000 * MS
VALUES = {
    'lidar': np.full(720, 3.0, np.float32),
    'imu': np.array([0, 0, 0, 0, 0, 9.81], np.float32),
    'camera': np.zeros((48, 64, 3), np.uint8),
}


class Poisoned(Engine):
    """An engine whose answers turn into no numbers, or exceptions, while `broken`."""

    broken = ''

    def drive(self, step):
        action = super().drive(step)
        if self.broken == 'raises':
            raise RuntimeError('CUDA error\nmore lines')
        return np.full(2, math.nan, np.float32) if self.broken == 'nan' else action


@pytest.fixture
def pilot(policy):
    watchdog = Watchdog({name: Source(0.5, recovery_messages=1) for name in VALUES})
    guard = Guard(GuardConfig(), {})
    guard.disable('for the test')
    return Pilot(Poisoned(policy), Timeline(), Helm(watchdog, Limiter(Limits()), guard))


def hear(pilot, start_ms, end_ms, sensors=tuple(VALUES)):
    """One message of each sensor every 10 ms and a command after each; returns the commands."""
    commands = []
    for ms in range(start_ms, end_ms, 10):
        now = START + ms * MS
        for sensor in sensors:
            pilot.accept(Event(now, sensor, VALUES[sensor]), now, receipt_ns=now)
            commands.append(pilot.helm.command(now, now).command)
    return np.array(commands)


def test_speeds_up_within_the_limits_once_every_sensor_was_heard(pilot):
    commands = hear(pilot, 0, 600)
    assert (commands[:2] == 0.0).all()
    assert commands[-1, 0] > 0.5
    assert np.diff(commands[:, 0]).max() <= 2.0 * 0.01 + 1e-9


def test_stands_when_a_required_sensor_is_silent(pilot):
    hear(pilot, 0, 600)
    commands = hear(pilot, 600, 1600, sensors=('imu', 'camera'))
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
    assert 'lidar' in pilot.helm.watchdog.silent(now)


@pytest.mark.parametrize(
    ('broken', 'said'),
    [('nan', 'its answer is not finite'), ('raises', 'RuntimeError: CUDA error')],
)
def test_a_fault_of_the_policy_stops_the_robot_until_all_sensors_are_heard_anew(
    pilot, broken, said
):
    hear(pilot, 0, 600)
    pilot.engine.broken = broken
    now = START + 600 * MS
    for ms in range(600, 900, 10):
        now = START + ms * MS
        with pytest.raises(PolicyError) as fault:
            pilot.accept(Event(now, 'imu', VALUES['imu']), now, now)
        command = pilot.helm.command(now, now).command
    assert str(fault.value) == said
    assert pilot.policy_faults == 30
    assert (command == 0.0).all()
    pilot.engine.broken = ''
    commands = hear(pilot, 900, 1200)
    assert (commands[:2] == 0.0).all()
    assert commands[-1, 0] > 0.2


def test_an_array_of_another_shape_is_refused(pilot):
    short = Event(START, 'lidar', np.zeros(360, np.float32))
    with pytest.raises(MessageError, match=r'^lidar has shape \[360\], but .* \[720\]$'):
        pilot.accept(short, START, START)


def test_compensated_latency_answers_for_now_and_changes_no_memory(pilot):
    hear(pilot, 0, 300)
    pilot.compensates = True
    targets = []
    for lag_ms in (0, 150):
        now = START + (300 + lag_ms) * MS
        pilot.accept(Event(START + (300 + lag_ms // 150) * MS, 'imu', VALUES['imu']), now, now)
        targets.append(pilot.helm._target)
    ahead = pilot.engine.policy.spec.action.scale(pilot.engine.peek(0.149))
    assert targets[1] == pytest.approx(ahead, abs=1e-6)
    assert not np.allclose(targets[0], targets[1])
    again = pilot.engine.policy.spec.action.scale(pilot.engine.peek(0.149))
    assert again == pytest.approx(ahead, abs=0.0)
