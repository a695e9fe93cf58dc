"""The process begins and ends: bad parameters, signals at every time, exceptions, hangs."""

import signal
from functools import partial
from typing import Any

from fault_run.fault import Fault, Observation, expect, goes_on, stops
from fault_run.on_sensors import BRAKING_S, SLACK_S
from fault_run.robot import CMD_VEL_TIMEOUT_S, Robot

WITHIN_S = BRAKING_S + SLACK_S


def faults() -> list[Fault]:
    return [*_starts(), *_ends()]


def _starts() -> list[Fault]:
    one = 'one error, exit code 1, no commands'
    return [
        Fault(
            'start: bad parameter',
            'publish_rate -3.0',
            one,
            partial(_bad_start, setup={'publish_rate': -3.0}, word='publish_rate is -3.0'),
        ),
        Fault(
            'start: unknown parameter',
            'max_laag',
            one,
            partial(_bad_start, setup={'max_laag': 0.1}, word='did you mean max_lag?'),
        ),
        Fault(
            'start: a sensor is missing',
            'no camera from the start',
            'zero until it is heard, then drives',
            _missing_sensor,
        ),
        Fault(
            'start: SIGINT while importing',
            'Ctrl-C after 0.7 s',
            'ends at once, exit code 0, no traceback',
            _interrupted_start,
        ),
    ]


def _ends() -> list[Fault]:
    ramp = 'decelerates to zero, exit code 0'
    return [
        Fault('SIGINT while moving', 'Ctrl-C', ramp, partial(_signalled, number=signal.SIGINT)),
        Fault(
            'SIGTERM while moving',
            'a launch file ends',
            ramp,
            partial(_signalled, number=signal.SIGTERM),
        ),
        Fault(
            'SIGTERM while the policy hangs',
            'the executor does not answer',
            'decelerates to zero all the same, exit code 1',
            _hanging_end,
        ),
        Fault(
            'SIGKILL while moving',
            'the process is gone',
            "commands cease: the base's own cmd_vel timeout",
            _killed,
        ),
        Fault(
            'SIGSTOP while moving',
            'the process stands still',
            "commands cease: the base's own cmd_vel timeout; drives when continued",
            _halted,
        ),
        Fault(
            'executor: exception',
            'a callback raises',
            'decelerates to zero, tells the traceback, exit code 1',
            _crashed,
        ),
        Fault(
            'lifecycle: shutdown while moving',
            'change_state',
            'decelerates to zero, final state',
            _shut_down,
        ),
    ]


def _bad_start(robot: Robot, setup: dict[str, Any], word: str) -> Observation:
    robot.end()
    before = len(robot.logged())
    robot.start(setup)
    code = robot.await_exit(30.0)
    said = robot.logged()[before:].strip()
    robot.end()
    expect(code == 1, f'exit code {code}')
    expect(word in said and 'Traceback' not in said, f'it says: {said}')
    expect(not robot.commands, 'it commands')
    return Observation(f'exit code 1; "{said.rpartition("]: ")[2]}"')


def _missing_sensor(robot: Robot) -> Observation:
    robot.end()
    robot.sensors['camera'].silent = True
    robot.start({})
    expect(robot.wait_until(lambda: len(robot.commands) > 20, 30.0), 'it says nothing')
    robot.wait(0.5)
    expect(not any(any(v) for _, *v in robot.commands), 'it drives without a camera')
    said = robot.says()
    goes_on(robot)
    return Observation(f'zero; "{said}"; drove when it was there', 0.0)


def _interrupted_start(robot: Robot) -> Observation:
    robot.end()
    before = len(robot.logged())
    robot.start({}, module='liquid_control.nodes.drive_node')
    robot.wait(0.7)
    robot.signal(signal.SIGINT)
    since = robot.now()
    code = robot.await_exit(10.0)
    seconds = robot.now() - since
    said = robot.logged()[before:]
    robot.end()
    expect(code == 0, f'exit code {code}: {said}')
    expect('Traceback' not in said, f'it says: {said}')
    return Observation(f'exit code 0 after {seconds:.1f} s')


def _signalled(robot: Robot, number: signal.Signals) -> Observation:
    robot.await_driving()
    before = len(robot.logged())
    seconds = stops(robot, lambda: robot.signal(number), WITHIN_S, 0.9)
    code = robot.await_exit(5.0)
    said = robot.logged()[before:]
    robot.end()
    expect(code == 0, f'exit code {code}')
    expect('Traceback' not in said, f'it says: {said}')
    expect(robot.commands[-1][1:] == (0.0, 0.0), 'the last command is not zero')
    return Observation('stood; exit code 0', seconds)


def _hanging_end(robot: Robot) -> Observation:
    def inject() -> None:
        robot.inject('sleep', 30.0)
        robot.wait(0.05)
        robot.signal(signal.SIGTERM)

    seconds = stops(robot, inject, WITHIN_S + 0.1, 1.0)
    code = robot.await_exit(10.0)
    robot.end()
    expect(code == 1, f'exit code {code}')
    return Observation('stood; exit code 1', seconds)


def _killed(robot: Robot) -> Observation:
    kill = partial(robot.signal, signal.SIGKILL)
    seconds = stops(robot, kill, CMD_VEL_TIMEOUT_S + SLACK_S, 1.0)
    robot.end()
    return Observation(f'silent; a base with a timeout of {CMD_VEL_TIMEOUT_S:g} s stood', seconds)


def _halted(robot: Robot) -> Observation:
    halt = partial(robot.signal, signal.SIGSTOP)
    seconds = stops(robot, halt, CMD_VEL_TIMEOUT_S + SLACK_S, 1.0)
    robot.signal(signal.SIGCONT)
    goes_on(robot)
    text = f'silent; a base with a timeout of {CMD_VEL_TIMEOUT_S:g} s stood; drove when continued'
    return Observation(text, seconds)


def _crashed(robot: Robot) -> Observation:
    robot.await_driving()
    before = len(robot.logged())
    seconds = stops(robot, lambda: robot.inject('crash', 0.0), WITHIN_S, 1.0)
    code = robot.await_exit(5.0)
    said = robot.logged()[before:]
    robot.end()
    expect(code == 1, f'exit code {code}')
    expect('RuntimeError: injected' in said, f'it says: {said}')
    return Observation('stood; exit code 1; the traceback is in the log', seconds)


def _shut_down(robot: Robot) -> Observation:
    seconds = stops(robot, lambda: robot.change('shutdown'), WITHIN_S, 0.9)
    state = robot.state()
    robot.end()
    expect(state == 'finalized', f'it is {state}')
    return Observation('stood; finalized', seconds)
