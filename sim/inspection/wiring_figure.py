"""The synapses of a liquid network, from the sensors to the motors."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from liquid_control.liquid.drawing import draw
from liquid_control_sim.inspection.axes import WIDTH, colour_of
from liquid_control_sim.inspection.inspection import Inspection
from liquid_control_sim.inspection.wiring import Strengths
from liquid_control_sim.watch.style import PAPER

_HEIGHT = 7.4


def wiring_figure(found: Inspection, strong: Strengths) -> Figure:
    """Lines as thick as w, in the colour of their sign; the inputs named by their sensors."""
    figure = Figure(figsize=(WIDTH, _HEIGHT), dpi=100, facecolor=PAPER)
    axes = figure.add_axes((0.06, 0.07, 0.93, 0.79))
    draw(strong.wiring, axes, (strong.sensory, strong.recurrent))
    _name_inputs(axes, found)
    return figure


def _name_inputs(axes: Axes, found: Inspection) -> None:
    policy = found.policy
    places = next(
        offsets
        for drawn in axes.collections
        if len(offsets := np.asarray(drawn.get_offsets(), float)) == policy.core.inputs
    )
    for sensor, rows in policy.parts.items():
        (x, first), (_, last) = places[rows.start], places[rows.stop - 1]
        colour = colour_of(sensor)
        axes.plot([x - 0.05] * 2, [first + 0.005, last - 0.005], color=colour, lw=3.0)
        axes.text(
            x - 0.08,
            0.5 * (first + last),
            sensor,
            ha='right',
            va='center',
            rotation=90,
            fontsize=10,
            color=colour,
        )
