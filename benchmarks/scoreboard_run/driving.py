"""Trained networks and planners in suites: drivers x scenarios x conditions x seeds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from liquid_control.schema import plain
from liquid_control_sim.evaluation.suite import resume, run_suite
from liquid_control_sim.evaluation.suite_config import SeedsConfig, read_suite
from scoreboard_run.plan import EvaluationPlan


def drive(
    drivers: Mapping[str, str],
    plan: EvaluationPlan,
    seeds: SeedsConfig,
    folder: Path,
    workers: int,
) -> dict[str, Any]:
    """What results.json of the suite has; what was driven before is not driven again.

    drivers: by name, folders of bundles or names of planners. Raises ConfigError if the folder
    holds another suite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file, whole = folder / 'suite.yaml', {**plain(plan), 'seeds': plain(seeds)}
    file.write_text(yaml.safe_dump({'drivers': dict(drivers), **whole}, sort_keys=False))
    suite = read_suite(file)
    return run_suite(suite, resume(suite, folder), workers)
