"""One fault: how it is injected, what the robot is expected to do, and what it did."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fault_run.robot import Robot


class UnexpectedError(Exception):
    """The robot did something else; str() says what."""


@dataclass(frozen=True)
class Observation:
    """What was seen. time_to_zero_s: from the injection to standstill; NaN where none is due."""

    text: str
    time_to_zero_s: float = math.nan


@dataclass(frozen=True)
class Fault:
    """name: unique. injected, expected: for people. check: does it; raises UnexpectedError.

    setup: parameters that the node must have been started with, besides the usual ones.
    """

    name: str
    injected: str
    expected: str
    check: Callable[[Robot], Observation]
    setup: dict[str, Any] = field(default_factory=dict)


def expect(holds: bool, otherwise: str) -> None:
    """Raise UnexpectedError unless it holds."""
    if not holds:
        raise UnexpectedError(otherwise)


def stops(robot: Robot, inject: Callable[[], Any], within_s: float, window_s: float) -> float:
    """Inject into the driving robot; the seconds until it stands. It must still stand when the
    window ends.
    """
    robot.await_driving()
    since = robot.now()
    inject()
    robot.wait(window_s)
    seconds = robot.time_to_zero(since)
    expect(seconds is not None, f'it does not stand after {window_s:g} s')
    expect(seconds <= within_s, f'it stood after {seconds:.2f} s, wanted {within_s:g} s')
    robot.check_commands(since)
    return seconds


def goes_on(robot: Robot) -> None:
    """With the fault gone, the robot drives again."""
    robot.calm()
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')


def drives_on(robot: Robot, inject: Callable[[], Any], window_s: float) -> None:
    """Inject into the driving robot; it must not stop within the window."""
    robot.await_driving()
    since = robot.now()
    inject()
    robot.wait(window_s)
    slowest = robot.slowest(since)
    expect(slowest > 0.05, f'it slowed down to {slowest:.2f} m/s: {robot.says()}')
    robot.check_commands(since)
