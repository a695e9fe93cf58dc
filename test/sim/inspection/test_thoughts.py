"""A drive as evaluation drives it, and the same drive from inside."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control.policy import Engine
from liquid_control.safety.limiter import Limiter
from liquid_control.stream import Event, Timeline
from liquid_control_sim.drive import Drive
from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate
from liquid_control_sim.inspection.driven import DARK, DimmedDrive
from liquid_control_sim.inspection.thoughts import thoughts
from liquid_control_sim.paths import share


def without(drive, begin, end):
    """As if all that was measured in between had been lost."""
    taken = [not begin <= message.measured_s < end for message in drive.messages]
    return replace(drive, accepted=drive.accepted & taken)


def test_the_drive_is_the_one_that_evaluation_drives(drive, config):
    result = evaluate(Evaluation(share() / 'models' / 'beacon', (3,), config), workers=1)
    seconds = result.outcomes[0].time_s
    assert 0.0 <= seconds - drive.times[-1] < 0.02
    assert drive.ending == f'time is up after {seconds:.1f} s'
    driven_m = np.sum(drive.twists[:-1, 0] * np.diff(drive.times))
    assert driven_m == pytest.approx(result.outcomes[0].distance_m, abs=0.03)


def test_what_no_policy_hears_is_kept_but_not_accepted(drive):
    heard = {m.event.sensor for m, ok in zip(drive.messages, drive.accepted, strict=True) if ok}
    assert heard == {'lidar', 'imu', 'camera'}
    assert drive.of('odometry')


def test_a_command_stands_beside_the_message_that_it_answers(drive, config):
    limiter = Limiter(config.limits)
    passed = np.diff(drive.times, prepend=0.0)
    for i in range(len(drive.times) - 1):
        limited = limiter.limit(drive.wanted[i], passed[i])
        assert drive.commanded[i] == pytest.approx(limited, abs=1e-9)


def test_events_are_in_the_order_of_their_stamps_and_lead_to_the_last_answer(policy, drive, seen):
    assert np.all(np.diff(seen.times) >= 0.0)
    last = policy.spec.action.scale(seen.actions[-1])
    assert last == pytest.approx(drive.wanted[-1], abs=1e-5)


def test_time_constants_are_those_of_the_robots_engine(policy, drive, seen):
    engine, timeline = Engine(policy, device='cpu'), Timeline()
    for message, taken in zip(drive.messages, drive.accepted, strict=True):
        if taken:
            event = message.event
            features = engine.encode(event.sensor, event.value[None])[0]
            encoded = Event(event.stamp_ns, event.sensor, features)
            for step in timeline.add(encoded, message.delivered_ns):
                engine.drive(step)
    assert seen.time_constants[-1] == pytest.approx(engine.time_constants(), rel=1e-4)


def test_a_long_silence_of_all_sensors_begins_a_new_memory(policy, drive):
    seen = thoughts(policy, without(drive, 0.4, 1.6))
    assert np.count_nonzero(seen.resets) == 2
    (again,) = np.flatnonzero(seen.resets)[1:]
    assert seen.dt[again] == 0.0
    assert sorted(int(newest[again] >= 0) for newest in seen.newest.values()) == [0, 0, 1]
    assert np.isinf(seen.ages[again]).sum() == 2


def test_light_falls_at_its_moment(config):
    bright, dark = Drive(config, 3), DimmedDrive(config, 3, at=0.5)
    for drive in (bright, dark):
        drive.images = []
        while drive.simulation.elapsed < 0.8:
            message = drive.act((0.0, 0.0))
            if message.event.sensor == 'camera':
                drive.images.append((message.measured_s, drive.message.event.value.mean()))
    for (stamp, before), (_, after) in zip(bright.images, dark.images, strict=True):
        left = DARK if stamp >= 0.5 else 1.0
        assert after == pytest.approx(left * before, abs=1.0)
    assert bright.images[0][0] < 0.5 < bright.images[-1][0]
