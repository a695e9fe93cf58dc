"""How fast the LTC is beside ncps: one event of one robot, and training on sequences.

    python benchmarks/ltc_speed.py [--json FILE]

The two take turns in one process on one core; medians and their ratios are printed. Both networks
hold the same weights; ncps runs with one dt for the whole batch, as it knows no other.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import ncps.torch
import ncps.wirings
import torch

from liquid_control.liquid import LTC

INPUTS = 60
CASES = {
    'NCP, 50 neurons': lambda: ncps.wirings.NCP(32, 16, 2, 12, 8, 64, 10),
    'fully connected, 32 neurons': lambda: ncps.wirings.FullyConnected(32, 2),
}
UNFOLDS = 6
ROUNDS = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--json', type=Path, help='write the rows there')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    rows = []
    for name, wiring in CASES.items():
        theirs = ncps.torch.LTC(INPUTS, wiring(), ode_unfolds=UNFOLDS)
        ours = LTC.from_ncps(theirs)
        rows.append(row(f'{name}: one event', *pair(step_ours(ours), step_theirs(theirs))))
        for batch in (1, 32):
            runs = train(ours, theirs, batch, 64)
            rows.append(row(f'{name}: train {batch} x 64 events', *pair(*runs)))
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + '\n')


def pair(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of each, taken in turn; one uncounted run first."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for run, kept in zip((ours, theirs), times, strict=True):
            began = time.perf_counter()
            run()
            if number:
                kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def step_ours(ltc: LTC) -> Callable[[], object]:
    x, dt, state = torch.randn(1, INPUTS), torch.full((1,), 0.01), ltc.initial_state(1)
    with torch.no_grad():
        frozen = ltc.freeze()

    def run() -> None:
        with torch.inference_mode():
            for _ in range(20):
                ltc.step(x, state, dt, frozen)

    return run


def step_theirs(module: ncps.torch.LTC) -> Callable[[], object]:
    x, dt, state = torch.randn(1, INPUTS), torch.tensor(0.01), torch.zeros(1, module.state_size)

    def run() -> None:
        with torch.inference_mode():
            for _ in range(20):
                module.rnn_cell(x, state, dt)

    return run


def train(
    ours: LTC, theirs: ncps.torch.LTC, batch: int, events: int
) -> tuple[Callable[[], object], Callable[[], object]]:
    x = torch.randn(batch, events, INPUTS, requires_grad=True)
    dt = torch.rand(1, events) * 0.02 + 0.001

    def run_ours() -> None:
        ours(x, dt=dt.expand(batch, -1))[0].sum().backward()

    def run_theirs() -> None:
        theirs(x, timespans=dt)[0].sum().backward()

    return run_ours, run_theirs


def row(name: str, ours: float, theirs: float) -> dict[str, float | str]:
    print(
        f'{name:45s} {ours * 1e3:9.1f} ms   ncps {theirs * 1e3:9.1f} ms   {theirs / ours:5.1f} x'
    )
    return {'case': name, 'ours_s': ours, 'ncps_s': theirs, 'ratio': theirs / ours}


if __name__ == '__main__':
    main()
