"""How fast the LTC is: one event of one robot, training, and how the cost grows.

    python benchmarks/liquid_speed.py [--json FILE] [--plot FILE]
                                      [--only step|training|growth|memory]

Beside it, in the same run and in turn with it: ncps 1.0.1 with the same weights in eager torch,
and torch's own GRU and LSTM of as many units. Medians of the rounds, and the ratios to ours, are
printed and written. A step runs on one thread, training on as many as torch takes. ncps runs with
one dt for the whole batch, as it knows no other.
"""

import argparse
import statistics
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import ncps.torch
import ncps.wirings
import numpy as np
import torch
from figures import keep
from timing import Run, bind, durations
from torch import Tensor, nn

from liquid_control.liquid import LTC, Random
from liquid_control.liquid.stepper import CompiledStepper

INPUTS = 128
SIZES = (19, 64, 128)
TRAINING = ((1, 128), (32, 128), (256, 8))  # batch, events
MIDPOINT = {'solver': 'exponential_midpoint', 'unfolds': 1}
Row = dict[str, float | str]


class Case(NamedTuple):
    """One network in all its forms."""

    name: str
    ours: LTC
    midpoint: LTC
    theirs: nn.Module
    units: int


def cases(sizes: tuple[int, ...] = SIZES) -> list[Case]:
    """ncps's AutoNCP and fully connected networks, and ours with their weights."""
    found = []
    for units in sizes:
        for kind, wiring in (
            ('AutoNCP', ncps.wirings.AutoNCP(units, max(2, units // 8))),
            ('dense', ncps.wirings.FullyConnected(units, max(2, units // 8))),
        ):
            torch.manual_seed(0)
            theirs = ncps.torch.LTC(INPUTS, wiring)
            ours = LTC.from_ncps(theirs)
            midpoint = LTC(INPUTS, ours.wiring, **MIDPOINT)
            midpoint.load_state_dict(ours.state_dict())
            found.append(Case(f'{kind}({units})', ours, midpoint, theirs, units))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = {'step': steps, 'training': training, 'growth': growth, 'memory': memory}
    parser.add_argument('--json', type=Path, help='write the rows there')
    parser.add_argument('--plot', type=Path, help='draw how the cost grows into this PNG')
    parser.add_argument('--only', choices=parts, help='one part of it')
    parser.add_argument('--rounds', type=int, default=7, help='timed runs of each')
    parser.add_argument('--peak', choices=['ours', 'theirs'], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peak:
        print(peak(arguments.peak))
        return
    rows: list[Row] = []
    for name, part in parts.items():
        if arguments.only in (None, name):
            rows += part(arguments.rounds)
    keep(rows, arguments.json)
    if arguments.plot:
        plot_growth([row for row in rows if row['part'] == 'growth'], arguments.plot)


def steps(rounds: int) -> list[Row]:
    """One event of one sample, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    print(f'step, batch 1, {INPUTS} inputs, one thread, microseconds')
    rows = []
    with torch.inference_mode():
        for case in cases():
            x, state = torch.randn(1, INPUTS), torch.randn(1, case.units)
            arrays = x.numpy(), state.numpy(), np.array([0.05], np.float32)
            dt, cells = torch.tensor(0.05), (nn.GRUCell, nn.LSTMCell)
            gru, lstm = (cell(INPUTS, case.units) for cell in cells)
            runs = {
                'ours': bind(CompiledStepper(case.ours), *arrays),
                'midpoint': bind(CompiledStepper(case.midpoint), *arrays),
                'ncps': bind(case.theirs.rnn_cell, x, state, dt),
                'gru': bind(gru, x, state),
                'lstm': bind(lstm, x, (state, state)),
            }
            rows.append(row('step', case.name, times(runs, rounds, repeats=200)))
    torch.set_num_threads(threads)
    return rows


def training(rounds: int) -> list[Row]:
    """Forward and backward over a batch of sequences."""
    rows = []
    for batch, events in TRAINING:
        print(
            f'training, batch {batch}, {events} events, {INPUTS} inputs, '
            f'{torch.get_num_threads()} threads, microseconds'
        )
        for case in cases():
            x = torch.randn(batch, events, INPUTS, requires_grad=True)
            dt = torch.rand(1, events) * 0.1 + 0.001
            gru = nn.GRU(INPUTS, case.units, batch_first=True)
            lstm = nn.LSTM(INPUTS, case.units, batch_first=True)
            runs = {
                'ours': trains(case.ours, x, dt=dt.expand(batch, -1)),
                'midpoint': trains(case.midpoint, x, dt=dt.expand(batch, -1)),
                'ncps': trains(case.theirs, x, timespans=dt),
                'gru': trains(gru, x),
                'lstm': trains(lstm, x),
            }
            slow = case.units * batch * events > 2**16  # ncps alone takes seconds a run
            name = f'{case.name} batch {batch} events {events}'
            rows.append(row('training', name, times(runs, 3 if slow else rounds)))
    return rows


def growth(rounds: int) -> list[Row]:
    """Our training alone, as one of synapses, events and batch grows."""
    print('growth of ours, training from batch 32, 64 events, 64 neurons, 32 inputs, microseconds')
    rows: list[Row] = []
    for axis, values in (
        ('synapses', (0.95, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0)),
        ('events', (16, 32, 64, 128, 256)),
        ('batch', (32, 64, 128, 256, 512)),
    ):
        for value in values:
            sparsity = float(value) if axis == 'synapses' else 0.5
            batch = int(value) if axis == 'batch' else 32
            events = int(value) if axis == 'events' else 64
            ltc = LTC(32, Random(64, 8, sparsity))
            x = torch.randn(batch, events, 32, requires_grad=True)
            run = trains(ltc, x, dt=torch.rand(batch, events) * 0.1)
            ours = times({'ours': run}, rounds)['ours']
            size = ltc.wiring.synapses if axis == 'synapses' else value
            print(f'  {axis} {size:6}  {ours * 1e6:10.0f}')
            rows.append({'part': 'growth', 'axis': axis, 'size': size, 'ours_us': ours * 1e6})
    return rows


def memory(rounds: int) -> list[Row]:
    """Peak memory of one training step, each in a process of its own."""
    command = [sys.executable, __file__, '--peak']
    mib = {
        name: float(subprocess.run([*command, name], check=True, capture_output=True).stdout)
        for name in ('ours', 'theirs')
    }
    ratio = mib['theirs'] / mib['ours']
    name = 'AutoNCP(64) batch 32 events 128: peak memory of training beyond the start, MiB'
    print(f'{name}: ours {mib["ours"]:.0f}, ncps {mib["theirs"]:.0f}, {ratio:.0f} x')
    return [
        {
            'part': 'memory',
            'case': name,
            'ours_mib': mib['ours'],
            'ncps_mib': mib['theirs'],
            'ratio': ratio,
        }
    ]


def peak(whose: str) -> float:
    """MiB that one training step adds to what the process held before. On Linux alone."""
    (case, _) = cases((64,))
    network, key = (case.ours, 'dt') if whose == 'ours' else (case.theirs, 'timespans')
    for events in (1, 128):  # the first one loads and compiles what there is to
        x = torch.randn(32, events, INPUTS, requires_grad=True)
        run = trains(network, x, **{key: torch.full((32 if key == 'dt' else 1, events), 0.05)})
        Path('/proc/self/clear_refs').write_text('5')  # the high-water mark begins anew
        before = _resident('VmRSS')
        run()
    return _resident('VmHWM') - before


def _resident(field: str) -> float:
    """MiB, of a field of /proc/self/status."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return int(next(line for line in lines if line.startswith(field)).split()[1]) / 1024


def trains(network: nn.Module, x: Tensor, **times: Tensor) -> Run:
    def run() -> None:
        network.zero_grad()
        x.grad = None
        network(x, **times)[0].sum().backward()

    return run


def times(runs: dict[str, Run], rounds: int, repeats: int = 1) -> dict[str, float]:
    """Median seconds of a run of each, see `durations`. p99: of ours."""
    seconds = durations(runs, rounds, repeats)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    return medians | {'p99': float(np.percentile(seconds['ours'], 99))}


def row(part: str, case: str, seconds: dict[str, float]) -> Row:
    """What is written; `ratio` is ncps's time by ours."""
    us = {f'{name}_us': value * 1e6 for name, value in seconds.items()}
    ratio = seconds['ncps'] / seconds['ours']
    print(
        f'  {case:36s} ours {us["ours_us"]:9.1f} (p99 {us["p99_us"]:9.1f})'
        f'  midpoint {us["midpoint_us"]:9.1f}  ncps {us["ncps_us"]:11.1f}'
        f'  GRU {us["gru_us"]:9.1f}  LSTM {us["lstm_us"]:9.1f}  ncps / ours {ratio:6.1f}'
    )
    return {'part': part, 'case': case, **us, 'ratio': ratio}


def plot_growth(rows: list[Row], path: Path) -> None:
    """Milliseconds over synapses, events and batch, beside straight lines through the origin."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3), layout='constrained')
    for axes, name in zip(figure.subplots(1, 3), ('synapses', 'events', 'batch'), strict=True):
        points = [(row['size'], row['ours_us']) for row in rows if row['axis'] == name]
        sizes, us = (np.array(values, float) for values in zip(*points, strict=True))
        axes.plot(sizes, us / 1e3, 'o-', label='measured')
        line = np.polynomial.Polynomial.fit(sizes, us / 1e3, 1)
        axes.plot(sizes, line(sizes), 'k:', label='straight line')
        axes.set(xlabel=name, ylabel='ms', xlim=(0, None), ylim=(0, None))
    axes.legend()
    figure.savefig(path, dpi=120)


if __name__ == '__main__':
    main()
