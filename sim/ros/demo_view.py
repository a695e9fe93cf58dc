"""What the demonstration shows: a live line, a table in the end, a picture, summary.json."""

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from liquid_control_sim.ros.observer import Track
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.watch.picture import Way, draw_run

_BAR = 24
_LINE_PERIOD_S = 5.0


@dataclass(frozen=True)
class Summary:
    """What the drive came to; summary.json.

    messages: how many of each sensor the policy was driven with.
    latency_ms: from a sensor's stamp to the command that it caused, simulated; p50 and p99.
    real_time_factor: simulated seconds per second of the drive.
    """

    beacons: int
    collisions: int
    distance_m: float
    messages: dict[str, int]
    latency_ms: dict[str, float]
    seconds: float
    real_time_factor: float
    seed: int
    policy: str

    @property
    def good(self) -> bool:
        """Whether it reached something and hit nothing."""
        return self.beacons > 0 and self.collisions == 0

    @property
    def title(self) -> str:
        """The drive in a few words."""
        beacons = '1 beacon' if self.beacons == 1 else f'{self.beacons} beacons'
        return f'{beacons}, {self.distance_m:.0f} m in {self.seconds:.0f} s'


def write(folder: Path, summary: Summary, simulation: Simulation, track: Track) -> None:
    """Leave summary.json and run.png in the folder."""
    (folder / 'summary.json').write_text(json.dumps(asdict(summary), indent=2) + '\n')
    way = Way(
        np.array(track.poses),
        np.array(track.speeds),
        track.reached,
        track.next_beacon,
        track.collisions,
    )
    title = f'{summary.title}, seed {summary.seed}'
    draw_run(folder / 'run.png', simulation.layout, simulation.config, way, title)


def show(console: Console, summary: Summary, folder: Path) -> None:
    """Print the summary as a table."""
    latency = ', '.join(f'{key} {value:.1f} ms' for key, value in summary.latency_ms.items())
    messages = ', '.join(f'{name} {count}' for name, count in summary.messages.items())
    table = Table(title=summary.title, title_justify='left', show_header=False)
    table.add_row('beacons reached', str(summary.beacons))
    table.add_row('collisions', str(summary.collisions))
    table.add_row('distance', f'{summary.distance_m:.1f} m')
    table.add_row('messages', messages)
    table.add_row('stamp to command', latency)
    table.add_row('real-time factor', f'{summary.real_time_factor:.2f}')
    table.add_row('left in', str(folder))
    console.print(table)
    if not summary.good:
        console.print('[red]It reached nothing, or it hit something.[/]')


def status_line(figures: dict[str, float], track: Track, progress: float, says: str) -> Text:
    """The drive at this moment. progress: from 0 to 1. says: the drive node's words."""
    done = round(_BAR * min(progress, 1.0))
    x, y, _ = track.poses[-1]
    away = math.hypot(figures['target_x'] - x, figures['target_y'] - y)
    return Text.assemble(
        ('█' * done, 'green'),
        ('░' * (_BAR - done), 'dim'),
        (f'  beacons {figures["reached"]:.0f}', 'bold'),
        f'  next in {away:.1f} m  ',
        (f'collisions {figures["collisions"]:.0f}', 'red' if figures['collisions'] else ''),
        f'  {figures["distance_m"]:.1f} m  {track.speeds[-1]:.2f} m/s  {says}',
    )


@contextmanager
def live(console: Console) -> Iterator[Callable[[Text], None]]:
    """A line that changes in place; without a terminal, a new line every few seconds."""
    if console.is_terminal:
        with Live(console=console, refresh_per_second=5, transient=True) as display:
            yield display.update
        return
    said = -math.inf

    def say(text: Text) -> None:
        nonlocal said
        if time.monotonic() - said >= _LINE_PERIOD_S:
            said = time.monotonic()
            console.print(text, soft_wrap=True)

    yield say
