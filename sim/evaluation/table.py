"""Results as a table in the terminal."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table


def print_table(rows: Mapping[str, Mapping[str, float]]) -> None:
    """One row for each summary of a Result, by name."""
    table = Table()
    for column in ('', 'episodes', 'succeed', 'collide', 'time out', 'mean time'):
        table.add_column(column, justify='left' if not column else 'right')
    for name, row in rows.items():
        table.add_row(
            name,
            f'{row["episodes"]}',
            f'{row["success_rate"]:.0%}',
            f'{row["collision_rate"]:.0%}',
            f'{row["timeout_rate"]:.0%}',
            f'{row["mean_time_s"]:.1f} s',
        )
    Console().print(table)
