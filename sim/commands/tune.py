"""Search for the settings that train best."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from liquid_control_sim.training.tune import Attempt


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        '--config', type=Path, required=True, help='of the study, as config/tune/goal.yaml'
    )
    parser.add_argument(
        '--run', type=Path, required=True, help='its folder; a study that is there goes on'
    )
    parser.add_argument(
        '--trials', type=int, metavar='N', help='in total (default: as the configuration says)'
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.training.tune import Study

    study = Study(arguments.config, arguments.run)
    study.run(arguments.trials or study.config.trials)
    _print_table(study.attempts())
    best = arguments.run / 'best.yaml'
    print(f'best: trial {study.best.number}, {best}, policy {study.best_bundle}')
    print(best.read_text(), end='')
    return 0


def _print_table(attempts: 'Sequence[Attempt]') -> None:
    """The best first."""
    from rich.console import Console
    from rich.table import Table

    ranked = sorted(attempts, key=lambda attempt: -(attempt.score or 0.0))
    fields = list(ranked[0].fields)
    table = Table('trial', 'score', 'rounds', 'state', *fields)
    for attempt in ranked:
        score = '' if attempt.score is None else f'{attempt.score:.3f}'
        values = [_short(attempt.fields.get(field)) for field in fields]
        table.add_row(str(attempt.number), score, str(attempt.rounds), attempt.state, *values)
    Console().print(table)


def _short(value: object) -> str:
    return f'{value:.3g}' if isinstance(value, float) else str(value)
