"""Results as a table in the terminal."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

_COLUMNS = {
    'episodes': ('episodes', '{:.0f}'),
    'succeed': ('success_rate', '{:.0%}'),
    'collide': ('collision_rate', '{:.0%}'),
    'time out': ('timeout_rate', '{:.0%}'),
    'mean time': ('mean_time_s', '{:.1f} s'),
    'SPL': ('spl', '{:.2f}'),
    'BARN metric': ('barn_metric', '{:.3f}'),
    'impact': ('mean_impact_mps', '{:.2f} m/s'),
    'reaction': ('mean_reaction_s', '{:.2f} s'),
}


def print_table(rows: Mapping[str, Mapping[str, Any]], title: str | None = None) -> None:
    """One row for each summary of a Result, by name; columns for what they have."""
    shown = {title: column for title, column in _COLUMNS.items() if _in_any(rows, column[0])}
    table = Table('', title=title)
    table.columns[0].no_wrap = True
    for column in shown:
        table.add_column(column, justify='right')
    for name, row in rows.items():
        cells = [form.format(row[key]) if key in row else '' for key, form in shown.values()]
        table.add_row(name, *cells)
    Console().print(table)


def _in_any(rows: Mapping[str, Mapping[str, Any]], key: str) -> bool:
    return any(key in row for row in rows.values())
