"""Colours of a world, drawn so that red is the beacon's alone."""

import colorsys
from collections.abc import Iterator

import numpy as np

from liquid_control_sim.worlds.layout import Colour, Look

Range = tuple[float, float]

BLUE, GREEN, YELLOW, MAGENTA = 0.61, 0.36, 0.155, 0.83
"""Hues of what is vivid and no beacon. Nothing comes closer to red than sand."""


def draw_look(rng: np.random.Generator) -> Look:
    """The colours of one world."""
    return Look(
        beacon=colour(rng, hue=(-0.015, 0.015), saturation=(0.88, 1.0), value=(0.75, 1.0)),
        wall=muted(rng, value=(0.45, 0.85)),
        floor=_floor(rng),
        sky=colour(rng, hue=(0.52, 0.62), saturation=(0.0, 0.35), value=(0.8, 1.0)),
    )


def colour(rng: np.random.Generator, hue: Range, saturation: Range, value: Range) -> Colour:
    """RGB in [0, 1] of an HSV colour drawn from ranges; hues may be negative."""
    return colorsys.hsv_to_rgb(
        rng.uniform(*hue) % 1.0, rng.uniform(*saturation), rng.uniform(*value)
    )


def muted(rng: np.random.Generator, value: Range) -> Colour:
    """Greys, sands and browns, well away from red."""
    return colour(rng, hue=(0.10, 0.15), saturation=(0.0, 0.4), value=value)


def vivid(rng: np.random.Generator, number: int) -> Iterator[Colour]:
    """So many strong colours that are not red."""
    for hue in rng.choice([BLUE, GREEN, YELLOW, MAGENTA], number):
        yield colour(rng, (hue - 0.02, hue + 0.02), saturation=(0.8, 1.0), value=(0.6, 1.0))


def _floor(rng: np.random.Generator) -> tuple[Colour, Colour]:
    """Two shades of one colour, for the tiles."""
    light = colour(rng, hue=(0.08, 0.6), saturation=(0.0, 0.2), value=(0.3, 0.8))
    contrast = rng.uniform(0.8, 1.0)
    dark = (light[0] * contrast, light[1] * contrast, light[2] * contrast)
    return light, dark
