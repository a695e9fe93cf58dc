"""Each sensor dead, frozen, invalid, noisy, of a wrong shape, encoding or frame, and hostile."""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from rclpy.serialization import serialize_message

from fault_run.fault import Fault, Observation, drives_on, expect, goes_on, stops
from fault_run.robot import FAULT_S, Robot
from fault_run.sensors import NAMES

BRAKING_S = 0.35  # from the speed of the bundle to zero at max_deceleration
SLACK_S = 0.2  # a sensor's period, a heartbeat, the way of the command
SILENCE_S = FAULT_S + BRAKING_S + SLACK_S
STOPS = 'decelerates to zero after source_timeout, says why, drives again when it ends'
Alter = Callable[[Any], Any]


def faults() -> list[Fault]:
    return [*_dead(), *_frozen(), *_invalid(), *_noisy(), *_misshapen(), *_hostile()]


def _dead() -> list[Fault]:
    return [
        Fault(f'{name}: dead', 'it falls silent', STOPS, partial(_falls_silent, sensor=name))
        for name in NAMES
    ]


def _frozen() -> list[Fault]:
    same = 'the same message again and again'
    values = 'the same values under new stamps, as from a dead device with a living driver'
    return [
        *(
            Fault(f'{n}: message repeated', same, STOPS, _altered(n, _same(), 'duplicate'))
            for n in NAMES
        ),
        *(
            Fault(
                f'{n}: frozen',
                values,
                'the same, after max_repeats messages',
                _altered(n, _same_values(), 'rejected', 'is frozen', late_s=1.2),
            )
            for n in NAMES
        ),
    ]


def _invalid() -> list[Fault]:
    def set_nan(message: Any) -> Any:
        if hasattr(message, 'ranges'):
            message.ranges = np.full(720, np.nan, np.float32)
        else:
            message.angular_velocity.z = np.nan
        return [message]

    def set_third(message: Any) -> Any:
        message.ranges = np.where(np.arange(720) % 3, message.ranges, np.nan).astype(np.float32)
        return [message]

    def set_infinite(message: Any) -> Any:
        message.linear_acceleration.x = np.inf
        return [message]

    nothing = 'its messages are no measurements: ' + STOPS
    return [
        Fault(
            'lidar: all NaN',
            'every beam NaN',
            nothing,
            _altered('lidar', set_nan, 'rejected', 'invalid'),
        ),
        Fault(
            'lidar: a third NaN',
            'every third beam NaN',
            'drives on',
            _tolerated('lidar', set_third),
        ),
        Fault(
            'imu: NaN',
            'angular velocity NaN',
            nothing,
            _altered('imu', set_nan, 'rejected', 'finite'),
        ),
        Fault(
            'imu: infinite',
            'acceleration infinite',
            nothing,
            _altered('imu', set_infinite, 'rejected', 'finite'),
        ),
    ]


def _noisy() -> list[Fault]:
    rng = np.random.default_rng(1)

    def speckle(message: Any) -> Any:
        ranges = np.array(message.ranges)
        hit = rng.random(720) < 0.2
        ranges[hit] = rng.uniform(3.0, 10.0, hit.sum())
        message.ranges = ranges.astype(np.float32)
        return [message]

    def shake(message: Any) -> Any:
        message.linear_acceleration.z += rng.normal(0.0, 20.0)
        message.angular_velocity.z += rng.normal(0.0, 10.0)
        return [message]

    def snow(message: Any) -> Any:
        message.data = rng.integers(0, 255, len(message.data), np.uint8).tobytes()
        return [message]

    finite = 'drives on; every command finite and within the limits'
    return [
        Fault(
            'lidar: noisy',
            'a fifth of the beams anywhere from 3 to 10 m',
            finite,
            _tolerated('lidar', speckle),
        ),
        Fault('imu: noisy', 'noise of 20 m/s² and 10 rad/s', finite, _tolerated('imu', shake)),
        Fault('camera: noisy', 'nothing but noise', finite, _tolerated('camera', snow)),
    ]


