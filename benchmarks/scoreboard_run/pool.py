"""The drives that all networks learn from."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from liquid_control.policy import Policy, save_bundle
from liquid_control_sim.training.collect import Collection, collect, recorded
from liquid_control_sim.training.seeds import drive_seeds
from scoreboard_run.learning import Lesson, learn_all
from scoreboard_run.plan import Plan


class Pool:
    """Drives in a folder: those that are there stay. In rounds after the first, every network
    drives as many, so that the pool holds the mistakes of all of them alike.
    """

    def __init__(self, plan: Plan, folder: Path, workers: int) -> None:
        self._plan, self._folder, self._workers = plan, folder, workers
        self._config = plan.train_config(workers)

    @property
    def drives(self) -> list[Path]:
        """Those to learn from."""
        return self._files(range(self._rounds), held_out=False)

    @property
    def held_out(self) -> list[Path]:
        return self._files(range(self._rounds), held_out=True)

    def record(self) -> None:
        """Record all that is missing."""
        save_bundle(Policy(self._config.policy), self._driver(0, 'expert'), {'drives': 'never'})
        for number in range(self._rounds):
            if number:
                learn_all(self._lessons(number), self._plan.learning, self._workers)
            missing = [
                collection
                for collection in self._collections(number)
                if not all(path.exists() for path in recorded(collection))
            ]
            side_by_side = 1 if number == 0 else self._workers
            with ThreadPoolExecutor(side_by_side) as threads:
                for done in threads.map(_record, missing):
                    print(done, flush=True)

    @property
    def _rounds(self) -> int:
        return 1 + len(self._plan.rounds.expert_share)

    def _lessons(self, number: int) -> Iterator[Lesson]:
        """Of those who are to drive in a round: from the rounds before."""
        before = range(number)
        settings = self._plan.rounds.settings
        for name in self._plan.networks:
            yield Lesson(
                self._driver(number, name),
                self._plan.spec(name, settings),
                seed=0,
                chosen=settings,
                passes=self._plan.rounds.passes,
                drives=self._files(before, held_out=False),
                held_out=self._files(before, held_out=True),
            )

    def _collections(self, number: int) -> Iterator[Collection]:
        """A round's drives: the expert's, or a part for each network."""
        rounds = self._plan.rounds
        names = list(self._plan.networks) if number else ['expert']
        count = rounds.each if number else rounds.first
        first = rounds.first + (number - 1) * rounds.each * len(names) if number else 0
        for place, name in enumerate(names):
            yield Collection(
                self._config,
                number,
                bundle=self._driver(number, name),
                folder=self._folder / str(number) / name,
                seeds=drive_seeds(rounds.seed, first + place * count, count),
                expert_share=rounds.expert_share[number - 1] if number else 1.0,
            )

    def _driver(self, number: int, name: str) -> Path:
        return self._folder / 'drivers' / str(number) / name

    def _files(self, numbers: range, held_out: bool) -> list[Path]:
        every = self._plan.rounds.held_out
        return [
            path
            for number in numbers
            for collection in self._collections(number)
            for place, path in enumerate(recorded(collection))
            if (place % every == every - 1) == held_out
        ]


def _record(collection: Collection) -> str:
    """In processes of its own; what was done, in words."""
    return f'{collection.folder}: {sum(collect(collection))} drives'
