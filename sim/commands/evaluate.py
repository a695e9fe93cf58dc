"""Drive a policy or a planner through worlds, and count."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from liquid_control_sim.commands.usage import UsageError, add_policy

if TYPE_CHECKING:
    from liquid_control_sim.evaluation.evaluate import Evaluation, Result
    from liquid_control_sim.layers import Plain

_EPISODES = 100


def add(parser: argparse.ArgumentParser) -> None:
    driver = parser.add_mutually_exclusive_group()
    add_policy(driver)
    driver.add_argument('--planner', metavar='NAME', help='drives instead of a policy')
    parser.add_argument('--task', default='beacon', metavar='NAME', help='(default beacon)')
    parser.add_argument('--world', default='arena', metavar='NAME', help='(default arena)')
    parser.add_argument('--worlds', type=Path, metavar='FILE', help="BARN's, for --world barn")
    parser.add_argument('--robot', default='jackal', metavar='NAME', help='(default jackal)')
    parser.add_argument('--faults', default='nominal', metavar='NAME', help='(default nominal)')
    parser.add_argument(
        '--guard', action='store_true', help="the drive node's collision guard before the wheels"
    )
    parser.add_argument(
        '--episodes', type=int, help='(default 100; with --worlds, one for each world of the file)'
    )
    parser.add_argument('--seed', type=int, default=0, help='of the first episode (default 0)')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the result there')
    parser.add_argument('--workers', type=int, default=os.cpu_count() or 1, help='processes')
    parser.add_argument(
        '--compare',
        type=int,
        metavar='N',
        help='also the expert, and the policy with each sensor silent, on the first N episodes',
    )
    parser.add_argument('--suite', type=Path, metavar='FILE', help='many at once; needs --out')
    parser.add_argument('--out', type=Path, metavar='DIR', help="for the suite's results")
    parser.add_argument('--resume', action='store_true', help='go on with the suite in DIR')
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from liquid_control_sim.evaluation.evaluate import evaluate
    from liquid_control_sim.evaluation.table import print_table

    if arguments.workers < 1:
        raise UsageError(f'--workers {arguments.workers}: wanted 1 or more')
    if arguments.suite or arguments.out or arguments.resume:
        return _run_suite(arguments)
    if arguments.compare is not None and arguments.compare < 1:
        raise UsageError(f'--compare {arguments.compare}: wanted 1 or more')
    results = {}
    for name, evaluation in _evaluations(arguments).items():
        with Console(stderr=True).status(f'{name}: {len(evaluation.seeds)} episodes'):
            results[name] = evaluate(evaluation, arguments.workers)
    print_table({name: result.summary() for name, result in results.items()})
    if arguments.json:
        _write(arguments, results)
    return 0


def _run_suite(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.evaluation.suite import resume, run_suite, start
    from liquid_control_sim.evaluation.suite_config import read_suite
    from liquid_control_sim.evaluation.table import print_table

    if not arguments.suite or not arguments.out:
        raise UsageError('--suite FILE and --out DIR go together')
    suite = read_suite(arguments.suite, arguments.worlds)
    begin = resume if arguments.resume else start
    results = run_suite(suite, begin(suite, arguments.out), arguments.workers)
    for scenario in suite.config.scenarios:
        cells = [cell for cell in results['cells'] if cell['scenario'] == scenario]
        print_table({f'{cell["condition"]} {cell["driver"]}': cell for cell in cells}, scenario)
    print(arguments.out / 'report.html')
    return 0


def _evaluations(arguments: argparse.Namespace) -> 'dict[str, Evaluation]':
    """By the names of their rows; the first is what was asked for, the rest is to compare with."""
    from liquid_control.policy.bundle import read_bundle_file
    from liquid_control_sim.evaluation.evaluate import Evaluation
    from liquid_control_sim.scenario import scenario

    usual, named = _layers(arguments)
    count = arguments.episodes if arguments.episodes is not None else usual
    if arguments.guard:
        named['guard'] = {}
    config = scenario(robot=arguments.robot, faults=arguments.faults, **named)
    driver = arguments.planner or arguments.policy
    whole = Evaluation(driver, _seeds(arguments.seed, count), config)
    rows = {arguments.planner or 'policy': whole}
    if arguments.compare:
        first = replace(whole, seeds=whole.seeds[: arguments.compare])
        rows.setdefault('expert', replace(first, driver='expert'))
        if not arguments.planner:
            for sensor in read_bundle_file(driver).spec.sensors:
                rows[f'{sensor} silent'] = replace(first, silent=(sensor,))
    return rows


def _layers(arguments: argparse.Namespace) -> 'tuple[int, dict[str, Plain]]':
    """How many episodes there usually are, and the layers for world and task."""
    from liquid_control_sim.tasks import TaskConfig
    from liquid_control_sim.worlds import WorldConfig, read_barn

    _check('--world', arguments.world, WorldConfig)
    _check('--task', arguments.task, TaskConfig)
    world: Plain = {'type': arguments.world}
    task: Plain = {'type': arguments.task}
    if (arguments.world == 'barn') != (arguments.worlds is not None):
        raise UsageError('--world barn and --worlds FILE go together')
    if arguments.worlds is None:
        return _EPISODES, {'world': world, 'task': task}
    file = read_barn(arguments.worlds)
    world['file'] = str(arguments.worlds)
    if arguments.task == 'goal':
        task |= {'reach': file.goal_radius, 'timeout': file.timeout}
    return len(file.worlds), {'world': world, 'task': task}


def _check(option: str, name: str, union: Any) -> None:
    """union: Annotated, of configs by their `type`."""
    known = [config.type for config in get_args(get_args(union)[0])]
    if name not in known:
        raise UsageError(f'{option} is {name!r}, wanted one of {", ".join(known)}')


def _seeds(first: int, count: int) -> range:
    from liquid_control_sim.training.seeds import FIRST_TRAINING_SEED

    if count < 1 or not 0 <= first < first + count <= FIRST_TRAINING_SEED:
        raise UsageError(
            f'--seed {first} --episodes {count}: seeds from 0 up to '
            f'{FIRST_TRAINING_SEED - 1} are free, those above are for training'
        )
    return range(first, first + count)


def _write(arguments: argparse.Namespace, results: 'dict[str, Result]') -> None:
    rows: dict[str, dict[str, Any]] = {
        name: {**result.summary(), **result.intervals()} for name, result in results.items()
    }
    row, *others = rows.items()
    asked = {
        key: getattr(arguments, key)
        for key in ('task', 'world', 'robot', 'faults', 'guard', 'seed')
    }
    driver = arguments.planner or str(arguments.policy)
    result = {
        'driver': driver,
        **asked,
        **row[1],
        **({'compared': dict(others)} if others else {}),
    }
    arguments.json.parent.mkdir(parents=True, exist_ok=True)
    arguments.json.write_text(json.dumps(result, indent=2) + '\n')
