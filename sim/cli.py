"""The command `liquid_control`: one subcommand for each thing people do."""

import argparse
import json
import os
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from liquid_control.policy import BundleError
from liquid_control.schema import ConfigError
from liquid_control_sim.paths import share


class UsageError(ValueError):
    """Arguments that do not go together; one line."""


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand. Exit status 2 and one line on stderr where the user can mend it."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except (BundleError, ConfigError, UsageError) as error:
        print(f'liquid_control: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='liquid_control', description=__doc__)
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    _add_train(commands.add_parser('train', help='train a policy in the simulator'))
    _add_evaluate(commands.add_parser('evaluate', help='drive a policy through unknown worlds'))
    _add_demo(commands.add_parser('demo', help='drive for a minute over ROS 2'))
    _add_inspect(commands.add_parser('inspect', help='say what a bundle is'))
    return parser


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument('--config', type=Path, help='of a new run, as config/train/beacon.yaml')
    parser.add_argument('--run', type=Path, help='its folder (default runs/train/CONFIG-TIME)')
    parser.add_argument('--resume', type=Path, metavar='RUN_DIR', help='go on with this run')
    parser.set_defaults(command=_train)


def _train(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.training.run import resume, start

    if (arguments.config is None) == (arguments.resume is None):
        raise UsageError('train takes either --config FILE for a new run or --resume RUN_DIR')
    if arguments.resume:
        run = resume(arguments.resume)
    else:
        name = f'{arguments.config.stem}-{datetime.now():%Y%m%d-%H%M%S}'
        run = start(arguments.config, arguments.run or Path('runs', 'train', name))
    print(f'run: {run.folder}', flush=True)
    run.train()
    print(f'bundle: {run.bundle} (round {run.progress.best_round})')
    return 0


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_policy(parser)
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
    parser.set_defaults(command=_evaluate)


def _evaluate(arguments: argparse.Namespace) -> int:
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
        drivers['expert'] = replace(first, expert=True)
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


def _add_demo(parser: argparse.ArgumentParser) -> None:
    _add_policy(parser)
    parser.add_argument('--seconds', type=float, default=60.0, help='of driving (default 60)')
    parser.add_argument('--seed', type=int, default=0, help='of the world (default 0)')
    parser.add_argument('--out', type=Path, default=Path('runs/demo'), help='for the results')
    parser.set_defaults(command=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.demo import DemoConfig, run_demo

    config = DemoConfig(arguments.policy, arguments.seconds, arguments.seed, arguments.out)
    return run_demo(config)


def _add_inspect(parser: argparse.ArgumentParser) -> None:
    _add_policy(parser)
    parser.set_defaults(command=_inspect)


def _inspect(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.evaluation.inspect import print_bundle

    print_bundle(arguments.policy)
    return 0


def _add_policy(parser: argparse.ArgumentParser) -> None:
    shipped = share() / 'models' / 'beacon'
    parser.add_argument('--policy', type=Path, default=shipped, help='a bundle (default: beacon)')


if __name__ == '__main__':
    sys.exit(main())
