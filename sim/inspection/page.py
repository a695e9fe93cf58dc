"""All that was found out about a policy, as one page that explains itself: no other file, no
network.
"""

from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from liquid_control.files import write_whole
from liquid_control_sim.inspection.changes import Change, NoChange, Shift
from liquid_control_sim.inspection.drive_figure import drive_figure
from liquid_control_sim.inspection.figures import change_figure, saliency_figure, silence_figure
from liquid_control_sim.inspection.inspection import QUANTILES, Inspection
from liquid_control_sim.inspection.saliency import LOOK_BACK
from liquid_control_sim.inspection.wiring import bundles
from liquid_control_sim.inspection.wiring_figure import wiring_figure
from liquid_control_sim.origin import origin
from liquid_control_sim.pages import svg, templates


def write_page(found: Inspection, path: Path) -> None:
    environment = templates('liquid_control_sim.inspection')
    environment.filters |= {'ms': _milliseconds, 'percent': _percent}
    page = environment.get_template('page.html').render(
        found=found,
        config=found.config,
        origin=origin(),
        look_back=LOOK_BACK,
        wiring=_wiring(found),
        drive=svg(drive_figure(found), 'the drive, over time'),
        time_constants=_time_constants(found),
        saliency=svg(saliency_figure(found), 'contributions of the sensors, over time'),
        hangs=_hangs(found),
        silences=svg(silence_figure(found), 'departures under silences, over time'),
        changes=[_change(one) for one in found.changes],
    )
    write_whole({path: page.encode()})


def _wiring(found: Inspection) -> dict[str, Any] | None:
    strong = found.strengths
    if strong is None:
        return None
    return {
        'figure': svg(wiring_figure(found, strong), 'wiring with learned strengths'),
        'bundles': bundles(found.policy, strong),
        'turned': strong.turned,
        'synapses': strong.wiring.synapses,
    }


def _time_constants(found: Inspection) -> list[dict[str, Any]]:
    """A row for each layer."""
    return [
        {
            'layer': name,
            'neurons': len(own),
            'quantiles': np.quantile(found.thoughts.time_constants[:, own], QUANTILES),
            'swing': np.median(found.swings[own]),
            'widest': found.swings[own].max(),
        }
        for name, own in found.layers.items()
    ]


def _hangs(found: Inspection) -> list[dict[str, Any]]:
    """A row for each sensor: mean sizes of what features and age contribute."""
    hangs = found.saliency
    return [
        {
            'sensor': sensor,
            'features': np.abs(hangs.features[sensor]).mean(axis=0),
            'age': np.abs(hangs.ages[sensor]).mean(axis=0),
        }
        for sensor in found.policy.sensors
    ]


def _change(one: Change | NoChange) -> dict[str, Any]:
    if isinstance(one, NoChange):
        return {'name': one.name, 'why': one.why}
    return {
        'name': one.name,
        'why': '',
        'title': one.title,
        'endings': one.endings,
        'slips': one.slips,
        'figure': svg(change_figure(one), f'time constants under a change of {one.name}'),
        'shifts': one.shifts()[::-1],
        'verdict': _verdict(one.shifts()),
    }


def _verdict(shifts: list[Shift]) -> str:
    """In words, by how much those of the median neuron of each layer moved."""
    words = []
    for shift in reversed(shifts):
        middle = shift.factors[2]
        moved = f'{100 * abs(middle - 1.0):.0f} % {"longer" if middle > 1.0 else "shorter"}'
        words.append(f'{shift.layer}: {"the same" if abs(middle - 1.0) < 0.005 else moved}')
    return f'Time constants by those of the unchanged drive, {", ".join(words)}.'


def _milliseconds(seconds: float) -> str:
    return f'{1e3 * seconds:.1f}'


def _percent(share: float) -> Markup:
    return Markup(f'{share:.0%}'.replace('%', '&nbsp;%'))
