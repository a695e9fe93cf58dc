"""What encoders cost: many measurements forward and backward in training, one on the robot.

    python benchmarks/encoder_speed.py [--json FILE]

In turn with each other, on one thread: a LiDAR's encoder, a camera's and a depth camera's, the
latter two by convolutions whose first one has a stride of 2 or of 4 pixels; and a GRU of 50 units
that hears a hundred inputs, as many times as there are measurements. Medians of the rounds, in
microseconds, and the ratio of stride 2 to stride 4.
"""

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from figures import report
from timing import Run, bind, durations
from torch import Tensor, nn

from liquid_control.policy import CameraSpec
from liquid_control.policy.encoders import build_encoder
from liquid_control.policy.plain import plain
from liquid_control.policy.spec import AnySensorSpec, DepthSpec, LidarSpec

SENSORS: dict[str, AnySensorSpec] = {
    'lidar': LidarSpec(beams=720, pool=8),
    'camera, stride 2': CameraSpec(stride=2),
    'camera, stride 4': CameraSpec(stride=4),
    'depth, stride 2': DepthSpec(stride=2),
    'depth, stride 4': DepthSpec(stride=4),
}
GRU = 'GRU(50)'
STEPS = 50  # of the robot in a round


def measured(spec: AnySensorSpec, count: int) -> np.ndarray:
    """So many measurements of nothing in particular."""
    rng = np.random.default_rng(0)
    values = rng.uniform(0.5, 9.0, (count, *spec.shape))
    return (values * 25.0).astype(np.uint8) if spec.dtype is np.uint8 else values


def learning(count: int) -> dict[str, Run]:
    """Forward and backward over so many measurements."""
    runs: dict[str, Run] = {}
    for name, spec in SENSORS.items():
        encoder = build_encoder(spec)
        prepared = torch.from_numpy(encoder.prepare(measured(spec, count)))
        runs[name] = _learns(encoder, prepared, lambda features: features)
    runs[GRU] = _learns(nn.GRU(100, 50), torch.randn(count, 1, 100), lambda made: made[0])
    return runs


def driving() -> dict[str, Run]:
    """One measurement, as on the robot."""
    runs: dict[str, Run] = {}
    for name, spec in SENSORS.items():
        encoder = build_encoder(spec)
        runs[name] = bind(plain(encoder), encoder.prepare(measured(spec, 1)))
    cell, x, state = nn.GRUCell(100, 50), torch.randn(1, 100), torch.zeros(1, 50)
    runs[GRU] = torch.no_grad()(lambda: cell(x, state))
    return runs


def medians_us(runs: dict[str, Run], rounds: int, repeats: int = 1) -> dict[str, float]:
    """Of one run of each, see `durations`; and how much longer stride 2 takes than stride 4."""
    seconds = durations(runs, rounds, repeats)
    us = {name: round(statistics.median(each) * 1e6, 1) for name, each in seconds.items()}
    for kind in ('camera', 'depth'):
        us[f'{kind}, ratio'] = round(us[f'{kind}, stride 2'] / us[f'{kind}, stride 4'], 2)
    return us


def _learns(network: nn.Module, x: Tensor, output: Callable[..., Tensor]) -> Run:
    def run() -> None:
        network.zero_grad()
        output(network(x)).sum().backward()

    return run


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, help='where the figures go')
    parser.add_argument('--count', type=int, default=160, help='measurements learned from')
    parser.add_argument('--rounds', type=int, default=15, help='timed runs of each')
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    figures = {
        'count': arguments.count,
        'learning': medians_us(learning(arguments.count), arguments.rounds),
        'driving': medians_us(driving(), arguments.rounds, STEPS),
    }
    report(figures, arguments.json)


if __name__ == '__main__':
    main()
