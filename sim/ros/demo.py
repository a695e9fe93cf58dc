"""The demonstration: both nodes as processes over DDS, a minute of driving, what came of it."""

import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from liquid_control.policy import load_bundle
from liquid_control_sim.paths import share
from liquid_control_sim.ros.demo_view import Summary, live, show, status_line, write
from liquid_control_sim.ros.observer import Observer, observing
from liquid_control_sim.ros.processes import NodeError, NodeProcess
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation

STARTUP_S = 90.0
STALL_S = 15.0
REPORT_S = 3.0
SENSORS = ('lidar', 'imu', 'camera')


@dataclass(frozen=True)
class DemoConfig:
    """policy: a bundle's folder. seconds: of driving, simulated. out: where the results go."""

    policy: Path
    seconds: float = 60.0
    seed: int = 0
    out: Path = Path('runs/demo')


def run_demo(config: DemoConfig) -> int:
    """Drive, and leave summary.json, run.png and the nodes' logs in config.out.

    Returns 0 if a beacon was reached and nothing was hit, 1 if not, 130 after Ctrl-C or SIGTERM.
    Raises BundleError for a bundle that cannot be used. The node processes are gone in any case.
    """
    load_bundle(config.policy)
    config.out.mkdir(parents=True, exist_ok=True)
    console = Console()
    try:
        with observing() as observer, _interruptible(observer):
            summary = _drive(config, observer, console)
    except NodeError as error:
        console.print(f'[red]No drive:[/] {error}')
        return 1
    except KeyboardInterrupt:
        console.print('Interrupted; both nodes are stopped.')
        return 130
    write(config.out, summary, Simulation(scenario(), config.seed), observer.track)
    show(console, summary, config.out)
    return 0 if summary.good else 1


def _drive(config: DemoConfig, observer: Observer, console: Console) -> Summary:
    """Start the nodes, wait until the robot is driven, and watch it for the given time."""
    with ExitStack() as nodes, live(console) as say:
        say(Text('starting the simulator and the drive node'))
        processes = [nodes.enter_context(process) for process in _processes(config)]
        _wait_until_driving(observer, processes)
        began_s, began_wall = observer.figures['elapsed_s'], time.monotonic()
        for elapsed_s in _watch(observer, processes):
            seconds = elapsed_s - began_s
            progress = seconds / config.seconds
            say(status_line(observer.figures, observer.track, progress, observer.drive_says))
            if progress >= 1.0:
                break
        factor = seconds / (time.monotonic() - began_wall)
        figures = dict(observer.figures)
        _await_report(observer)
    return _summary(config, observer, figures, seconds, factor)


def _processes(config: DemoConfig) -> list[NodeProcess]:
    settings = share() / 'config'
    simulator = ['--params-file', str(settings / 'sim.yaml'), '-p', f'seed:={config.seed}']
    driver = ['--params-file', str(settings / 'drive.yaml'), '-p', 'use_sim_time:=true']
    driver += ['-p', f'policy:={config.policy.resolve()}']
    return [
        NodeProcess('liquid_control.nodes.drive_node', driver, config.out / 'drive_node.log'),
        NodeProcess('liquid_control_sim.ros.sim_node', simulator, config.out / 'sim_node.log'),
    ]


def _wait_until_driving(observer: Observer, processes: list[NodeProcess]) -> None:
    """Until the simulator is heard and the drive node has heard every sensor. Raises NodeError."""
    give_up = time.monotonic() + STARTUP_S
    while not (observer.driving and observer.figures and observer.track.poses):
        observer.listen(0.1)
        for process in processes:
            process.check()
        if time.monotonic() > give_up:
            raise NodeError(f'none within {STARTUP_S:g} s; drive_node says: {observer.drive_says}')


def _watch(observer: Observer, processes: list[NodeProcess]) -> Iterator[float]:
    """Simulated time as it goes on. Raises NodeError when it stands still or a node ends."""
    progressed_s, progressed_wall = observer.figures['elapsed_s'], time.monotonic()
    while True:
        observer.listen(0.1)
        for process in processes:
            process.check()
        elapsed_s = observer.figures['elapsed_s']
        if elapsed_s > progressed_s:
            progressed_s, progressed_wall = elapsed_s, time.monotonic()
        elif time.monotonic() - progressed_wall > STALL_S:
            raise NodeError(f'the simulation stood still for {STALL_S:g} s')
        yield elapsed_s


def _await_report(observer: Observer) -> None:
    """One more of the drive node's reports, so that its figures cover the whole drive."""
    reports, give_up = observer.reports, time.monotonic() + REPORT_S
    while observer.reports == reports and time.monotonic() < give_up:
        observer.listen(0.1)


def _summary(
    config: DemoConfig,
    observer: Observer,
    figures: dict[str, float],
    seconds: float,
    factor: float,
) -> Summary:
    drive = observer.drive
    return Summary(
        beacons=round(figures['reached']),
        collisions=round(figures['collisions']),
        distance_m=round(figures['distance_m'], 2),
        messages={name: int(drive[name].get('accepted', 0)) for name in SENSORS if name in drive},
        latency_ms={key: float(drive['drive'][f'latency_ms_{key}']) for key in ('p50', 'p99')},
        seconds=round(seconds, 1),
        real_time_factor=round(factor, 3),
        seed=config.seed,
        policy=str(config.policy),
    )


@contextmanager
def _interruptible(observer: Observer) -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the demo as Ctrl-C does."""

    def interrupt(number: int, frame: object) -> None:
        observer.interrupted = True

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
