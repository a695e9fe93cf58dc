"""Drive a policy through unknown worlds."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path

from liquid_control_sim.commands.usage import UsageError, add_policy


def add(parser: argparse.ArgumentParser) -> None:
    add_policy(parser)
    parser.add_argument('--episodes', type=int, default=100)
    parser.add_argument('--seed', type=int, default=0, help='of the first episode (default 0)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the result there')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1, help='processes')
    parser.add_argument(
        '--compare',
        type=int,
        metavar='N',
        help='also the expert, and the policy with each sensor silent, on the first N episodes',
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from liquid_control_sim.evaluation.evaluate import Evaluation, evaluate
    from liquid_control_sim.evaluation.table import print_table
    from liquid_control_sim.training.seeds import FIRST_TRAINING_SEED

    last = arguments.seed + arguments.episodes
    if arguments.episodes < 1 or not 0 <= arguments.seed < last <= FIRST_TRAINING_SEED:
        raise UsageError(
            f'--seed {arguments.seed} --episodes {arguments.episodes}: seeds from 0 up to '
            f'{FIRST_TRAINING_SEED - 1} are free, those above are for training'
        )
    evaluation = Evaluation(arguments.policy, range(arguments.seed, last))
    drivers = {'policy': evaluation}
    if arguments.compare:
        first = replace(evaluation, seeds=evaluation.seeds[: arguments.compare])
        drivers['expert'] = replace(first, driver='expert')
        for sensor in ('lidar', 'imu', 'camera'):
            drivers[f'{sensor} silent'] = replace(first, silent=(sensor,))
    rows = {}
    for name, driver in drivers.items():
        with Console(stderr=True).status(f'{name}: {len(driver.seeds)} episodes'):
            rows[name] = evaluate(driver, arguments.workers).summary()
    print_table(rows)
    if arguments.json:
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        compared = {name: row for name, row in rows.items() if name != 'policy'}
        result = {**rows['policy'], **({'compared': compared} if compared else {})}
        arguments.json.write_text(json.dumps(result, indent=2) + '\n')
    return 0
