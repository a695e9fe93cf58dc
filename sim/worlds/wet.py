"""Wet patches: pieces of floor on which tyres slip."""

from dataclasses import replace

import numpy as np

from liquid_control_sim.worlds.layout import Layout, Patch

_RADIUS = (0.5, 1.5)
_FRICTION = (0.15, 0.5)


def with_wet_patches(layout: Layout, number: tuple[int, int], rng: np.random.Generator) -> Layout:
    """The layout with so many patches, from a range, anywhere on its floor."""
    places = layout.free_places(rng, 0.0)[: rng.integers(*number, endpoint=True)]
    patches = [
        Patch(x, y, rng.uniform(*_RADIUS), rng.uniform(*_FRICTION)) for x, y in places.tolist()
    ]
    return replace(layout, patches=(*layout.patches, *patches))
