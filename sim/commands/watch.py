"""Look at one episode: in a window, or as picture, film and bag."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from liquid_control_sim.commands.usage import UsageError, add_policy, add_scenario, named_scenario

if TYPE_CHECKING:
    from liquid_control_sim.watch.recording import Run


def add(parser: argparse.ArgumentParser) -> None:
    driver = parser.add_mutually_exclusive_group()
    add_policy(driver)
    driver.add_argument('--planner', metavar='NAME', help='drives instead of a policy')
    add_scenario(parser)
    parser.add_argument('--seed', type=int, default=0, help='of the episode (default 0)')
    parser.add_argument('--seconds', type=float, default=math.inf, help='at most so many')
    parser.add_argument('--out', type=Path, default=Path('runs/watch'), help='for the files')
    parser.add_argument('--png', action='store_true', help='write OUT/run.png, a picture')
    parser.add_argument('--mp4', action='store_true', help='write OUT/run.mp4, a film')
    parser.add_argument(
        '--mcap', action='store_true', help='write OUT/bag/bag.mcap, for Foxglove and PlotJuggler'
    )
    parser.set_defaults(command=run)


def run(arguments: argparse.Namespace) -> int:
    from liquid_control_sim.watch.recording import Run

    if not arguments.seconds > 0.0:
        raise UsageError(f'--seconds is {arguments.seconds:g}, wanted more than 0')
    if arguments.seed < 0:
        raise UsageError(f'--seed is {arguments.seed}, wanted 0 or more')
    driver = arguments.planner or arguments.policy
    episode = Run(named_scenario(arguments), arguments.seed, driver)
    if arguments.png or arguments.mp4 or arguments.mcap:
        _write(arguments, episode)
    else:
        _show(arguments, episode)
    return 0


def _show(arguments: argparse.Namespace, episode: 'Run') -> None:
    from liquid_control_sim.watch.live import NoWindowError, watch_live

    try:
        watch_live(episode, arguments.seconds)
    except NoWindowError as error:
        raise UsageError(
            f'no window can be opened ({error}); --mp4, --png and --mcap write files instead'
        ) from None


def _write(arguments: argparse.Namespace, episode: 'Run') -> None:
    """Drive once, and leave all files that were asked for."""
    from rich.console import Console

    from liquid_control_sim.watch.bag import write_bag
    from liquid_control_sim.watch.movie import write_movie
    from liquid_control_sim.watch.picture import draw_recording
    from liquid_control_sim.watch.recording import record

    out: Path = arguments.out
    outputs = {
        out / 'run.png': draw_recording if arguments.png else None,
        out / 'run.mp4': write_movie if arguments.mp4 else None,
        out / 'bag': write_bag if arguments.mcap else None,
    }
    out.mkdir(parents=True, exist_ok=True)
    with Console(stderr=True).status('driving') as status:
        recording = record(episode, arguments.seconds)
        for path, write in outputs.items():
            if write is not None:
                status.update(f'writing {path}')
                write(path, recording)
                print(path)
    print(recording.ending)
