"""Pictures of a wiring: its layers from left to right, synapses in the colour of their polarity.

Needs matplotlib, which a robot does without: nothing that drives imports this module.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from liquid_control.liquid.wiring import Wiring

try:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import PathCollection
    from matplotlib.colors import to_rgba_array
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.path import Path as Curve
except ImportError as error:
    raise ImportError(
        'drawing a network needs matplotlib, which is not installed: pip install matplotlib'
    ) from error

INK, PALE = '#22303c', '#6b7883'
EXCITATORY, INHIBITORY = '#0072b2', '#d55e00'  # told apart with any kind of colour blindness
_SHADES = {'sensory': '#ffffff', 'inter': '#dfe4e8', 'command': '#9aa7b2', 'motor': INK}
_WIDEST_GAP = 0.16  # between two neurons; a full column is 1.0 high, columns are 1.0 apart
_POINTS_PER_INCH = 72.0


def draw(
    wiring: Wiring,
    to: str | Path | Axes,
    weights: tuple[ArrayLike, ArrayLike] | None = None,
) -> None:
    """Draw a wiring into a picture file, such as a PNG, or onto axes of the caller's.

    Synapses within a layer run clockwise: down on the right, up on the left.

    weights: what `readouts.signed_weights` gives, [inputs, neurons] and [neurons, neurons]; lines
        become as thick as the weights are strong and take the colour of their sign.

    Raises ValueError for weights of other shapes.
    """
    columns = _columns(wiring)
    synapses = _synapses(wiring, columns, weights)
    if isinstance(to, Axes):
        _paint(to, columns, synapses)
        return
    most = max(len(column.y) for column in columns)
    height = float(np.clip(2.0 + 0.11 * most, 5.0, 14.0))
    figure = blank(10.0, height)
    title, legend = 0.95 / height, 0.45 / height
    _paint(figure.add_axes((0.02, legend, 0.96, 1.0 - title - legend)), columns, synapses)
    figure.savefig(to)


def blank(width: float, height: float) -> Figure:
    """An empty figure of so many inches that needs no display and no global state."""
    figure = Figure(figsize=(width, height), dpi=150)
    FigureCanvasAgg(figure)
    return figure


class _Column(NamedTuple):
    """A layer. numbers: of its neurons, or of the inputs. y: [neurons], 0 in the middle."""

    layer: str
    numbers: range
    x: float
    y: np.ndarray


class _Synapses(NamedTuple):
    """start, end: [synapses, 2], where the neurons are. weight: [synapses], signed.

    strongest: the largest absolute weight; None where weights mean nothing but a polarity.
    """

    start: np.ndarray
    end: np.ndarray
    weight: np.ndarray
    strongest: float | None


def _columns(wiring: Wiring) -> list[_Column]:
    layers = {'sensory': range(wiring.inputs)}
    layers |= {layer: wiring.neurons_of(layer) for layer in reversed(list(wiring.layers))}
    columns: list[_Column] = []
    for layer, numbers in layers.items():
        if numbers:
            gap = min(_WIDEST_GAP, 1.0 / max(len(numbers) - 1, 1))
            y = gap * (0.5 * (len(numbers) - 1) - np.arange(len(numbers)))
            columns.append(_Column(layer, numbers, float(len(columns)), y))
    return columns


def _synapses(
    wiring: Wiring, columns: list[_Column], weights: tuple[ArrayLike, ArrayLike] | None
) -> _Synapses:
    """The strongest last, to be seen on top."""
    inputs, *layers = (np.stack((np.full(len(c.y), c.x), c.y), axis=1) for c in columns)
    neurons = np.concatenate(layers[::-1])
    starts, ends, values = [], [], []
    polarities = wiring.sensory, wiring.recurrent
    for name, polarity, places, value in zip(
        ('sensory', 'recurrent'),
        polarities,
        (inputs, neurons),
        polarities if weights is None else map(np.asarray, weights),
        strict=True,
    ):
        if value.shape != polarity.shape:
            raise ValueError(
                f'{name} weights are {list(value.shape)}, wanted {list(polarity.shape)}'
            )
        source, target = np.nonzero(polarity)
        starts.append(places[source])
        ends.append(neurons[target])
        values.append(value[source, target])
    weight = np.concatenate(values).astype(float)
    order = np.argsort(np.abs(weight), kind='stable')
    strongest = None if weights is None else float(np.abs(weight).max(initial=0.0))
    start, end = np.concatenate(starts)[order], np.concatenate(ends)[order]
    return _Synapses(start, end, weight[order], strongest)


def _paint(axes: Axes, columns: list[_Column], synapses: _Synapses) -> None:
    height = axes.get_window_extent().height / axes.figure.dpi * _POINTS_PER_INCH
    top = 0.5 + 14.0 / height
    axes.set_xlim(-0.3, len(columns) - 0.7)
    axes.set_ylim(-top, top)
    axes.set_axis_off()
    _draw_synapses(axes, synapses)
    for column in columns:
        _draw_neurons(axes, column, height)
        _draw_heading(axes, column, top)
    _draw_legend(axes, synapses)
    neurons = sum(len(column.y) for column in columns[1:])
    title = f'{neurons} neurons, {len(columns[0].y)} inputs, {len(synapses.weight)} synapses'
    axes.set_title(title, loc='left', color=INK, fontsize=13, pad=42)


def _draw_synapses(axes: Axes, synapses: _Synapses) -> None:
    colours = to_rgba_array(
        [EXCITATORY if weight > 0 else INHIBITORY for weight in synapses.weight]
    )
    colours[:, 3] = _opacity(synapses)
    codes = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]
    curves = [Curve(points, codes) for points in _curves(synapses.start, synapses.end)]
    relative = 1.0 if synapses.strongest is None else _relative(synapses)
    widths = relative * _full_width(synapses)
    axes.add_collection(
        PathCollection(curves, facecolors='none', edgecolors=colours, linewidths=widths, zorder=1)
    )


def _opacity(synapses: _Synapses) -> np.ndarray:
    """The more synapses between the same two layers, the less opaque; the strong ones stay."""
    between = np.stack((synapses.start[:, 0], synapses.end[:, 0]), axis=1)
    _, which, many = np.unique(between, axis=0, return_inverse=True, return_counts=True)
    opacity = np.clip((150.0 / many[which.ravel()]) ** 0.5, 0.15, 0.85)
    if synapses.strongest is None:
        return opacity
    return opacity + (0.9 - opacity) * _relative(synapses) ** 3


def _relative(synapses: _Synapses) -> np.ndarray:
    return np.abs(synapses.weight) / (synapses.strongest or 1.0)


def _full_width(synapses: _Synapses) -> float:
    """Of the strongest synapse, in points; thinner where there are many."""
    width = np.clip(15.0 / max(len(synapses.weight), 1) ** 0.5, 0.4, 1.4)
    return float(width if synapses.strongest is None else 2.5 * width)


def _curves(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Bezier points [synapses, 4, 2]: an S to the right, a shallow arc to the left, a bow within
    a layer, a loop onto itself.
    """
    across, up = (end - start).T
    back, within = across < 0, across == 0
    itself = within & (up == 0)
    reach = np.where(back, across / 3, across / 2)
    reach[within] = (np.where(up > 0, -1.0, 1.0) * (0.08 + 0.3 * np.abs(up)))[within]
    reach[itself] = 0.14
    rise = np.where(back, up / 3, 0.0)
    rise[itself] = 0.06
    sag = np.where(back, 0.05, 0.0)
    curves = np.stack((start, start, end, end), axis=1)
    curves[:, 1] += np.stack((reach, rise - sag), axis=1)
    curves[:, 2] += np.stack((np.where(within, reach, -reach), -rise - sag), axis=1)
    return curves


