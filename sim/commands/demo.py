"""Drive for a minute over ROS 2."""

import argparse
from pathlib import Path

from liquid_control_sim.commands.usage import add_policy


def add(parser: argparse.ArgumentParser) -> None:
    add_policy(parser)
    parser.add_argument('--seconds', type=float, default=60.0, help='of driving (default 60)')
    parser.add_argument('--seed', type=int, default=0, help='of the world (default 0)')
    parser.add_argument('--out', type=Path, default=Path('runs/demo'), help='for the results')
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.ros.demo import DemoConfig, run_demo

    config = DemoConfig(arguments.policy, arguments.seconds, arguments.seed, arguments.out)
    return run_demo(config)
