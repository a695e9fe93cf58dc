"""Where recorded drives come from, as a run sees it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


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
