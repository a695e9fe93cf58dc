"""The policy fails: no numbers, exceptions, stalls; a bundle that cannot be; a collision ahead."""

import json
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from std_srvs.srv import SetBool

from fault_run.fault import Fault, Observation, drives_on, expect, goes_on, stops
from fault_run.on_sensors import BRAKING_S, SLACK_S
from fault_run.robot import CMD_VEL_TIMEOUT_S, Robot

STALL_S = 0.2


def faults() -> list[Fault]:
    return [*_answers(), *_stalls(), *_bundles(), *_guard()]


def _answers() -> list[Fault]:
    stand = 'memory erased, decelerates to zero, counted; drives again when it ends'
    return [
        Fault('policy: NaN', 'every answer is NaN for 1 s', stand, partial(_fails, what='nan')),
        Fault(
            'policy: exception',
            'it raises for 1 s, as a lost GPU would',
            stand,
            partial(_fails, what='raise'),
        ),
    ]


def _stalls() -> list[Fault]:
    stand = 'decelerates to zero after stall_timeout while the executor hangs; drives again'
    within = STALL_S + BRAKING_S + SLACK_S
    blocked = "nothing of the process runs: the base's own cmd_vel timeout; counted as a stall"
    return [
        Fault(
            'policy: hangs',
            'one answer takes 1.2 s, waiting as for a GPU',
            stand,
            partial(_stalls_for, what='sleep', within=within),
        ),
        Fault(
            'policy: busy',
            'one answer takes 1.2 s of Python',
            stand,
            partial(_stalls_for, what='spin', within=within),
        ),
        Fault(
            'policy: holds the interpreter',
            'one answer takes 1.2 s in C, with the lock held, as a garbage collection does',
            blocked,
            partial(_stalls_for, what='hold', within=CMD_VEL_TIMEOUT_S + SLACK_S),
        ),
    ]


def _bundles() -> list[Fault]:
    none = 'one error that names file and field; unconfigured, no commands'
    return [
        Fault(
            'bundle: corrupt',
            'one byte of the weights differs',
            none,
            partial(_bad_bundle, spoil=_flip, word='weights_sha256'),
        ),
        Fault(
            'bundle: foreign',
            'policy.json of another version',
            none,
            partial(_bad_bundle, spoil=_foreign, word='version is 99'),
        ),
        Fault(
            'bundle: missing',
            'no such folder',
            none,
            partial(_bad_bundle, spoil=shutil.rmtree, word='No such file'),
        ),
        Fault(
            'bundle: corrupt, set while inactive',
            'parameter policy set to a corrupt bundle',
            'refused with the reason; the one before drives on',
            _set_bundle,
        ),
    ]


def _guard() -> list[Fault]:
    return [
        Fault(
            'guard: obstacle ahead',
            'something 0.4 m before the bumper',
            'approaches no further than time_before_collision allows',
            _obstacle,
        ),
        Fault(
            'guard: contact',
            'something at the bumper',
            'zero at once; says zone and points',
            _contact,
        ),
        Fault(
            'guard: switched off',
            '~/enable_guard false',
            'drives on, and says so on ~/guard and /diagnostics',
            _switched_off,
        ),
    ]


def _fails(robot: Robot, what: str) -> Observation:
    robot.await_driving()
    before = robot.count('drive', 'policy_faults')
    seconds = stops(robot, lambda: robot.inject(what, 1.0), BRAKING_S + SLACK_S, 0.9)
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')
    more = robot.count('drive', 'policy_faults') - before
    expect(more >= 1, 'no fault was counted')
    return Observation(f'stood; policy_faults +{more}; drove again', seconds)


def _stalls_for(robot: Robot, what: str, within: float) -> Observation:
    robot.await_driving()
    before = robot.count('drive', 'stalls')
    seconds = stops(robot, lambda: robot.inject(what, 1.2), within, 1.0)
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')
    more = robot.count('drive', 'stalls') - before
    expect(more >= 1, 'no stall was counted')
    return Observation(f'stood; stalls +{more}; drove again', seconds)


