"""Say what a bundle is."""

import argparse

from liquid_control_sim.commands.usage import add_policy


def add(parser: argparse.ArgumentParser) -> None:
    add_policy(parser)
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.evaluation.inspect import print_bundle

    print_bundle(arguments.policy)
    return 0
