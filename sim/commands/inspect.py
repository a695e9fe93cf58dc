"""Say what a bundle is; with --html or --json, drive an episode and show what goes on inside."""

import argparse
from pathlib import Path

from liquid_control_sim.commands.usage import UsageError, add_policy, add_scenario, named_scenario


def add(parser: argparse.ArgumentParser) -> None:
    bundle = parser.add_mutually_exclusive_group()
    bundle.add_argument('bundle', type=Path, nargs='?', metavar='BUNDLE', help='as --policy')
    add_policy(bundle)
    add_scenario(parser)
    parser.add_argument('--seed', type=int, default=0, help='of the episode (default 0)')
    parser.add_argument(
        '--at',
        type=float,
        metavar='SECONDS',
        help='when sensors fall silent and the world changes (default: half-way)',
    )
    parser.add_argument('--html', type=Path, metavar='FILE', help='write a page to look at')
    parser.add_argument('--json', type=Path, metavar='FILE', help='write the numbers')
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.inspection.bundle import print_bundle

    if arguments.seed < 0:
        raise UsageError(f'--seed is {arguments.seed}, wanted 0 or more')
    shown = arguments.html or arguments.json
    if arguments.at is not None and not shown:
        raise UsageError('--at is for --html FILE and --json FILE')
    bundle = arguments.bundle or arguments.policy
    print_bundle(bundle)
    if shown:
        _inspect(bundle, arguments)
    return 0


def _inspect(bundle: Path, arguments: argparse.Namespace) -> None:
    import json

    from rich.console import Console

    from liquid_control.files import write_whole
    from liquid_control_sim.inspection.inspection import inspect, numbers
    from liquid_control_sim.inspection.page import write_page

    with Console(stderr=True).status('driving, and driving again under changes'):
        found = inspect(bundle, named_scenario(arguments), arguments.seed, arguments.at)
    for path in filter(None, (arguments.json, arguments.html)):
        path.parent.mkdir(parents=True, exist_ok=True)
    if arguments.json:
        write_whole({arguments.json: f'{json.dumps(numbers(found), indent=2)}\n'.encode()})
        print(arguments.json)
    if arguments.html:
        write_page(found, arguments.html)
        print(arguments.html)
    print(found.drive.ending)
