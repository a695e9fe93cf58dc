"""Where recorded drives come from, as a run sees it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from liquid_control_sim.training.episode import seconds_of


class Drives(Protocol):
    """Drives to learn from, in rounds. rounds: how many there are."""

    rounds: int

    def count(self, number: int) -> int:
        """How many drives a round adds."""
        ...

    def record(self, number: int, driver: Path) -> Iterator[int]:
        """Record what is not there yet of this rank's share of a round; yields how many drives
        each time that some are done. driver: the bundle of the policy as it is now.
        """
        ...

    def paths(self, number: int) -> list[Path]:
        """The files of a recorded round's drives to learn from, always in the same order."""
        ...

    def validate(self, candidate: Path) -> tuple[dict[str, float], float]:
        """How good a bundle is: in figures by name, and as one, more for better."""
        ...


def amount(paths: Sequence[Path]) -> dict[str, Any]:
    """How much these drives are, for the story of what learned from them."""
    hours = sum(map(seconds_of, paths)) / 3600.0
    return {'drives': len(paths), 'recorded_hours': round(hours, 5)}
