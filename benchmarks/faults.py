"""Inject faults into a driving node over DDS, observe it from outside, and write what it did.

python benchmarks/faults.py --json runs/faults.json --markdown docs/faults.md
python benchmarks/faults.py --only 'lidar: dead' 'policy: NaN'

The node runs as a process of its own and drives by a bundle of random weights that go forward.
One process bears many faults, as long as it lives. Exit code 0 if every fault was answered as
expected.
"""

import argparse
import math
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import rclpy
import torch
from fault_run import on_operation, on_policy, on_process, on_sensors, on_time
from fault_run.fault import Fault, UnexpectedError
from fault_run.robot import CMD_VEL_TIMEOUT_S, FAULT_S, Robot
from figures import keep
from rclpy.signals import SignalHandlerOptions

from liquid_control.policy import (
    CameraSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    save_bundle,
)

ROOT = Path(__file__).resolve().parents[1]
Row = dict[str, Any]
PREFACE = f"""\
# Faults and answers

Made by `python benchmarks/faults.py --json runs/faults.json --markdown docs/faults.md`: the drive
node runs as a process, each fault is injected over DDS (or by a signal) while it drives, and what
it does is observed over DDS. It drives 0.76 m/s and 0.44 rad/s to the left, and brakes with 3 m/s²
and 6 rad/s². `source_timeout` is {FAULT_S} s for every sensor, `stall_timeout` 0.2 s. *Time to
zero* is from the injection to the command from which on all are zero; where commands cease, to
where a base stands whose own timeout is {CMD_VEL_TIMEOUT_S} s, as that of `diff_drive_controller`.
"""


def catalogue() -> list[Fault]:
    """All faults; those that a process survives together stand together."""
    faults = [
        *on_sensors.faults(),
        *on_time.faults(),
        *on_policy.faults(),
        *on_operation.faults(),
        *on_process.faults(),
    ]
    names = [fault.name for fault in faults]
    assert len(set(names)) == len(names), 'two faults have one name'
    return sorted(faults, key=lambda fault: str(fault.setup))


def run(faults: Sequence[Fault], log: Path) -> list[Row]:
    """Inject one after the other."""
    os.environ.update(network())
    rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
    robot = Robot(bundle(Path(tempfile.mkdtemp()) / 'bundle'), log)
    rows = []
    try:
        for fault in faults:
            rows.append(inject(fault, robot))
            mark = 'ok  ' if rows[-1]['passed'] else 'FAIL'
            print(f'{mark} {fault.name}: {rows[-1]["observed"]}', flush=True)
    finally:
        robot.end()
    return rows


def inject(fault: Fault, robot: Robot) -> Row:
    """One fault; what it leaves behind ends with the process if the robot does not recover."""
    text, seconds, passed = '', math.nan, False
    try:
        robot.begin(fault.setup)
        observation = fault.check(robot)
        text, seconds, passed = observation.text, observation.time_to_zero_s, True
    except (UnexpectedError, AssertionError, RuntimeError) as error:
        text = f'{error}'
        robot.end()
    robot.calm()
    return {
        'fault': fault.name,
        'injected': fault.injected,
        'expected': fault.expected,
        'observed': text,
        'time_to_zero_s': None if math.isnan(seconds) else round(seconds, 3),
        'passed': passed,
    }


def bundle(folder: Path) -> Path:
    """A policy of random weights whose motors are biased to drive forward in a left curve."""
    torch.manual_seed(1)
    sensors = {'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()}
    policy = Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec())))
    with torch.no_grad():
        policy.core.output_w.fill_(0.02)
        policy.core.output_b.copy_(torch.tensor([1.0, 0.3]))
    save_bundle(policy, folder, {'command': 'none: random weights'})
    return folder


def markdown(rows: Sequence[Row], seconds: float) -> str:
    """The table for people."""
    passed = sum(row['passed'] for row in rows)
    lines = [
        *PREFACE.splitlines(),
        '',
        f'{passed} of {len(rows)} answered as expected, in {seconds:.0f} s, on '
        f'{platform.machine()} with {os.cpu_count()} cores.',
        '',
        '| fault | injected | expected | observed | time to zero, s | as expected |',
        '|---|---|---|---|---|---|',
    ]
    for row in rows:
        zero = '' if row['time_to_zero_s'] is None else f'{row["time_to_zero_s"]:.2f}'
        cells = [row['fault'], row['injected'], row['expected'], row['observed'], zero]
        cells = [str(cell).replace('|', '\\|').replace('\n', ' ') for cell in cells]
        lines.append(f'| {" | ".join(cells)} | {"yes" if row["passed"] else "**no**"} |')
    return '\n'.join(lines) + '\n'


def network() -> dict[str, str]:
    """A ROS network of one's own, on this machine alone; killed nodes leave nothing in memory."""
    return {
        'ROS_DOMAIN_ID': str(1 + secrets.randbelow(100)),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'ROS_STATIC_PEERS': '',
        'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
        'OMP_NUM_THREADS': '1',
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, help='where the rows go')
    parser.add_argument('--markdown', type=Path, help='where the table goes')
    parser.add_argument('--only', nargs='+', metavar='FAULT', help='these faults, by name')
    parser.add_argument('--list', action='store_true', help='print the names and end')
    arguments = parser.parse_args()
    faults = catalogue()
    names = [fault.name for fault in faults]
    if arguments.list:
        print('\n'.join(names))
        return 0
    unknown = set(arguments.only or ()) - set(names)
    if unknown:
        parser.error(f'no such fault: {", ".join(sorted(unknown))}')
    chosen = [fault for fault in faults if not arguments.only or fault.name in arguments.only]
    folder = ROOT / 'runs'
    folder.mkdir(exist_ok=True)
    log = folder / 'faults.log'
    log.write_bytes(b'')
    began = time.monotonic()
    rows = run(chosen, log)
    seconds = time.monotonic() - began
    keep(rows, arguments.json)
    if arguments.markdown:
        arguments.markdown.parent.mkdir(parents=True, exist_ok=True)
        arguments.markdown.write_text(markdown(rows, seconds))
    failed = [row['fault'] for row in rows if not row['passed']]
    print(f'{len(rows) - len(failed)} of {len(rows)} as expected in {seconds:.0f} s')
    return 1 if failed else 0


if __name__ == '__main__':
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the threads that listen and publish have no end
