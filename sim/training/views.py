"""How a pass over recorded drives sees them: in an order of chance, some of them changed."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from liquid_control.policy import PolicySpec
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.episode import Episode, arranged, read_arrays
from liquid_control_sim.training.mirror import mirrored
from liquid_control_sim.training.thinning import thinned


class View(NamedTuple):
    """A drive's file, and how it is seen.

    is_mirrored: left for right. thinning: the seed of which messages are missing; None for none.
    """

    path: Path
    is_mirrored: bool = False
    thinning: int | None = None


def drawn(paths: Sequence[Path], config: ImitationConfig, rng: np.random.Generator) -> list[View]:
    """All drives, each once."""
    count = len(paths)
    order, flips = rng.permutation(count), rng.random(count) < config.mirror
    thins, seeds = rng.random(count) < config.thinning, rng.integers(1 << 62, size=count)
    return [
        View(paths[i], bool(flip), int(seed) if thin else None)
        for i, flip, thin, seed in zip(order, flips, thins, seeds, strict=True)
    ]


def seen(views: Sequence[View], spec: PolicySpec) -> Iterator[Episode]:
    """What was drawn, one after the other. spec: see load_episode."""
    for view in views:
        arrays = read_arrays(view.path)
        if view.thinning is not None:
            arrays = thinned(arrays, spec, np.random.default_rng(view.thinning))
        episode = arranged(arrays, spec)
        yield mirrored(episode, spec) if view.is_mirrored else episode
