"""What the figures of the page have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from liquid_control_sim.watch.style import INK, PAPER, SENSOR_COLOURS, plain_axes

WIDTH = 11.0
"""Of a figure, inches; the page shows it about as wide as a laptop."""
MOMENT = '#d7263d'
LAYERS = {'inter': '#009e73', 'command': '#0072b2', 'motor': '#d55e00'}
"""Okabe and Ito's, which the colour-blind tell apart."""
VELOCITIES = ('speed', 'turning')
UNITS = ('m/s', 'rad/s')

_LEFT, _RIGHT = 0.95, 1.75
_DPI = 130


def strips(heights: Sequence[float], gap: float = 0.16, top: float = 0.35) -> list[Axes]:
    """Axes below each other that share the time, in a figure of their own. All: inches."""
    below = 0.5
    height = sum(heights) + gap * (len(heights) - 1) + top + below
    figure = Figure(figsize=(WIDTH, height), dpi=_DPI, facecolor=PAPER)
    made: list[Axes] = []
    bottom = height - top
    for tall in heights:
        bottom -= tall
        width = WIDTH - _LEFT - _RIGHT
        place = (_LEFT / WIDTH, bottom / height, width / WIDTH, tall / height)
        bottom -= gap
        made.append(figure.add_axes(place, sharex=made[0] if made else None))
        plain_axes(made[-1])
    for axes in made[:-1]:
        axes.tick_params(labelbottom=False)
    made[-1].set_xlabel('time since the beginning, s', color=INK, fontsize=9.5)
    return made


def label(axes: Axes, text: str) -> None:
    """Of the y axis, in line with those of the other strips."""
    axes.set_ylabel(text, color=INK, fontsize=9)
    axes.yaxis.set_label_coords(-0.58 / (WIDTH - _LEFT - _RIGHT), 0.5)


def key(axes: Axes, handles: Sequence[Any], title: str = '') -> None:
    """What the lines mean, right of the axes."""
    axes.legend(
        handles=list(handles),
        title=title or None,
        loc='upper left',
        bbox_to_anchor=(1.005, 1.04),
        frameon=False,
        fontsize=8.5,
        title_fontsize=8.5,
        labelcolor=INK,
        handlelength=1.3,
        handletextpad=0.5,
        borderaxespad=0.0,
        alignment='left',
    )


def line(colour: str, name: str, **style: Any) -> Line2D:
    """An entry of a key."""
    return Line2D([], [], **{'color': colour, 'lw': 2.0, 'label': name, **style})


def mark(axes: Sequence[Axes], at: float) -> None:
    """The moment from which on something is different."""
    for one in axes:
        one.axvline(at, color=MOMENT, lw=1.3, ls=(0, (4, 2)), zorder=5)


def logarithmic(axes: Axes, values: np.ndarray) -> None:
    """A y axis of seconds, from a bit below the least to a bit above the greatest value."""
    axes.set_yscale('log')
    axes.set_ylim(float(values.min()) / 1.3, float(values.max()) * 1.3)
    number_logarithms(axes.yaxis)


def number_logarithms(axis: Axis) -> None:
    """In plain numbers: as many as there is room for."""
    low, high = axis.get_view_interval()
    subs = (1.0, 3.0) if high < 300.0 * low else (1.0,)
    axis.set_major_locator(LogLocator(10, subs=subs, numticks=7))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f'{value:g}'))
    axis.set_minor_formatter(NullFormatter())


def colour_bar(axes: Axes, image: Any, labels: Mapping[float, str]) -> None:
    """Right of the axes. labels: by their values."""
    place = axes.get_position()
    left, bottom = place.x1 + 0.15 / WIDTH, place.y0 + 0.1 * place.height
    bar = axes.figure.add_axes((left, bottom, 0.012, 0.8 * place.height))
    axes.figure.colorbar(image, cax=bar, ticks=list(labels))
    bar.set_yticklabels(list(labels.values()), fontsize=8.5, color=INK)
    bar.tick_params(length=0)


def colour_of(sensor: str) -> str:
    return SENSOR_COLOURS.get(sensor, INK)
