"""Imitation by many processes: torchrun --nproc_per_node=N -m liquid_control_sim.training ..."""

import argparse
import sys
from pathlib import Path

from liquid_control.schema import ConfigError
from liquid_control_sim.training.ranks import Ranks, join, leave
from liquid_control_sim.training.run import Run, resume, start, usual_folder


def main() -> int:
    """Exit status 2 and one line on stderr where the user can mend it."""
    arguments = _parser().parse_args()
    try:
        ranks = join()
        training = _run(arguments, ranks)
        _say(ranks, f'run: {training.folder}, {ranks.size} processes on {ranks.device.type}')
        training.train()
    except ConfigError as error:
        print(f'liquid_control_sim.training: {error}', file=sys.stderr)  # noqa: T201
        return 2
    _say(ranks, f'bundle: {training.bundle} (round {training.bundled})')
    leave()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='liquid_control_sim.training', description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument('--config', type=Path, help='of a new run, as config/train/goal.yaml')
    which.add_argument('--resume', type=Path, metavar='RUN_DIR', help='go on with this run')
    # Not --run as `liquid_control train` has it: torchrun takes that for its own --run-path.
    parser.add_argument(
        '--folder',
        type=Path,
        help='of a new run, seen by all processes (default runs/train/CONFIG-TIME)',
    )
    return parser


def _run(arguments: argparse.Namespace, ranks: Ranks) -> Run:
    if arguments.resume:
        return resume(arguments.resume, ranks)
    folder = arguments.folder or ranks.first(lambda: usual_folder(arguments.config))
    return start(arguments.config, folder, ranks=ranks)


def _say(ranks: Ranks, line: str) -> None:
    if ranks.is_first:
        print(line, flush=True)  # noqa: T201


if __name__ == '__main__':
    sys.exit(main())
