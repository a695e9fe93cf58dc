"""Which of a run's policies is its bundle."""

import math
from pathlib import Path
from typing import Any, NamedTuple

from liquid_control.policy import Policy, save_bundle
from liquid_control_sim.training.board import Board
from liquid_control_sim.training.checkpoint import Progress
from liquid_control_sim.training.drives import Drives


class Verdict(NamedTuple):
    """How good a policy is: in figures by name, and as one, more for better."""

    figures: dict[str, float]
    score: float

    def tell(self, number: int) -> None:
        """Print it, for a round that is safe on disk: what was said is never lost."""
        said = ', '.join(f'{name} {value:.4g}' for name, value in self.figures.items())
        print(f'round {number}: {said}', flush=True)  # noqa: T201


class Judge:
    """Keeps the best policy that it is shown, or one nearly as good, as a run's bundle.

    drives: that validate. folder: of the run. board: gets the figures.
    """

    def __init__(self, drives: Drives, folder: Path, board: Board) -> None:
        self._drives, self._folder, self._board = drives, folder, board

    @property
    def bundle(self) -> Path:
        return self._folder / 'bundle'

    def judge(
        self, policy: Policy, progress: Progress, story: dict[str, Any], leeway: float = 0.0
    ) -> Verdict:
        """Validate; keep the policy if no earlier one drove better by more than the leeway. The
        progress is yet to take note of it. story: for the bundle.
        """
        candidate = self._folder / 'candidate'
        save_bundle(policy, candidate, {**story, 'validation': None})
        verdict = Verdict(*self._drives.validate(candidate))
        for name, value in verdict.figures.items():
            self._board.add_scalar(f'validation/{name}', value, progress.batches)
        if verdict.score >= progress.best_score - leeway:
            save_bundle(policy, self.bundle, {**story, 'validation': verdict.figures})
        return verdict


def chance(episodes: int) -> float:
    """How far two scores differ by chance: the largest standard error of the difference of two
    rates, each of so many episodes.
    """
    return math.sqrt(0.5 / episodes)