def _flip(folder: Path) -> None:
    weights = folder / 'weights.safetensors'
    data = bytearray(weights.read_bytes())
    data[-1] ^= 0xFF
    weights.write_bytes(data)


def _foreign(folder: Path) -> None:
    file = folder / 'policy.json'
    file.write_text(json.dumps({**json.loads(file.read_text()), 'version': 99}))


def _spoiled(robot: Robot, spoil: Callable[[Path], None]) -> Path:
    folder = Path(tempfile.mkdtemp()) / 'bundle'
    shutil.copytree(robot.policy, folder)
    spoil(folder)
    return folder


def _bad_bundle(robot: Robot, spoil: Callable[[Path], None], word: str) -> Observation:
    robot.end()
    folder = _spoiled(robot, spoil)
    robot.start({'policy': str(folder)})
    expect(robot.wait_until(lambda: 'drive' in robot.statuses, 30.0), 'it says nothing')
    said = robot.says()
    expect(word in said, f'it says: {said}')
    expect(robot.state() == 'unconfigured', f'it is {robot.state()}')
    expect(not robot.commands, 'it commands')
    robot.end()
    return Observation(f'unconfigured; "{said.replace(str(folder.parent), "")}"')


def _set_bundle(robot: Robot) -> Observation:
    robot.await_driving()
    expect(robot.change('deactivate'), 'it was not deactivated')
    result = robot.set(policy=str(_spoiled(robot, _flip)))[0]
    expect(not result.successful, 'it was accepted')
    expect('weights_sha256' in result.reason, f'the reason is {result.reason!r}')
    expect(robot.change('activate'), 'it was not activated')
    expect(robot.drives_within(5.0), 'it does not drive')
    return Observation('refused: ' + result.reason.partition(': ')[2][:60] + '...; drove on')


def _ahead(robot: Robot, metres: float) -> None:
    """A wall across the way, `metres` before the lidar."""
    angles = np.radians(np.linspace(-135, 135, 720))
    wall = metres / np.maximum(np.cos(angles), 1e-3)
    robot.sensors.scene = np.where(np.abs(angles) < 0.7, wall, 4.0).astype(np.float32)


def _obstacle(robot: Robot) -> Observation:
    robot.await_driving()
    before = robot.commands[-1][1]
    since = robot.now()
    _ahead(robot, 0.66)
    robot.wait(0.8)
    after = robot.commands[-1][1]
    acted = [action for at, action, _ in robot.verdicts if at > since]
    expect('approach' in acted or 'stop' in acted, f'the guard did {acted}')
    expect(after < before - 0.1, f'from {before:.2f} to {after:.2f} m/s')
    goes_on(robot)
    return Observation(f'from {before:.2f} to {after:.2f} m/s, {acted[0]}')


def _contact(robot: Robot) -> Observation:
    seconds = stops(robot, lambda: _ahead(robot, 0.27), 0.25, 0.8)
    acted = robot.report('guard')
    expect(acted['action'] == 'stop', f'the guard did {acted}')
    expect(int(acted['points']) > 2, f'the guard says {acted}')
    goes_on(robot)
    return Observation(f'"{acted["message"]}", {acted["points"]} points', seconds)


def _switched_off(robot: Robot) -> Observation:
    robot.await_driving()
    answer = robot.call('enable_guard', SetBool.Request(data=False))
    try:
        expect(answer.success, answer.message)
        drives_on(robot, lambda: _ahead(robot, 0.27), 0.8)
        report = robot.report('guard')
        expect(report['action'] == 'off', f'the guard says {report}')
        told = [action for _, action, _ in robot.verdicts]
        expect(told[-1] == 'off', f'~/guard says {told[-1]}')
    finally:
        robot.calm()
        robot.wait(0.2)  # until the guard has seen that the way is free
        robot.call('enable_guard', SetBool.Request(data=True))
    return Observation(f'drove on; "{answer.message}"; "{report["message"]}"')
