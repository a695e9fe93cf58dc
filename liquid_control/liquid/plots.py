"""Pictures of what goes on inside an LTC, over the true times of its events.

Needs matplotlib, as `drawing` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from torch import Tensor

from liquid_control.liquid.drawing import INK, PALE, blank
from liquid_control.liquid.readouts import Currents, Trace
from liquid_control.liquid.wiring import Wiring

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

# After Okabe and Ito, told apart with any kind of colour blindness.
_COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7f4f24', '#9a9a00')
_TIME = 'time, in the unit of dt'


def plot_time_constants(trace: Trace, path: str | Path, sample: int = 0) -> None:
    """tau_i(t) of the motor neurons as lines and of all neurons as a map, both logarithmic."""
    _plot_neurons(
        trace,
        trace.time_constants,
        path,
        sample,
        'Time constant',
        {'norm': 'log', 'cmap': 'cividis'},
    )


def plot_states(trace: Trace, path: str | Path, sample: int = 0) -> None:
    """v_i(t) of the motor neurons as lines and of all neurons as a map."""
    bound = float(np.abs(trace.states[sample].cpu().numpy()).max(initial=1e-9))
    scale = {'cmap': 'RdBu', 'vmin': -bound, 'vmax': bound}
    _plot_neurons(trace, trace.states, path, sample, 'Potential', scale)


def plot_currents(
    currents: Currents, trace: Trace, neuron: int, path: str | Path, sample: int = 0
) -> None:
    """The currents into one neuron: each of the strongest synapses, the sum of the rest, and the
    sum of all. Raises ValueError for a neuron that does not exist.
    """
    if not 0 <= neuron < trace.wiring.neurons:
        raise ValueError(f'neuron is {neuron}, wanted 0 to {trace.wiring.neurons - 1}')
    names, values = _into(currents, neuron, sample)
    times = _times(trace, sample)
    figure = blank(10.0, 5.0)
    figure.set_layout_engine('constrained')
    axes = figure.add_subplot()
    order = np.argsort(-np.abs(values).mean(axis=0), kind='stable')
    strongest, rest = order[: len(_COLOURS)], order[len(_COLOURS) :]
    for synapse, colour in zip(strongest, _COLOURS, strict=False):
        _line(axes, times, values[:, synapse], color=colour, label=f'from {names[synapse]}')
    if len(rest):
        label = f'from {len(rest)} others'
        _line(axes, times, values[:, rest].sum(axis=1), color=PALE, linestyle=':', label=label)
    _line(axes, times, values.sum(axis=1), color=INK, linewidth=2.2, label='sum')
    axes.axhline(0.0, color=PALE, linewidth=0.6, zorder=1)
    _dress(axes, f'Synaptic currents into neuron {neuron}')
    _draw_time(axes, times)
    axes.set_xlabel(_TIME, color=INK)
    axes.legend(loc='center left', bbox_to_anchor=(1.0, 0.5), frameon=False, labelcolor=INK)
    figure.savefig(path)


def _plot_neurons(
    trace: Trace,
    values: Tensor,
    path: str | Path,
    sample: int,
    name: str,
    scale: dict[str, Any],
) -> None:
    """scale: what `pcolormesh` needs to turn values into colours."""
    times, shown = _times(trace, sample), values[sample].cpu().double().numpy()
    tall = 2.0 + min(0.03 * trace.wiring.neurons, 4.0)
    figure = blank(10.0, 2.6 + tall)
    figure.set_layout_engine('constrained')
    lines, image = figure.subplots(2, 1, sharex=True, height_ratios=(2.0, tall))
    for motor in range(trace.wiring.motors):
        colour = _COLOURS[motor % len(_COLOURS)]
        _line(lines, times, shown[:, motor], color=colour, label=f'{motor}')
    _dress(lines, f'{name} of the motor neurons')
    if trace.wiring.motors <= len(_COLOURS):
        place = {'loc': 'lower right', 'bbox_to_anchor': (1.0, 1.0), 'borderaxespad': 0.1}
        lines.legend(ncols=len(_COLOURS), frameon=False, labelcolor=INK, **place)
    _draw_time(lines, times)

    edges = np.concatenate(([0.0], times))
    mesh = image.pcolormesh(edges, np.arange(shown.shape[1] + 1), shown.T, **scale)
    _dress(image, f'{name} of all neurons')
    _name_layers(image, trace.wiring)
    image.set_xlabel(_TIME, color=INK)
    bar = figure.colorbar(mesh, ax=image, pad=0.01, aspect=30)
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=PALE, labelcolor=INK, labelsize=9)
    if scale.get('norm') == 'log':
        lines.set_yscale('log')
        for axis in (lines.yaxis, bar.ax.yaxis):
            _label_logarithms(axis, np.nanmax(shown) / np.nanmin(shown))
    figure.savefig(path)


def _times(trace: Trace, sample: int) -> np.ndarray:
    if trace.times.shape[1] == 0:
        raise ValueError('the trace holds no event, wanted at least one to draw')
    return trace.times[sample].cpu().numpy()


def _into(currents: Currents, neuron: int, sample: int) -> tuple[list[str], np.ndarray]:
    """The sources of a neuron's synapses, by name, and their currents: [T, synapses]."""
    names, values = [], []
    for kind, group in (('input', currents.sensory), ('neuron', currents.recurrent)):
        here = group.target == neuron
        names += [f'{kind} {source}' for source in group.source[here].tolist()]
        values.append(group.values[sample][:, here].cpu().double().numpy())
    return names, np.concatenate(values, axis=1)


def _line(axes: Axes, times: np.ndarray, values: np.ndarray, **style: Any) -> None:
    axes.plot(times, values, marker='.', markersize=3, **{'linewidth': 1.3} | style)


def _draw_time(axes: Axes, times: np.ndarray) -> None:
    """From 0 on, with a tick at the lower edge for every event."""
    axes.set_xlim(0.0, times[-1] or 1.0)
    edge = axes.get_xaxis_transform()
    axes.vlines(times, 0.0, 0.025, transform=edge, color=PALE, linewidth=0.5, zorder=1)


def _name_layers(axes: Axes, wiring: Wiring) -> None:
    """Beside a map of all neurons, the first one on top."""
    layers = {name: wiring.neurons_of(name) for name, count in wiring.layers.items() if count}
    for numbers in layers.values():
        axes.axhline(numbers.start, color='white', linewidth=1.5)
    axes.set_yticks(
        [0.5 * (numbers.start + numbers.stop) for numbers in layers.values()],
        [f'{name}\n{numbers[0]} to {numbers[-1]}' for name, numbers in layers.items()],
    )
    axes.tick_params(axis='y', length=0)
    axes.spines['left'].set_visible(False)
    axes.set_ylim(wiring.neurons, 0)


def _label_logarithms(axis: Axis, ratio: float) -> None:
    """Labels at 1, 2, 5 of each decade, or at all digits if there is hardly more than one."""
    locator: Any = axis.get_major_locator()
    locator.set_params(subs=range(1, 10) if ratio < 10.0 else (1, 2, 5))
    axis.set_major_formatter('{x:g}')
    axis.set_minor_formatter('')


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title, loc='left', color=INK, fontsize=11)
    axes.tick_params(colors=PALE, labelcolor=INK, labelsize=9)
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    for side in ('left', 'bottom'):
        axes.spines[side].set_color(PALE)
