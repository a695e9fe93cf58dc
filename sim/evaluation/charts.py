"""Curves over what a sweep makes worse, as SVG to be put into a page."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter, ScalarFormatter

from liquid_control_sim.pages import svg

_COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#8a6d00', '#000000')
"""Okabe and Ito's, which the colour-blind tell apart; markers and dashes differ as well."""
_MARKERS = ('o', 's', '^', 'D', 'v', 'P', 'X')
_DASHES = ('-', '--', '-.', ':')
_WIDE = 4.0
"""Greatest over least value of a sweep, from which on its axis is logarithmic."""
_STYLE = {
    'font.family': 'sans-serif',
    'font.size': 10,
    'axes.spines.top': False,
    'axes.spines.right': False,
}


class Curve(NamedTuple):
    """Of one driver. values, low, high: a rate and its interval at each x, all of one length."""

    driver: str
    x: Sequence[float]
    values: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


def curve(driver: str, cells: Sequence[Mapping[str, Any]], key: str) -> Curve:
    """A rate of one driver's cells of a sweep, in the order of x."""
    cells = sorted(cells, key=lambda cell: cell['x'])
    low, high = zip(*(cell[f'{key}_ci95'] for cell in cells), strict=True)
    return Curve(driver, [c['x'] for c in cells], [c[key] for c in cells], low, high)


def draw(curves: Sequence[Curve], quantity: str, rate: str, name: str) -> Markup:
    """An <svg> element: rates of 0 to 1 over the quantity, with the bands of their intervals.

    name: for screen readers; charts of one page need different ones.
    """
    with rc_context(_STYLE):
        figure = Figure(figsize=(4.6, 3.1), layout='constrained')
        axes = figure.add_subplot()
        for index, one in enumerate(curves):
            colour = _COLOURS[index % len(_COLOURS)]
            axes.fill_between(one.x, one.low, one.high, color=colour, alpha=0.14, linewidth=0)
            axes.plot(
                one.x,
                one.values,
                _DASHES[index % len(_DASHES)],
                color=colour,
                marker=_MARKERS[index % len(_MARKERS)],
                markersize=5,
                label=one.driver,
            )
        _axes(axes, sorted({x for one in curves for x in one.x}), quantity, rate)
        return svg(figure, name)


def _axes(axes: Any, ticks: Sequence[float], quantity: str, rate: str) -> None:
    axes.set(xlabel=quantity, ylabel=rate, ylim=(-0.03, 1.03))
    if ticks[0] > 0.0 and ticks[-1] >= _WIDE * ticks[0]:
        axes.set_xscale('log')
        axes.minorticks_off()
        axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.set_xticks(ticks, [f'{tick:g}' for tick in ticks])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))
    axes.grid(color='#e3e3e3', linewidth=0.8)
    axes.set_axisbelow(True)
    axes.legend(frameon=False, fontsize=9)
