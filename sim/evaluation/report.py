"""The results of a suite as one page that explains itself: no other file, no network."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from liquid_control.files import write_whole
from liquid_control_sim.evaluation.charts import curve, draw
from liquid_control_sim.evaluation.metrics import BRAKED_FOR, INFERENCE, INTERVAL, METRICS, Metric
from liquid_control_sim.pages import templates

Row = Mapping[str, Any]
"""A cell, as results.json has it."""

_WORST = 5
"""Episodes of each driver in each scenario."""
_CURVES = {'success_rate': 'success', 'collision_rate': 'collision'}


def write_report(results: Mapping[str, Any], path: Path) -> None:
    """results: what results.json has, see `gather`."""
    environment = templates('liquid_control_sim.evaluation')
    environment.filters |= {
        'layered': _layered,
        'shade': _shade,
        'written': _written,
        'interval': _interval,
    }
    page = environment.get_template('report.html').render(
        suite=results['suite'],
        config=results['config'],
        sessions=results['sessions'],
        seeds=_seeds(results['config']['seeds']),
        episodes=sum(cell['episodes'] for cell in results['cells']),
        scenarios=[_scenario(results, name) for name in results['config']['scenarios']],
        definitions=_definitions(results['cells']),
    )
    write_whole({path: page.encode()})


def _seeds(seeds: Row) -> str:
    first, count = seeds['first'], seeds['count']
    return f'{first} to {first + count - 1}, the same for all' if count > 1 else str(first)


def _scenario(results: Mapping[str, Any], name: str) -> dict[str, Any]:
    """All that the page says of one scenario."""
    cells = [cell for cell in results['cells'] if cell['scenario'] == name]
    faults: dict[str, dict[str, Row]] = {}
    for cell in cells:
        if cell['sweep'] is None:
            faults.setdefault(cell['condition'], {})[cell['driver']] = cell
    return {
        'name': name,
        'cells': cells,
        'drivers': list(dict.fromkeys(cell['driver'] for cell in cells)),
        'faults': faults,
        'sweeps': [
            {'title': sweep['title'], 'charts': _charts(cells, name, key, sweep)}
            for key, sweep in results['config']['sweeps'].items()
        ],
        'metrics': _known(cells),
        'worst': list(_worst(cells)),
    }


def _charts(cells: Sequence[Row], scenario: str, key: str, sweep: Row) -> list[Markup]:
    """One for each rate that is drawn."""
    drivers: dict[str, list[Row]] = {}
    for cell in cells:
        if cell['sweep'] == key:
            drivers.setdefault(cell['driver'], []).append(cell)
    quantity = f'{sweep["title"]} ({sweep["unit"]})' if sweep['unit'] else sweep['title']
    charts = []
    for rate, title in _CURVES.items():
        curves = [curve(driver, own, rate) for driver, own in drivers.items()]
        name = f'{scenario}: {title} over {quantity}'
        charts.append(draw(curves, quantity, title, name))
    return charts


def _worst(cells: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Collisions first, then timeouts; among them those with the fewest faults come first, since
    there the driver has the least excuse; then the narrowest.
    """
    for driver in dict.fromkeys(cell['driver'] for cell in cells):
        own = [cell for cell in cells if cell['driver'] == driver]
        failed = [
            (not outcome['collision'], place, outcome['clearance_m'], outcome['seed'])
            for place, cell in enumerate(own)
            for outcome in cell['outcomes']
            if not outcome['success']
        ]
        episodes = [
            {
                'what': 'timeout' if no_collision else 'collision',
                'condition': own[place]['condition'],
                'seed': seed,
                'command': f'{own[place]["watch"]} {seed}',
            }
            for no_collision, place, _, seed in sorted(failed)[:_WORST]
        ]
        yield {'driver': driver, 'failed': len(failed), 'episodes': episodes}


def _known(cells: Sequence[Row]) -> list[Metric]:
    return [metric for metric in METRICS if any(metric.key in cell for cell in cells)]


def _definitions(cells: Sequence[Row]) -> dict[str, str]:
    meanings = {metric.title: metric.definition for metric in _known(cells)}
    if 'reaction' in meanings:
        meanings['braked for'] = BRAKED_FOR
    return {**meanings, '95 % interval': INTERVAL, 'inference': INFERENCE}


def _layered(layers: Row) -> str:
    """In words: world rooms, task goal (timeout 9)."""
    parts = []
    for layer, given in layers.items():
        if isinstance(given, str):
            parts.append(f'{layer} {given}')
        elif given:
            other = ', '.join(f'{key} {value}' for key, value in given.items() if key != 'type')
            name = given.get('type', '')
            parts.append(' '.join(filter(None, (layer, name, f'({other})' if other else ''))))
    return ', '.join(parts)


def _shade(rate: float) -> str:
    """From orange (0) over white to blue (1), light enough for black text on it."""
    orange, white, blue = (247, 178, 103), (255, 255, 255), (128, 186, 232)
    end, share = (orange, 1.0 - 2.0 * rate) if rate < 0.5 else (blue, 2.0 * rate - 1.0)
    mixed = [round(w + share * (e - w)) for w, e in zip(white, end, strict=True)]
    return '#{:02x}{:02x}{:02x}'.format(*mixed)


def _written(cell: Row, metric: Metric) -> str:
    return metric.form.format(cell[metric.key]) if metric.key in cell else ''


def _interval(cell: Row, metric: Metric) -> str:
    """Both bounds, with the unit after the second alone."""
    bounds = cell.get(f'{metric.key}_ci95')
    if bounds is None:
        return ''
    low, high = (metric.form.format(bound) for bound in bounds)
    return f'{low.split(" ")[0].rstrip("%")} to {high}'
