"""What the collision guard costs: to see a scan of 720 beams, and to judge a command.

python benchmarks/guard_speed.py [--json FILE]

    corridor    walls 1 m to both sides, open ahead: what a robot mostly sees
    crowd       every beam ends just beyond the zones, some have died: all points are within reach
                of the command, which the guard slows down and gives its reasons for

Each call is timed as one of many in a row, and as one every 5 ms, for which a processor that has
other things to do fetches code and data anew. Microseconds, median and 99th percentile.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from figures import report

from liquid_control.safety import Guard, GuardConfig, read_beams, rehearse

BEAMS = np.radians(np.linspace(-135.0, 135.0, 720))
COMMAND = np.array([1.0, 0.4])
PACE_S = 0.005
SOURCE = 'lidar'
Figures = dict[str, float]


def corridor() -> np.ndarray:
    """Ranges [720], metres."""
    ranges = 1.0 / np.maximum(np.abs(np.sin(BEAMS)), 0.1)
    return ranges + np.random.default_rng(0).normal(0.0, 0.01, len(BEAMS))


def crowd() -> np.ndarray:
    """Ranges [720], metres; a sector and single beams are invalid."""
    ranges = np.random.default_rng(0).uniform(0.75, 1.2, len(BEAMS))
    ranges[::9] = np.nan
    ranges[:60] = np.nan
    return ranges


def measure(scene: Callable[[], np.ndarray], calls: int) -> dict[str, Figures | str]:
    """Figures of `see` (a scan to a view, and the view into the guard) and of `limit` (a wish
    through slowdown zones, and the command's verdict).
    """
    guard, ranges = Guard(GuardConfig(), {SOURCE: 1.0}), scene()

    def see() -> None:
        guard.see(SOURCE, read_beams(ranges, BEAMS, 0.1), 0)

    def limit() -> None:
        guard.limit(guard.slow(COMMAND), 0)

    see()
    action = guard.limit(COMMAND, 0).action
    return {'action': action, 'see': timed(see, calls), 'limit': timed(limit, calls)}


def timed(call: Callable[[], None], calls: int) -> Figures:
    """Microseconds per call."""
    in_a_row = [duration_us(call) for _ in range(calls)]
    paced = []
    for _ in range(calls):
        time.sleep(PACE_S)
        paced.append(duration_us(call))
    figures = {}
    for name, durations in (('', in_a_row), ('paced_', paced)):
        p50, p99 = np.percentile(durations, (50, 99))
        figures |= {f'{name}p50_us': round(float(p50), 1), f'{name}p99_us': round(float(p99), 1)}
    return figures


def duration_us(call: Callable[[], None]) -> float:
    begin_ns = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - begin_ns) * 1e-3


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, help='where the figures go')
    parser.add_argument('--calls', type=int, default=2000, help='of each kind')
    arguments = parser.parse_args()
    rehearse()
    figures = {scene.__name__: measure(scene, arguments.calls) for scene in (corridor, crowd)}
    report(figures, arguments.json)


if __name__ == '__main__':
    main()
