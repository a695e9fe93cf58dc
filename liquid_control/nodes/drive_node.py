"""The drive node as a process: `drive_node`, or `python -m liquid_control.nodes.drive_node`.

    in    the topics of the policy's sensors: scan, imu, image, ...
    out   cmd_vel (TwistStamped, or Twist)       only while active
          ~/guard, ~/guard_points, ~/policy_state
          /diagnostics (DiagnosticArray)         1 Hz in every state
    do    ~/reset, ~/enable, ~/enable_guard, and those of every lifecycle node

Sensors, policy and services live in the executor's thread; the main thread only waits for a
signal, so that SIGINT and SIGTERM bring the robot to a stand even while the policy hangs.
"""

import os
import signal
import sys
import threading
from collections.abc import Sequence

SIGNALS = (signal.SIGINT, signal.SIGTERM)


def main(args: Sequence[str] | None = None) -> int:
    """Run the node until SIGINT or SIGTERM.

    Returns 0, or 1 for parameters that cannot be, or for an executor that raised or hangs.
    """
    for number in SIGNALS:  # nothing moves yet, and to import torch takes seconds
        signal.signal(number, lambda *_: os._exit(0))
    from liquid_control.nodes.process import run

    stop = threading.Event()
    for number in SIGNALS:
        signal.signal(number, lambda *_: stop.set())
    return run(args, stop)


if __name__ == '__main__':
    sys.exit(main())
