"""Compare networks that learn the same task from the same drives, and planners, where time is not
as it was.

python benchmarks/scoreboard.py --out runs/scoreboard [--config config/scoreboard.yaml]
    [--workers 2] [--markdown docs/scoreboard_table.md] [--picture docs/scoreboard.png]

Hours of two cores. It may be stopped or killed: the same command goes on where it was.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scoreboard_run.driving import drive
from scoreboard_run.learning import Lesson, held_out_loss, learn_all
from scoreboard_run.page import Board, draw, markdown
from scoreboard_run.plan import NetworkPlan, Plan, Try, read_plan
from scoreboard_run.pool import Pool
from scoreboard_run.standings import Standing

ROOT = Path(__file__).resolve().parents[1]
_TRIAL_SEED = 0


class Scoreboard:
    """All stages in one folder; what is there is not made again."""

    def __init__(self, plan: Plan, folder: Path, workers: int) -> None:
        self._plan, self._folder, self._workers = plan, folder, workers
        self._pool = Pool(plan, folder / 'pool', workers)

    def run(self) -> Board:
        self._pool.record()
        learn_all(self._tries(), self._plan.learning, self._workers)
        learn_all(self._lessons(), self._plan.learning, self._workers)
        bundles = {lesson.bundle.name: str(lesson.bundle) for lesson in self._lessons()}
        networks = [results for seed in self._plan.learning.seeds for results in self._of(seed)]
        planners = self._driven('planners', {name: name for name in self._plan.planners})
        rows = {
            name: [_bundle(name, seed) for seed in self._plan.learning.seeds]
            for name in self._plan.networks
        }
        rows |= {name: [name] for name in self._plan.planners}
        cells = [cell for results in (*networks, *planners) for cell in results['cells']]
        return Board(
            self._plan,
            {
                name: Standing([[c for c in cells if c['driver'] == own] for own in drivers])
                for name, drivers in rows.items()
            },
            {name: [Path(bundles[own]) for own in rows[name]] for name in self._plan.networks},
            {name: _p50_ms(networks, rows[name]) for name in self._plan.networks},
        )

    def _of(self, seed: int) -> list[dict[str, Any]]:
        """Results of the networks of one training seed: a suite of their own, so that there can be
        more seeds later.
        """
        names = [_bundle(name, seed) for name in self._plan.networks]
        bundles = {name: str(self._folder / 'bundles' / name) for name in names}
        return self._driven(f'networks/{seed}', bundles)

    def _tries(self) -> Iterator[Lesson]:
        """Each network with each of its settings, for a few passes; where there is a choice."""
        passes = self._plan.learning.trial_passes
        for name, network in self._plan.networks.items():
            for number, one in enumerate(network.tries if len(network.tries) > 1 else ()):
                yield self._lesson(name, one, self._try(name, number), _TRIAL_SEED, passes)

    def _lessons(self) -> Iterator[Lesson]:
        """All networks with all seeds; a seed after the other, so that what is there is fair."""
        learning = self._plan.learning
        best = {name: self._chosen(name, one) for name, one in self._plan.networks.items()}
        for seed in learning.seeds:
            for name, one in best.items():
                bundle = self._folder / 'bundles' / _bundle(name, seed)
                yield self._lesson(name, one, bundle, seed, learning.passes)

    def _chosen(self, name: str, network: NetworkPlan) -> Try:
        """The settings with the least loss on held-out drives."""
        if len(network.tries) == 1:
            return network.tries[0]
        numbers = range(len(network.tries))
        return network.tries[min(numbers, key=lambda n: held_out_loss(self._try(name, n)))]

    def _try(self, name: str, number: int) -> Path:
        return self._folder / 'tries' / name / str(number)

    def _lesson(self, name: str, one: Try, bundle: Path, seed: int, passes: int) -> Lesson:
        spec, pool = self._plan.spec(name, one), self._pool
        return Lesson(bundle, spec, seed, one, passes, pool.drives, pool.held_out)

    def _driven(self, folder: str, drivers: dict[str, str]) -> list[dict[str, Any]]:
        """Results of a suite for each span of seeds."""
        plan = self._plan.evaluation
        return [
            drive(drivers, plan, seeds, self._folder / folder / str(seeds.first), self._workers)
            for seeds in plan.seeds
        ]


def _bundle(name: str, seed: int) -> str:
    return f'{name}_{seed}'


def _p50_ms(results: list[dict[str, Any]], drivers: list[str]) -> float:
    """The best of all sessions: what else ran there only makes it longer."""
    measured = [session['inference'] for suite in results for session in suite['sessions']]
    return min(times[own]['p50_ms'] for times in measured for own in drivers if own in times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--config', type=Path, default=ROOT / 'config' / 'scoreboard.yaml')
    parser.add_argument('--out', type=Path, required=True, help='where all goes')
    parser.add_argument('--workers', type=int, default=2, help='processes')
    parser.add_argument('--markdown', type=Path, help='where the tables go, too')
    parser.add_argument('--picture', type=Path, help='where the curves go')
    arguments = parser.parse_args()
    board = Scoreboard(read_plan(arguments.config), arguments.out, arguments.workers).run()
    print(markdown(board))
    if arguments.markdown:
        arguments.markdown.write_text(markdown(board))
    if arguments.picture:
        draw(board, arguments.picture)


if __name__ == '__main__':
    main()
