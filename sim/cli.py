"""The command `liquid_control`: one subcommand for each thing people do."""

import argparse
import sys

from liquid_control.schema import ConfigError
from liquid_control_sim.commands import demo, evaluate, inspect, train, tune, watch
from liquid_control_sim.commands.usage import UsageError

COMMANDS = {
    'train': train,
    'tune': tune,
    'evaluate': evaluate,
    'watch': watch,
    'demo': demo,
    'inspect': inspect,
}


def main(argv: list[str] | None = None) -> int:
    """Run a subcommand. Exit status 2 and one line on stderr where the user can mend it."""
    arguments = _parser().parse_args(argv)
    try:
        return arguments.command(arguments)
    except (ConfigError, UsageError) as error:
        print(f'liquid_control: {error}', file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog='liquid_control', description=__doc__)
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    for name, command in COMMANDS.items():
        command.add(commands.add_parser(name, help=command.__doc__, description=command.__doc__))
    return parser


if __name__ == '__main__':
    sys.exit(main())
