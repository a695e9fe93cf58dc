"""Train a policy in the simulator."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from liquid_control_sim.commands.usage import UsageError

if TYPE_CHECKING:
    from liquid_control_sim.training.config import BagsConfig


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--config', type=Path, help='of a new run, as config/train/beacon.yaml')
    parser.add_argument('--run', type=Path, help='its folder (default runs/train/CONFIG-TIME)')
    parser.add_argument('--resume', type=Path, metavar='RUN_DIR', help='go on with this run')
    parser.add_argument('--bags', type=Path, metavar='DIR', help='learn from recorded drives')
    parser.add_argument(
        '--inputs',
        type=Path,
        metavar='FILE',
        help="the drive node's parameter file for the robot in the bags (default: usual topics)",
    )
    parser.add_argument(
        '--actions', default='cmd_vel', metavar='TOPIC', help='what was done (default cmd_vel)'
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.training.run import resume, start, usual_folder

    if (arguments.config is None) == (arguments.resume is None):
        raise UsageError('train takes either --config FILE for a new run or --resume RUN_DIR')
    if arguments.resume:
        training = resume(arguments.resume)
    else:
        folder = arguments.run or usual_folder(arguments.config)
        training = start(arguments.config, folder, _bags(arguments))
    print(f'run: {training.folder}', flush=True)
    training.train()
    print(f'bundle: {training.bundle} (round {training.bundled})')
    return 0


def _bags(arguments: argparse.Namespace) -> 'BagsConfig | None':
    from liquid_control_sim.training.config import BagsConfig

    if arguments.bags is None:
        if arguments.inputs:
            raise UsageError('--inputs is for --bags DIR')
        return None
    return BagsConfig(arguments.bags, inputs=arguments.inputs, topic=arguments.actions)
