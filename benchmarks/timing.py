"""Runs that take turns under the clock."""

import time
from collections.abc import Callable

Run = Callable[[], object]


def bind(function: Callable[..., object], *arguments: object) -> Run:
    return lambda: function(*arguments)


def durations(runs: dict[str, Run], rounds: int, repeats: int = 1) -> dict[str, list[float]]:
    """Seconds of each run of each, `repeats` of them in turn with the others, after a first round
    that does not count.
    """
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for number in range(rounds + 1):
        for name, run in runs.items():
            for _ in range(repeats):
                began = time.perf_counter()
                run()
                if number:
                    seconds[name].append(time.perf_counter() - began)
    return seconds
