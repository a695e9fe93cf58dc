"""Which worlds belong to what: no policy is ever trained or chosen in a world it is judged in."""

FIRST_TRAINING_SEED = 1_000_000
"""Seeds below are free for evaluation; training run `seed` takes a million from here on."""

_PER_RUN = 1_000_000
_VALIDATION = 900_000


def drive_seeds(run_seed: int, first: int, count: int) -> range:
    """Seeds of a run's drives number first, first + 1, ..."""
    start = _start(run_seed) + first
    return range(start, start + count)


def validation_seeds(run_seed: int, count: int) -> range:
    """Seeds of the episodes that choose a run's bundle."""
    start = _start(run_seed) + _VALIDATION
    return range(start, start + count)


def _start(run_seed: int) -> int:
    return FIRST_TRAINING_SEED + run_seed * _PER_RUN
