"""What subcommands have in common."""

import argparse
from pathlib import Path

from liquid_control_sim.paths import share


class UsageError(ValueError):
    """Arguments that do not go together; one line."""


def add_policy(parser: argparse.ArgumentParser) -> None:
    """The option --policy."""
    shipped = share() / 'models' / 'beacon'
    parser.add_argument('--policy', type=Path, default=shipped, help='a bundle (default: beacon)')
