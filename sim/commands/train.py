"""Train a policy in the simulator."""

import argparse
from datetime import datetime
from pathlib import Path

from liquid_control_sim.commands.usage import UsageError


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--config', type=Path, help='of a new run, as config/train/beacon.yaml')
    parser.add_argument('--run', type=Path, help='its folder (default runs/train/CONFIG-TIME)')
    parser.add_argument('--resume', type=Path, metavar='RUN_DIR', help='go on with this run')
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.training.run import resume, start

    if (arguments.config is None) == (arguments.resume is None):
        raise UsageError('train takes either --config FILE for a new run or --resume RUN_DIR')
    if arguments.resume:
        training = resume(arguments.resume)
    else:
        name = f'{arguments.config.stem}-{datetime.now():%Y%m%d-%H%M%S}'
        training = start(arguments.config, arguments.run or Path('runs', 'train', name))
    print(f'run: {training.folder}', flush=True)
    training.train()
    print(f'bundle: {training.bundle} (round {training.progress.best_round})')
    return 0
