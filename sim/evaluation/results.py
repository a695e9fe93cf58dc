"""All results of a suite as plain data, for other programs: JSON with every episode, CSV with one
row for each cell.
"""

import csv
import io
import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

from liquid_control.files import write_whole
from liquid_control.schema import plain
from liquid_control_sim.evaluation.metrics import METRICS
from liquid_control_sim.evaluation.suite_config import Cell, Suite
from liquid_control_sim.evaluation.suite_folder import SuiteFolder

_COUNTS = ('obstacles_shown', 'obstacles_braked_for')


def gather(suite: Suite, folder: SuiteFolder) -> dict[str, Any]:
    """What results.json has.

    suite: its name. config: the suite as it was read. sessions: of which the first began it, and
    the others resumed it; with the inference time of each driver. cells: one for each driver,
    scenario and condition, with `outcomes` of the episodes in the order of the seeds, and `watch`,
    the command that shows an episode, but for the seed at its end.
    """
    return {
        'suite': suite.name,
        'config': plain(suite.config),
        'sessions': folder.sessions,
        'cells': [_cell(suite, folder, cell) for cell in suite.cells],
    }


def write_json(results: dict[str, Any], path: Path) -> None:
    write_whole({path: (json.dumps(results, indent=1, allow_nan=False) + '\n').encode()})


def write_csv(results: dict[str, Any], path: Path) -> None:
    """What a cell has no value of is empty."""
    measured = [key for metric in METRICS for key in _columns(metric.key)]
    names = ['driver', 'scenario', 'condition', 'sweep', 'x', 'episodes', *measured, *_COUNTS]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, extrasaction='ignore', lineterminator='\n')
    writer.writeheader()
    for cell in results['cells']:
        bounds: dict[str, float] = {}
        for metric in METRICS:
            if interval := cell.get(f'{metric.key}_ci95'):
                bounds |= dict(zip(_columns(metric.key)[1:], interval, strict=True))
        writer.writerow({**cell, **bounds})
    write_whole({path: text.getvalue().encode()})


def _cell(suite: Suite, folder: SuiteFolder, cell: Cell) -> dict[str, Any]:
    result = folder.read(cell)
    return {
        'driver': cell.driver,
        'scenario': cell.scenario,
        'condition': cell.condition,
        'sweep': cell.sweep,
        'x': cell.x,
        **result.summary(),
        **result.intervals(),
        'watch': _watch(suite, folder, cell),
        'outcomes': [{**asdict(outcome), 'spl': outcome.spl} for outcome in result.outcomes],
    }


def _watch(suite: Suite, folder: SuiteFolder, cell: Cell) -> str:
    driver = suite.drivers[cell.driver]
    who = ['--policy' if isinstance(driver, Path) else '--planner', str(driver)]
    where = ['--scenario', str(folder.scenario_file(cell))]
    return shlex.join(['liquid_control', 'watch', *who, *where, '--seed'])


def _columns(key: str) -> tuple[str, str, str]:
    return key, f'{key}_low', f'{key}_high'
