"""Driving a suite: groups of episodes in worker processes, each on disk before it counts."""

from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from liquid_control_sim.evaluation.evaluate import Evaluation, Outcome, drive_group
from liquid_control_sim.evaluation.inference import machine, measure_inference
from liquid_control_sim.evaluation.report import write_report
from liquid_control_sim.evaluation.results import gather, write_csv, write_json
from liquid_control_sim.evaluation.suite_config import Cell, Suite
from liquid_control_sim.evaluation.suite_folder import SuiteFolder
from liquid_control_sim.origin import origin
from liquid_control_sim.workers import processes

Group = tuple[Cell, Evaluation]


def start(suite: Suite, path: Path) -> SuiteFolder:
    """A new folder for it. Raises ConfigError where one is already."""
    folder = SuiteFolder(suite, path)
    folder.begin({**origin(), 'machine': machine(), 'inference': _inference(suite)})
    return folder


def resume(suite: Suite, path: Path) -> SuiteFolder:
    """The folder as it was left. Raises ConfigError for that of another suite."""
    folder = SuiteFolder(suite, path)
    folder.resume({**origin(), 'machine': machine(), 'inference': _inference(suite)})
    return folder


def run_suite(suite: Suite, folder: SuiteFolder, workers: int) -> dict[str, Any]:
    """Drive what is missing, then write results.json, results.csv and report.html.

    One worker is this process, more are processes of their own. Returns what results.json has.
    """
    missing = folder.missing()
    whole = sum(len(cell.evaluation.seeds) for cell in suite.cells)
    left = sum(len(group.seeds) for _, group in missing)
    with _progress() as bar:
        task = bar.add_task('episodes', total=whole, completed=whole - left)
        for (cell, group), outcomes in _driven(missing, workers):
            folder.write(cell, group, outcomes)
            bar.update(task, advance=len(outcomes), description=str(cell.path))
    results = gather(suite, folder)
    write_json(results, folder.path / 'results.json')
    write_csv(results, folder.path / 'results.csv')
    write_report(results, folder.path / 'report.html')
    return results


def _driven(missing: Sequence[Group], workers: int) -> Iterator[tuple[Group, list[Outcome]]]:
    """In the order in which they end."""
    if workers == 1 or len(missing) < 2:
        yield from ((group, drive_group(group[1])) for group in missing)
        return
    pool = processes(workers)
    try:
        tasks = {pool.submit(drive_group, group[1]): group for group in missing}
        for task in as_completed(tasks):
            yield tasks[task], task.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _inference(suite: Suite) -> dict[str, dict[str, float]]:
    """Of each driver, in its first cell; before the workers start, with one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return {
            cell.driver: measure_inference(
                cell.evaluation.driver, cell.evaluation.scenario, cell.evaluation.seeds[0]
            ).summary()
            for cell in reversed(suite.cells)
            if cell == _first(suite, cell.driver)
        }
    finally:
        torch.set_num_threads(threads)


def _first(suite: Suite, driver: str) -> Cell:
    return next(cell for cell in suite.cells if cell.driver == driver)


def _progress() -> Progress:
    return Progress(
        TextColumn('{task.description}'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
