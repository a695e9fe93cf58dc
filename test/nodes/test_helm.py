import math

import numpy as np
import pytest

from liquid_control.nodes.helm import LONGEST_STEP_S, Helm
from liquid_control.safety import (
    Guard,
    GuardConfig,
    Limiter,
    Limits,
    Source,
    Watchdog,
    read_beams,
)

MS = 1_000_000
CLEAR = np.full(360, 8.0)
ANGLES = np.radians(np.arange(-180.0, 180.0))


@pytest.fixture
def helm():
    watchdog = Watchdog({'lidar': Source(0.5, recovery_messages=1)}, stall_timeout=0.2)
    guard = Guard(GuardConfig(), {'lidar': 0.5})
    return Helm(watchdog, Limiter(Limits()), guard)


def drive(helm, start_ms, end_ms, target=(1.0, 0.0), ranges=CLEAR, sensors=('lidar',)):
    """Commands every 10 ms, [k, 2], with a scan before each."""
    commands = []
    for ms in range(start_ms, end_ms, 10):
        for sensor in sensors:
            helm.guard.see(sensor, read_beams(ranges, ANGLES, 0.1), ms * MS)
            helm.watchdog.feed(sensor, ms * MS)
        helm.aim(np.array(target))
        commands.append(helm.command(ms * MS, ms * MS).command)
    return np.array(commands)


def test_speeds_up_within_the_limits(helm):
    commands = drive(helm, 0, 800)
    assert np.diff(commands[:, 0]).max() <= 2.0 * 0.01 + 1e-9
    assert commands[-1, 0] == pytest.approx(1.0)


def test_decelerates_within_the_limits_and_stands_while_a_sensor_is_silent(helm):
    drive(helm, 0, 800)
    helm.guard.disable('for the test')
    commands = drive(helm, 800, 2000, sensors=())
    assert commands[0, 0] == pytest.approx(1.0)
    assert np.diff(commands[:, 0]).min() >= -3.0 * 0.01 - 1e-9
    assert (commands[-20:] == 0.0).all()


def test_a_hold_stops_the_robot_and_says_why_until_it_is_released(helm):
    drive(helm, 0, 800)
    helm.hold('enable', 'disabled by an operator')
    assert helm.reasons(800 * MS) == ('disabled by an operator',)
    assert (drive(helm, 800, 1300)[-1] == 0.0).all()
    assert helm.stands
    helm.release('enable')
    assert drive(helm, 1300, 1600)[-1, 0] > 0.4


def test_a_measurement_that_the_policy_does_not_answer_stops_the_robot(helm):
    drive(helm, 0, 800)
    helm.watchdog.begin(800 * MS)
    commands = []
    for ms in range(800, 1400, 10):
        helm.watchdog.feed('lidar', ms * MS)
        helm.guard.see('lidar', read_beams(CLEAR, ANGLES, 0.1), ms * MS)
        commands.append(helm.command(ms * MS, ms * MS).command[0])
    assert commands[15] == pytest.approx(1.0)
    assert commands[-1] == 0.0


def test_after_the_guard_the_robot_speeds_up_from_what_the_guard_commanded(helm):
    drive(helm, 0, 800)
    wall = np.where(np.abs(ANGLES) < 0.5, 0.3, 8.0)
    assert drive(helm, 800, 900, ranges=wall)[-1, 0] < 0.1
    commands = drive(helm, 900, 1000)
    assert commands[0, 0] < 0.2
    assert np.diff(commands[:, 0]).max() <= 2.0 * 0.01 + 1e-9


def test_what_was_heard_is_forgotten(helm):
    drive(helm, 0, 800)
    helm.forget()
    assert helm.reasons(800 * MS)


def test_a_stall_does_not_become_a_leap_of_the_command(helm):
    before = drive(helm, 0, 100)[-1, 0]
    later = 60_000
    helm.watchdog.feed('lidar', later * MS)
    helm.guard.see('lidar', read_beams(CLEAR, ANGLES, 0.1), later * MS)
    command = helm.command(later * MS, later * MS).command
    assert command[0] - before <= 2.0 * LONGEST_STEP_S + 1e-9


def test_a_pace_that_stands_still_does_not_keep_the_robot_from_braking(helm):
    drive(helm, 0, 800)
    helm.hold('enable', 'stop')
    commands = [helm.command(ms * MS, 800 * MS).command[0] for ms in range(800, 1400, 10)]
    assert commands[-1] == 0.0


def test_a_target_that_is_no_number_is_braked_for(helm):
    drive(helm, 0, 800)
    commands = drive(helm, 800, 1300, target=(math.nan, 0.0))
    assert np.isfinite(commands).all()
    assert (commands[-1] == 0.0).all()