def _misshapen() -> list[Fault]:
    def narrow(message: Any) -> Any:
        message.ranges = list(message.ranges[:100])
        return [message]

    def backward(message: Any) -> Any:
        message.range_min, message.range_max = 10.0, 0.1
        return [message]

    def small(message: Any) -> Any:
        message.width, message.step, message.data = 32, 96, bytes(48 * 96)
        return [message]

    def mismatched(message: Any) -> Any:
        message.data = bytes(1000)
        return [message]

    def encoded(message: Any) -> Any:
        message.encoding = 'yuv422'
        return [message]

    def framed(message: Any) -> Any:
        message.header.frame_id = 'another_laser'
        return [message]

    refused = 'refused with the reason: ' + STOPS
    cases = [
        ('lidar: wrong shape', '100 of 720 beams', 'lidar', narrow, 'says nothing of'),
        (
            'lidar: impossible geometry',
            'range_max below range_min',
            'lidar',
            backward,
            'range_min',
        ),
        ('lidar: wrong frame', 'frame_id of another device', 'lidar', framed, 'frame'),
        ('camera: wrong shape', '32 x 48 pixels', 'camera', small, 'wants 64x48'),
        ('camera: mismatched lengths', '1000 bytes for 64 x 48', 'camera', mismatched, 'bytes'),
        ('camera: wrong encoding', 'yuv422', 'camera', encoded, 'encoding'),
    ]
    return [
        Fault(name, injected, refused, _altered(sensor, alter, 'rejected', word))
        for name, injected, sensor, alter, word in cases
    ]


def _hostile() -> list[Fault]:
    def huge(message: Any) -> Any:
        message.ranges = np.full(100_000, 4.0, np.float32)
        return [message]

    def absurd(message: Any) -> Any:
        message.width = message.height = message.step = 2**32 - 1
        return [message]

    def garbage(message: Any) -> Any:
        return [os.urandom(300)]

    def truncated(message: Any) -> Any:
        return [serialize_message(message)[:200]]

    bounded = 'costs bounded time and memory: ' + STOPS
    return [
        Fault('lidar: huge array', '100,000 beams', bounded, _altered('lidar', huge, 'rejected')),
        Fault(
            'camera: absurd dimensions',
            '2^32 - 1 pixels wide and high',
            bounded,
            _altered('camera', absurd, 'rejected'),
        ),
        Fault(
            'lidar: garbage',
            '300 random bytes instead of a message',
            STOPS,
            _altered('lidar', garbage, None),
        ),
        Fault(
            'camera: truncated',
            'messages of 200 bytes',
            STOPS,
            _altered('camera', truncated, None),
        ),
    ]


def _falls_silent(robot: Robot, sensor: str) -> Observation:
    robot.await_driving()
    seconds = stops(robot, lambda: _silence(robot, sensor), SILENCE_S, 1.4)
    said = robot.says()
    expect(f'no usable {sensor} message for' in said, f'it says: {said}')
    goes_on(robot)
    return Observation(f'stood; "{said}"', seconds)


def _silence(robot: Robot, sensor: str) -> None:
    robot.sensors[sensor].silent = True


def _altered(
    sensor: str, alter: Alter, counter: str | None, word: str = '', late_s: float = 0.0
) -> Callable[[Robot], Observation]:
    """Every message of the sensor is altered so that none is a measurement."""

    def check(robot: Robot) -> Observation:
        robot.await_driving()
        before = robot.count(sensor, counter) if counter else 0

        def inject() -> None:
            robot.sensors[sensor].alter = alter

        seconds = stops(robot, inject, SILENCE_S + late_s, 1.4 + late_s)
        report = robot.report(sensor)
        told = report['message']
        if counter:
            more = int(report.get(counter, 0)) - before
            expect(more > 2, f'{counter} rose by {more}: {report}')
            told += f'; {counter} +{more}'
        if word:
            expect(word in report['rejection'], f'the rejection is {report["rejection"]!r}')
            told += f': "{report["rejection"]}"'
        goes_on(robot)
        return Observation(told, seconds)

    return check


def _tolerated(sensor: str, alter: Alter) -> Callable[[Robot], Observation]:
    def check(robot: Robot) -> Observation:
        def inject() -> None:
            robot.sensors[sensor].alter = alter

        drives_on(robot, inject, 1.5)
        return Observation(f'{robot.says()}; slowest {robot.slowest(robot.now() - 1.0):.2f} m/s')

    return check


def _same() -> Alter:
    kept: list[Any] = []

    def alter(message: Any) -> Any:
        kept.append(message)
        return kept[:1]

    return alter


def _same_values() -> Alter:
    kept: list[Any] = []

    def alter(message: Any) -> Any:
        kept.append(message)
        kept[0].header.stamp = message.header.stamp
        return kept[:1]

    return alter
