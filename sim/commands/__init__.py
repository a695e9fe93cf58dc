"""The subcommands of `liquid_control`, a file for each: add() says what it takes, run() does it.

What a subcommand needs is imported when it runs: `--help` waits for nothing.
"""
