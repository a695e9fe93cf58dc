"""The standings as tables in Markdown and as one picture."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from liquid_control.policy.bundle import read_bundle_file
from scoreboard_run.plan import EvaluationPlan, Plan
from scoreboard_run.standings import NOMINAL, Score, Standing, lead

OURS = 'ltc'
_FAMILIES = {'ltc': 'ltc_fixed', 'gru_dt': 'gru'}
"""Networks that know true time, and the same ones that do not."""
_COLOURS = {
    'mlp': '#999999',
    'frame_stack': '#8a6d00',
    'lstm': '#e69f00',
    'gru': '#cc79a7',
    'gru_dt': '#d55e00',
    'cfc': '#009e73',
    'ltc_fixed': '#56b4e9',
    'ltc': '#0072b2',
}
_PLANNERS = {'expert': '-', 'dwa': '--', 'mppi': '-.', 'follow_the_gap': ':'}


class Board(NamedTuple):
    """All there is to tell. bundles: of each network, one for each training seed. inference: p50
    in ms of each network.
    """

    plan: Plan
    standings: Mapping[str, Standing]
    bundles: Mapping[str, Sequence[Path]]
    inference: Mapping[str, float]

    def title(self, name: str) -> str:
        network = self.plan.networks.get(name)
        return network.title if network else name.replace('_', ' ')


def markdown(board: Board) -> str:
    """The tables."""
    tables = (_summary, _conditions, _true_time, _tries)
    return '\n'.join('\n'.join(table(board)) + '\n' for table in tables)


def _summary(board: Board) -> Iterator[str]:
    yield (
        '| | parameters | training, CPU s | inference p50, µs | success, good sensors | '
        'success, bad time | collision, bad time | SPL, bad time | '
        f'{board.title(OURS)} leads by |'
    )
    yield '|---' * 9 + '|'
    ours = board.standings[OURS]
    for name, standing in board.standings.items():
        bad = standing.time_varied
        cells = [
            board.title(name),
            *_training(board, name),
            f'{1e3 * board.inference[name]:.0f}' if name in board.inference else '',
            _percent(standing.score('success', [NOMINAL])),
            _percent(standing.score('success', bad)),
            _percent(standing.score('collision', bad)),
            f'{standing.score("spl", bad).mean:.2f}',
            '' if name == OURS else _points(lead(ours, standing, bad)),
        ]
        yield f'| {" | ".join(cells)} |'


def _training(board: Board, name: str) -> tuple[str, str]:
    """Parameters and CPU seconds of a network."""
    stories = [read_bundle_file(path).training for path in board.bundles.get(name, ())]
    if not stories:
        return '', ''
    cpu_s = statistics.median(story['cpu_s'] for story in stories)
    return f'{stories[0]["parameters"]:,}', f'{cpu_s:.0f}'


def _conditions(board: Board) -> Iterator[str]:
    """Success under each condition."""
    conditions = board.standings[OURS].conditions
    yield f'| success | {" | ".join(conditions)} |'
    yield '|---' * (1 + len(conditions)) + '|'
    for name, standing in board.standings.items():
        rates = [f'{standing.score("success", [c]).mean:.0%}' for c in conditions]
        yield f'| {board.title(name)} | {" | ".join(rates)} |'


def _true_time(board: Board) -> Iterator[str]:
    """By how much those who know true time lead the same networks without it."""
    standings = board.standings
    conditions = standings[OURS].conditions
    yield f'| true time leads by | {" | ".join(conditions)} | bad time |'
    yield '|---' * (2 + len(conditions)) + '|'
    for knows, other in _FAMILIES.items():
        if knows not in standings or other not in standings:
            continue
        which = [[name] for name in conditions] + [standings[knows].time_varied]
        leads = [_points(lead(standings[knows], standings[other], names)) for names in which]
        yield f'| {board.title(knows)} | {" | ".join(leads)} |'


def _tries(board: Board) -> Iterator[str]:
    """What each network was trained with."""
    yield '| | learning rate | core rate | held-out loss of each training seed |'
    yield '|---|---|---|---|'
    for name, paths in board.bundles.items():
        stories = [read_bundle_file(path).training for path in paths]
        losses = ', '.join(f'{story["held_out_loss"]:.4f}' for story in stories)
        rates = f'{stories[0]["learning_rate"]:g} | {stories[0]["core_rate"]:g}'
        yield f'| {board.title(name)} | {rates} | {losses} |'


def _percent(score: Score) -> str:
    low, high = score.interval
    return f'{score.mean:.0%} ({100 * low:.0f} to {100 * high:.0f})'


def _points(score: Score) -> str:
    low, high = score.interval
    return f'{100 * score.mean:+.0f} ({100 * low:+.0f} to {100 * high:+.0f})'


def draw(board: Board, file: Path) -> None:
    """Success over each sweep; the band is that of the liquid network with true time."""
    with rc_context({'font.size': 9, 'axes.spines.top': False, 'axes.spines.right': False}):
        figure = Figure(figsize=(9.6, 5.4), dpi=120, layout='constrained')
        axes = list(figure.subplots(2, 3, sharey=True).flat)
        sweeps = board.plan.evaluation.sweeps
        for one, (name, sweep) in zip(axes, sweeps.items(), strict=False):
            points = sweep_points(board.plan.evaluation, name, board.plan.usual[name])
            for driver in board.standings:
                _curve(one, board, driver, points)
            unit = f' ({sweep.unit})' if sweep.unit else ''
            one.set(ylim=(-0.02, 1.02), xlabel=sweep.title + unit)
            if name in board.plan.logarithmic:
                one.set_xscale('log')
                one.minorticks_off()
            one.set_xticks(list(points), [f'{x:g}' for x in points])
            one.yaxis.set_major_formatter(PercentFormatter(1.0))
            one.grid(color='#e8e8e8', linewidth=0.7)
        handles, labels = axes[0].get_legend_handles_labels()
        for one in axes[len(sweeps) :]:
            one.axis('off')
        axes[5].legend(handles, labels, loc='center', frameon=False)
        figure.supylabel('success')
        figure.savefig(file)


def sweep_points(plan: EvaluationPlan, sweep: str, usual: float) -> dict[float, str]:
    """Conditions of a sweep by its quantity, the nominal one among them."""
    points = {value: f'{sweep}={value:g}' for value in plan.sweeps[sweep].values}
    return dict(sorted({**points, usual: NOMINAL}.items()))


def _curve(axes: Any, board: Board, driver: str, points: Mapping[float, str]) -> None:
    scores = [board.standings[driver].score('success', [name]) for name in points.values()]
    style: dict[str, Any] = {'label': board.title(driver), 'linewidth': 1.1}
    if driver in _COLOURS:
        style |= {'color': _COLOURS[driver], 'marker': 'o', 'markersize': 3}
    else:
        style |= {'color': '#444444', 'linestyle': _PLANNERS[driver], 'linewidth': 0.9}
    if driver == OURS:
        low, high = zip(*(score.interval for score in scores), strict=True)
        axes.fill_between(list(points), low, high, color=_COLOURS[OURS], alpha=0.15, linewidth=0)
        style |= {'linewidth': 2.4, 'zorder': 3}
    axes.plot(list(points), [score.mean for score in scores], **style)
