"""What subcommands have in common."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from liquid_control_sim.paths import share

if TYPE_CHECKING:
    from liquid_control_sim.layers import Plain
    from liquid_control_sim.scenario import Scenario


class UsageError(ValueError):
    """Arguments that do not go together; one line."""


def add_policy(parser: argparse._ActionsContainer) -> None:
    """The option --policy."""
    shipped = share() / 'models' / 'beacon'
    parser.add_argument('--policy', type=Path, default=shipped, help='a bundle (default: beacon)')


def add_scenario(parser: argparse.ArgumentParser) -> None:
    """The options that name a scenario."""
    parser.add_argument('--task', default='beacon', metavar='NAME', help='(default beacon)')
    parser.add_argument('--world', default='arena', metavar='NAME', help='(default arena)')
    parser.add_argument('--worlds', type=Path, metavar='FILE', help="BARN's, for --world barn")
    parser.add_argument('--robot', default='jackal', metavar='NAME', help='(default jackal)')
    parser.add_argument('--faults', default='nominal', metavar='NAME', help='(default nominal)')
    parser.add_argument(
        '--scenario', type=Path, metavar='FILE', help='all of it, from a suite; instead of these'
    )


def named_scenario(arguments: argparse.Namespace) -> 'Scenario':
    """Of the names; a file of worlds says how near to its goals is there, and how long it may
    take. Or as --scenario has it. Raises UsageError, ConfigError.
    """
    from liquid_control_sim.scenario import read_scenario, scenario
    from liquid_control_sim.worlds import read_barn

    if arguments.scenario is not None:
        return read_scenario(arguments.scenario)
    world: Plain = {'type': arguments.world}
    task: Plain = {'type': arguments.task}
    if (arguments.world == 'barn') != (arguments.worlds is not None):
        raise UsageError('--world barn and --worlds FILE go together')
    if arguments.worlds is not None:
        file = read_barn(arguments.worlds)
        world['file'] = str(arguments.worlds)
        if arguments.task == 'goal':
            task |= {'reach': file.goal_radius, 'timeout': file.timeout}
    return scenario(world=world, task=task, robot=arguments.robot, faults=arguments.faults)
