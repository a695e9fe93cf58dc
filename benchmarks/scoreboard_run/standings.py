"""What came out: rates over training seeds and worlds, and how sure they are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from liquid_control_sim.evaluation.confidence import Interval, wilson

NOMINAL = 'nominal'
_RESAMPLES = 4000

Cell = Mapping[str, Any]
"""As results.json of a suite has it."""


class Score(NamedTuple):
    """A mean and its 95 % interval."""

    mean: float
    interval: Interval


class Standing:
    """Of one network or planner.

    The outcomes are a table [training seeds, conditions, worlds]; a planner has one row. A world
    is a scenario and a seed, the same for everyone.
    """

    def __init__(self, rows: Sequence[Iterable[Cell]]) -> None:
        """rows: the cells of each training seed, of one suite or of several with other seeds."""
        tables = [_table(cells) for cells in rows]
        self.conditions = list(tables[0])
        self._worlds = sorted(tables[0][self.conditions[0]])
        self._outcomes = [
            [[table[name][world] for world in self._worlds] for name in self.conditions]
            for table in tables
        ]

    @property
    def time_varied(self) -> list[str]:
        """All conditions in which time is not as usual."""
        return [name for name in self.conditions if name != NOMINAL]

    @property
    def episodes(self) -> int:
        """Under each condition."""
        return len(self._outcomes) * len(self._worlds)

    def score(self, key: str, conditions: Sequence[str]) -> Score:
        """Mean of what each outcome has as `key` over these conditions."""
        values = self.values(key, conditions)
        if len(values) > 1:
            return Score(float(values.mean()), crossed(values))
        whole = set(np.unique(values)) <= {0.0, 1.0}
        return Score(
            float(values.mean()),
            wilson(round(values.sum()), values.size) if whole else crossed(values),
        )

    def values(self, key: str, conditions: Sequence[str]) -> np.ndarray:
        """[training seeds, worlds], means over these conditions."""
        places = [self.conditions.index(name) for name in conditions]
        table = [[[o[key] for o in row[place]] for place in places] for row in self._outcomes]
        return np.array(table, float).mean(1)


def lead(ours: Standing, theirs: Standing, conditions: Sequence[str]) -> Score:
    """By how much more of the episodes ours succeeds, in the same worlds."""
    a, b = ours.values('success', conditions), theirs.values('success', conditions)
    rng = np.random.default_rng(0)
    worlds = _weights(rng, a.shape[1])
    drawn = [
        np.einsum('rt,tw,rw->r', _weights(rng, len(values)), values, worlds) for values in (a, b)
    ]
    low, high = np.percentile(drawn[0] - drawn[1], [2.5, 97.5])
    return Score(float(a.mean() - b.mean()), (float(low), float(high)))


def crossed(values: np.ndarray) -> Interval:
    """Of the mean of values [training seeds, worlds]: percentiles of resamples of both, since
    another training and another world would each have changed it (Owen 2007, the pigeonhole
    bootstrap).
    """
    rng = np.random.default_rng(0)
    seeds, worlds = (_weights(rng, count) for count in values.shape)
    low, high = np.percentile(np.einsum('rt,tw,rw->r', seeds, values, worlds), [2.5, 97.5])
    return float(low), float(high)


def _weights(rng: np.random.Generator, count: int) -> np.ndarray:
    """How much each of `count` things weighs in each resample: [resamples, count]."""
    return rng.multinomial(count, np.full(count, 1.0 / count), _RESAMPLES) / count


def _table(cells: Iterable[Cell]) -> dict[str, dict[tuple[str, int], Cell]]:
    """The outcomes of one driver by condition and world."""
    table: dict[str, dict[tuple[str, int], Cell]] = {}
    for cell in cells:
        worlds = table.setdefault(cell['condition'], {})
        worlds |= {(cell['scenario'], outcome['seed']): outcome for outcome in cell['outcomes']}
    return table
