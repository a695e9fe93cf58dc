"""Messages late, doubled, out of order, from the future; clocks that rewind, pause and leap."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fault_run.fault import Fault, Observation, drives_on, expect, goes_on, stops
from fault_run.on_sensors import BRAKING_S, SILENCE_S, SLACK_S, STOPS
from fault_run.robot import Robot
from fault_run.sensors import NAMES

SIMULATED = {'use_sim_time': True}
GAP_S = 0.5  # the guard's patience with a scan's age


def faults() -> list[Fault]:
    return [*_late(), *_disordered(), *_stamps(), *_clocks()]


def _late() -> list[Fault]:
    little = 'put in its place: rewound and replayed; drives on'
    much = 'dropped as late: ' + STOPS
    return [
        *(
            Fault(
                f'{name}: late by 0.12 s',
                'stamps 0.12 s older than the others, within max_lag',
                little,
                _counted(name, 'rewound', _shift(name, -0.12)),
            )
            for name in NAMES
        ),
        *(
            Fault(
                f'{name}: late by 0.4 s',
                'stamps 0.4 s older than the others, beyond max_lag',
                much,
                _dropped(name, 'late', _shift(name, -0.4)),
            )
            for name in NAMES
        ),
    ]


def _disordered() -> list[Fault]:
    double = 'the second is dropped as duplicate; drives on'
    swapped = 'the older of two is dropped as out of order; drives on'
    return [
        *(
            Fault(
                f'{name}: duplicated',
                'every message twice',
                double,
                _counted(name, 'duplicate', _alter(name, lambda m: [m, m])),
            )
            for name in NAMES
        ),
        *(
            Fault(
                f'{name}: reordered',
                'every two messages in the wrong order',
                swapped,
                _counted(name, 'out_of_order', lambda robot, n=name: _swap(robot, n)),
            )
            for name in NAMES
        ),
    ]


def _stamps() -> list[Fault]:
    def zero(message: Any) -> Any:
        message.header.stamp.sec = message.header.stamp.nanosec = 0
        return [message]

    def last(message: Any) -> Any:
        message.header.stamp.sec = 2**31 - 1
        return [message]

    def first(message: Any) -> Any:
        message.header.stamp.sec = -(2**31)
        return [message]

    future, believed = 'dropped as future: ' + STOPS, 'taken at the time of receipt; drives on'
    return [
        Fault(
            'lidar: from the future',
            'stamps 5 s ahead',
            future,
            _dropped('lidar', 'future', _shift('lidar', 5.0)),
        ),
        Fault(
            'imu: extreme stamps',
            'the last second of the era',
            future,
            _dropped('imu', 'future', _alter('imu', last)),
        ),
        Fault(
            'camera: extreme stamps',
            'stamps of the year 1901',
            STOPS,
            _dropped('camera', None, _alter('camera', first)),
        ),
        Fault(
            'lidar: stamps of zero',
            'no stamp at all',
            believed,
            _counted('lidar', 'accepted', _alter('lidar', zero)),
        ),
        Fault(
            'all: stamps jump back',
            'stamps of all sensors 30 s back, as in a bag that begins anew',
            'memory erased; the guard holds the robot, since such scans are old; '
            'drives again when it ends',
            _rewound_stamps,
        ),
        Fault(
            'all: pause of 0.3 s',
            'no message for 0.3 s',
            'integrated over the gap; drives on',
            _short_pause,
        ),
        Fault('all: pause of 1.5 s', 'no message for 1.5 s', STOPS, _long_pause),
    ]


def _clocks() -> list[Fault]:
    erased = 'memory erased, decelerates to zero, drives again when every sensor was heard anew'
    return [
        Fault(
            'clock: rewind', '/clock and all stamps 20 s back', erased, _clock_rewinds, SIMULATED
        ),
        Fault(
            'clock: pause',
            '/clock stands still, sensors are silent',
            STOPS,
            _clock_pauses,
            SIMULATED,
        ),
        Fault(
            'clock: pause, sensors go on',
            '/clock stands still, stamps with it',
            STOPS,
            _clock_stands,
            SIMULATED,
        ),
        Fault(
            'clock: leap',
            '/clock and all stamps 20 s ahead',
            'memory erased; drives on or stops for a moment',
            _clock_leaps,
            SIMULATED,
        ),
    ]


def _shift(sensor: str, offset_s: float) -> Callable[[Robot], None]:
    def inject(robot: Robot) -> None:
        robot.sensors[sensor].offset_s = offset_s

    return inject


def _alter(sensor: str, alter: Callable[[Any], Any]) -> Callable[[Robot], None]:
    def inject(robot: Robot) -> None:
        robot.sensors[sensor].alter = alter

    return inject


def _swap(robot: Robot, sensor: str) -> None:
    held: list[Any] = []

    def alter(message: Any) -> Any:
        held.append(message)
        if len(held) < 2:
            return []
        pair = held[::-1]
        held.clear()
        return pair

    robot.sensors[sensor].alter = alter


def _counted(
    sensor: str, counter: str, inject: Callable[[Robot], None]
) -> Callable[[Robot], Observation]:
    """It is counted and the robot drives on."""

    def check(robot: Robot) -> Observation:
        robot.await_driving()
        before = robot.count(sensor, counter)
        drives_on(robot, lambda: inject(robot), 1.5)
        more = robot.count(sensor, counter) - before
        expect(more > 2, f'{counter} rose by {more}')
        return Observation(f'drove on; {counter} +{more}')

    return check


def _dropped(
    sensor: str, counter: str | None, inject: Callable[[Robot], None]
) -> Callable[[Robot], Observation]:
    """None of the messages counts as a measurement, so the robot stops."""

    def check(robot: Robot) -> Observation:
        robot.await_driving()
        before = robot.count(sensor, counter) if counter else 0
        seconds = stops(robot, lambda: inject(robot), SILENCE_S, 1.4)
        text = f'stood; "{robot.says()}"'
        if counter:
            more = robot.count(sensor, counter) - before
            expect(more > 2, f'{counter} rose by {more}')
            text += f'; {counter} +{more}'
        goes_on(robot)
        return Observation(text, seconds)

    return check


def _rewound_stamps(robot: Robot) -> Observation:
    def inject() -> None:
        for name in NAMES:
            robot.sensors[name].offset_s = -30.0

    seconds = stops(robot, inject, GAP_S + BRAKING_S + SLACK_S, 1.5)
    jumps = sum(robot.count(name, 'jump_back') for name in NAMES)
    expect(jumps >= 1, 'no jump was counted')
    text = f'jump_back {jumps}; guard: "{robot.report("guard")["message"]}"'
    goes_on(robot)
    return Observation(text, seconds)


def _short_pause(robot: Robot) -> Observation:
    drives_on(robot, lambda: _mute(robot, 0.3), 1.0)
    return Observation('drove on')


def _long_pause(robot: Robot) -> Observation:
    def inject() -> None:
        for name in NAMES:
            robot.sensors[name].silent = True

    seconds = stops(robot, inject, SILENCE_S, 1.5)
    said = robot.says()
    goes_on(robot)
    return Observation(f'stood; "{said}"', seconds)


def _mute(robot: Robot, seconds: float) -> None:
    for name in NAMES:
        robot.sensors[name].silent = True
    robot.wait(seconds)
    for name in NAMES:
        robot.sensors[name].silent = False


def _clock_rewinds(robot: Robot) -> Observation:
    robot.await_driving()
    since = robot.now()
    robot.sensors.clock_offset_s = -20.0
    expect(robot.wait_until(lambda: not robot.drives(), 1.5), 'it did not slow down')
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')
    lowest = min(linear for at, linear, _ in list(robot.commands) if at > since)
    expect('clock jumped' in robot.logged(), 'the log does not tell of it')
    return Observation(
        f'slowed to {lowest:.2f} m/s until all sensors were heard anew, drove again'
    )


def _clock_pauses(robot: Robot) -> Observation:
    def inject() -> None:
        robot.sensors.clock_runs = False
        for name in NAMES:
            robot.sensors[name].silent = True

    seconds = stops(robot, inject, SILENCE_S + 0.1, 1.5)
    said = robot.says()
    goes_on(robot)
    return Observation(f'stood, on the steady clock; "{said}"', seconds)


def _clock_stands(robot: Robot) -> Observation:
    kept: dict[str, Any] = {}

    def stamped(name: str, message: Any) -> Any:
        message.header.stamp = kept.setdefault(name, message.header.stamp)
        return [message]

    def inject() -> None:
        robot.sensors.clock_runs = False
        for name in NAMES:
            robot.sensors[name].alter = partial(stamped, name)

    seconds = stops(robot, inject, SILENCE_S + 0.1, 1.5)
    said = robot.says()
    goes_on(robot)
    return Observation(f'stood; "{said}"', seconds)


def _clock_leaps(robot: Robot) -> Observation:
    robot.await_driving()
    since = robot.now()
    robot.sensors.clock_offset_s = 20.0
    robot.wait(0.5)
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')
    robot.check_commands(since)
    gaps = sum(robot.count(name, 'reset_gap') for name in NAMES)
    expect(gaps >= 1, 'no gap was counted')
    robot.sensors.clock_offset_s = 0.0
    return Observation(f'reset_gap {gaps}; drove on within the limits')
