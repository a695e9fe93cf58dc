"""The folder of a suite that is being driven. What was written stays, whenever the run is killed.

plan.json                                      what is driven; who resumes must want the same
sessions.json                                  what drove it: command, machine, versions
cells/DRIVER/SCENARIO/CONDITION/scenario.json  all of it: liquid_control watch --scenario
cells/DRIVER/SCENARIO/CONDITION/0000012.json   the outcomes of a group of seeds from 12 on
results.json, results.csv, report.html         when all is done
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from liquid_control.files import write_whole
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import ConfigError, plain
from liquid_control_sim.evaluation.evaluate import Evaluation, Outcome, Result, in_groups
from liquid_control_sim.evaluation.suite_config import Cell, Suite
from liquid_control_sim.worlds import Barn

_CELLS, _PLAN, _SESSIONS = 'cells', 'plan.json', 'sessions.json'


class SuiteFolder:
    """Where a suite's outcomes are. Raises ConfigError for a folder that holds those of another
    suite.
    """

    def __init__(self, suite: Suite, path: Path) -> None:
        self.path = path
        self._suite = suite

    def begin(self, session: dict[str, Any]) -> None:
        """Start in a folder that holds no suite yet."""
        if (self.path / _PLAN).exists():
            raise ConfigError(
                f'{self.path}: holds results already; go on with them by --resume, or choose '
                'another folder'
            )
        self.path.mkdir(parents=True, exist_ok=True)
        for cell in self._suite.cells:
            self._folder(cell).mkdir(parents=True, exist_ok=True)
            scenario = plain(cell.evaluation.scenario)
            write_whole({self.scenario_file(cell): _json(scenario)})
        write_whole({self.path / _SESSIONS: _json([session])})
        write_whole({self.path / _PLAN: _json(_plan(self._suite))})

    def resume(self, session: dict[str, Any]) -> None:
        """Go on with this very suite; or start with it, if the folder holds none."""
        if not (self.path / _PLAN).exists():
            self.begin(session)
            return
        stored, wanted = json.loads((self.path / _PLAN).read_text()), _plan(self._suite)
        field = _difference(stored, json.loads(_json(wanted)))
        if field:
            raise ConfigError(
                f'{self.path}: holds results of another suite: {field}; choose another folder'
            )
        write_whole({self.path / _SESSIONS: _json([*self.sessions, session])})

    @property
    def sessions(self) -> list[dict[str, Any]]:
        """What began and resumed it, oldest first."""
        return json.loads((self.path / _SESSIONS).read_text())

    def missing(self) -> list[tuple[Cell, Evaluation]]:
        """The groups of seeds that are still to be driven."""
        groups = [
            (cell, part) for cell in self._suite.cells for part in in_groups(cell.evaluation)
        ]
        return [(cell, part) for cell, part in groups if not self._file(cell, part).exists()]

    def write(self, cell: Cell, group: Evaluation, outcomes: Sequence[Outcome]) -> None:
        """When this returns, they are on disk."""
        data = _json([asdict(outcome) for outcome in outcomes])
        write_whole({self._file(cell, group): data})

    def read(self, cell: Cell) -> Result:
        """Of a cell none of whose groups is missing."""
        outcomes = []
        for group in in_groups(cell.evaluation):
            for data in json.loads(self._file(cell, group).read_text()):
                data['reactions_s'] = tuple(data['reactions_s'])
                outcomes.append(Outcome(**data))
        return Result(tuple(outcomes))

    def scenario_file(self, cell: Cell) -> Path:
        return self._folder(cell) / 'scenario.json'

    def _folder(self, cell: Cell) -> Path:
        return self.path / _CELLS / cell.path

    def _file(self, cell: Cell, group: Evaluation) -> Path:
        return self._folder(cell) / f'{group.seeds[0]:07d}.json'


def _plan(suite: Suite) -> dict[str, Any]:
    """All that the outcomes depend on, but the program itself."""
    files = {
        str(world.file): hashlib.sha256(world.file.read_bytes()).hexdigest()
        for cell in suite.cells
        if isinstance(world := cell.evaluation.scenario.world, Barn)
    }
    drivers = {
        name: read_bundle_file(driver).weights_sha256 if isinstance(driver, Path) else driver
        for name, driver in suite.drivers.items()
    }
    cells = {str(cell.path): plain(cell.evaluation.scenario) for cell in suite.cells}
    return {'suite': plain(suite.config), 'drivers': drivers, 'files': files, 'cells': cells}


def _difference(stored: Any, wanted: Any, path: str = '') -> str:
    """The first field that is not the same, in words; empty if there is none."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for key in sorted({*stored, *wanted}, key=str):
            found = _difference(stored.get(key), wanted.get(key), f'{path}.{key}' if path else key)
            if found:
                return found
        return ''
    return '' if stored == wanted else f'{path} was {stored!r} and is {wanted!r}'


def _json(data: Any) -> bytes:
    return (json.dumps(data, indent=1, allow_nan=False) + '\n').encode()