def _draw_neurons(axes: Axes, column: _Column, height: float) -> None:
    """height: of the axes, in points."""
    gap = column.y[0] - column.y[1] if len(column.y) > 1 else _WIDEST_GAP
    size = float(np.clip(0.72 * gap * height, 2.5, 17.0))
    axes.scatter(
        np.full(len(column.y), column.x),
        column.y,
        s=size**2,
        c=_SHADES.get(column.layer, '#9aa7b2'),
        edgecolors=INK,
        linewidths=min(0.8, 0.12 * size),
        zorder=3,
    )
    if size < 9.0:
        return
    style: dict[str, Any] = {'ha': 'center', 'va': 'center_baseline', 'fontsize': 0.5 * size}
    style['color'] = 'white' if column.layer == 'motor' else INK
    for number, y in zip(column.numbers, column.y, strict=True):
        axes.text(column.x, y, str(number), zorder=4, **style)


def _draw_heading(axes: Axes, column: _Column, top: float) -> None:
    first, last = column.numbers[0], column.numbers[-1]
    numbers = f'{first} to {last}' if last > first else f'{first}'
    place: dict[str, Any] = {'xy': (column.x, top), 'textcoords': 'offset points', 'ha': 'center'}
    axes.annotate(column.layer, xytext=(0, 20), color=INK, fontsize=11, fontweight='bold', **place)
    axes.annotate(numbers, xytext=(0, 7), color=PALE, fontsize=9, **place)


def _draw_legend(axes: Axes, synapses: _Synapses) -> None:
    excitatory = int((synapses.weight > 0).sum())
    inhibitory = len(synapses.weight) - excitatory
    lines = [
        Line2D([], [], color=EXCITATORY, linewidth=2, label=f'excitatory ({excitatory})'),
        Line2D([], [], color=INHIBITORY, linewidth=2, label=f'inhibitory ({inhibitory})'),
    ]
    if synapses.strongest is not None:
        for share in (0.1, 0.5, 1.0):
            width = share * _full_width(synapses)
            label = f'weight {share * synapses.strongest:.2g}'
            lines.append(Line2D([], [], color=PALE, linewidth=width, label=label))
    axes.legend(
        handles=lines,
        loc='upper center',
        bbox_to_anchor=(0.5, 0.0),
        ncols=len(lines),
        frameon=False,
        fontsize=10,
        labelcolor=INK,
    )
