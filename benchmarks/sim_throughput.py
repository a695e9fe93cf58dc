"""How much time the simulator simulates in a second of one core.

python benchmarks/sim_throughput.py [--json FILE] [--seconds 10] [--rounds 5]

    full             an arena with 100 obstacles; LiDAR (720 beams, 20 Hz), IMU (100 Hz), camera
                     (64 x 48, 15 Hz)
    no_camera        the same without the camera
    clutter          cylinders as in BARN; LiDAR, IMU, odometry and the goal
    drive_env        default scenario as steps of the event environment
    bare_physics     the 100 obstacles and nobody who looks
    peer             full's world as one would write it down: mj_step at 200 Hz, every sensor read
                     between steps, rays by mujoco.mj_multiRay; no clocks, no noise, no colours
    peer_no_camera   the same without the camera
    two_workers      full in two processes at a time

All cases run in turn, round by round; a figure is the median of the rounds. Rates are by the
process's own CPU time. Shares are of another pass, in which the calls into MuJoCo's physics and
into the rays are timed; Python's is the rest, and compiled loops that colour pixels are in it.

two_workers' speedup is what both get done in a second, by the clock on the wall, as a multiple of
what one alone gets done; it needs two idle cores. Its cpu_speedup leaves waiting for a core out,
and its shares are those of full.
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

os.environ.setdefault('OMP_NUM_THREADS', '1')

import mujoco
import numpy as np
from figures import keep

from liquid_control_sim.envs import DriveEnv
from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import Scenario, scenario
from liquid_control_sim.sensors import LidarConfig
from liquid_control_sim.sensors.camera import pinhole
from liquid_control_sim.sensors.rays import Rays
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.worlds import FLOOR_GROUP, SOLID_GROUP

CROWDED = {
    'type': 'arena',
    'size': [22.0, 22.0],
    'obstacles': [97, 97],  # and three posts
    'half_extent': [0.15, 0.3],
    'gap': 0.7,
}
SEED = 1
STEP_NS = 5_000_000
GROUPS = np.zeros(6, np.uint8)
GROUPS[[SOLID_GROUP, FLOOR_GROUP]] = 1

Row = dict[str, Any]
Run = Callable[[float], None]
"""Simulates so many seconds more."""


def crowded(**sensors: None) -> Scenario:
    return scenario(world=CROWDED, sensors={'odometry': None, **sensors})


def steering(elapsed: float) -> tuple[float, float]:
    """Winding, m/s and rad/s."""
    return 0.5, 1.2 * float(np.sin(0.7 * elapsed))


def simulated(config: Scenario) -> Run:
    """A simulation, commanded at every message."""
    simulation = Simulation(config, SEED)

    def run(seconds: float) -> None:
        until = simulation.elapsed + seconds
        while simulation.elapsed < until:
            simulation.next_message()
            simulation.command(*steering(simulation.elapsed))

    return run


def enacted(config: Scenario) -> Run:
    """Steps of the event environment, episode after episode."""
    environment = DriveEnv(config)
    environment.reset(seed=SEED)

    def run(seconds: float) -> None:
        simulation = environment.drive.simulation
        passed, since = 0.0, simulation.elapsed
        while passed + simulation.elapsed - since < seconds:
            v, w = steering(simulation.elapsed)
            *_, terminated, truncated, _ = environment.step(np.array([v / 2.0, w / 3.0]))
            if terminated or truncated:
                passed += simulation.elapsed - since
                environment.reset()
                simulation, since = environment.drive.simulation, 0.0

    return run


class Peer:
    """The world of a scenario, stepped in time with sensors that are read at once."""

    def __init__(self, config: Scenario) -> None:
        self._physics = _physics(config)
        sensors = config.sensors
        self._watched: list[tuple[int, Callable[[], object]]] = []
        if sensors.lidar:
            self._watch(sensors.lidar.clock.rate, 'lidar', _beams(sensors.lidar), 11.0)
        if sensors.camera:
            self._watch(sensors.camera.clock.rate, 'camera', pinhole(sensors.camera), 30.0)
        if sensors.imu:
            every = round(1e9 / STEP_NS / sensors.imu.clock.rate)
            self._watched.append((every, self._physics.data.sensordata.copy))
        self._steps = 0

    def run(self, seconds: float) -> None:
        model, data = self._physics.model, self._physics.data
        for _ in range(round(seconds * 1e9 / STEP_NS)):
            self._physics.command(*steering(self._steps * STEP_NS * 1e-9))
            mujoco.mj_step(model, data)
            self._steps += 1
            for every, read in self._watched:
                if self._steps % every == 0:
                    read()

    def _watch(self, rate: float, site: str, rays: np.ndarray, reach: float) -> None:
        count = len(rays)
        found = np.empty(count, np.int32), np.empty(count), np.empty((count, 3))
        physics, eye = self._physics, self._physics.model.site(site).id

        def read() -> None:
            turn = physics.data.site_xmat[eye].reshape(3, 3)
            mujoco.mj_multiRay(
                physics.model,
                physics.data,
                physics.data.site_xpos[eye],
                (rays @ turn.T).ravel(),
                GROUPS,
                True,
                -1,
                found[0],
                found[1],
                found[2].ravel() if site == 'camera' else None,
                count,
                reach,
            )

        self._watched.append((round(1e9 / STEP_NS / rate), read))


def bare(config: Scenario) -> Run:
    """Physics alone, in its longest steps."""
    physics = _physics(config)
    begin_ns = physics.now_ns

    def run(seconds: float) -> None:
        for _ in range(round(seconds * 1e9 / STEP_NS)):
            physics.command(*steering((physics.now_ns - begin_ns) * 1e-9))
            physics.advance(physics.now_ns + STEP_NS)

    return run


CASES: dict[str, Callable[[], Run]] = {
    'full': lambda: simulated(crowded()),
    'no_camera': lambda: simulated(crowded(camera=None)),
    'clutter': lambda: simulated(scenario('clutter', 'goal', sensors={'camera': None})),
    'drive_env': lambda: enacted(scenario()),
    'bare_physics': lambda: bare(crowded()),
    'peer': lambda: Peer(crowded()).run,
    'peer_no_camera': lambda: Peer(crowded(camera=None)).run,
}
PEERS = {'full': 'peer', 'no_camera': 'peer_no_camera'}


def measure(seconds: float, rounds: int) -> list[Row]:
    """One row for each case."""
    runs = {name: make() for name, make in CASES.items()}
    for run in runs.values():
        run(0.5)
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            rates[name].append(seconds / cpu_seconds(partial(run, seconds)))
    rows = []
    for name, run in runs.items():
        row: Row = {'case': name, 'sim_seconds_per_cpu_second': statistics.median(rates[name])}
        row |= shares(partial(run, seconds))
        if name in PEERS:
            pairs = zip(rates[name], rates[PEERS[name]], strict=True)
            row['ratio_to_peer'] = statistics.median(ours / peer for ours, peer in pairs)
        rows.append(row)
    parts = {key: value for key, value in rows[0].items() if key.endswith('_share')}
    return [*rows, {'case': 'two_workers', **parts, **two_workers(seconds, rounds)}]


def cpu_seconds(run: Callable[[], None]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin


@dataclass
class Stopwatch:
    """Adds up the time spent in a call."""

    seconds: float = 0.0

    @contextmanager
    def on(self, owner: Any, *names: str) -> Iterator[None]:
        """Time these calls of a module or class for as long as this lasts."""
        originals = {name: getattr(owner, name) for name in names}
        for name, original in originals.items():
            setattr(owner, name, self._timed(original))
        try:
            yield
        finally:
            for name, original in originals.items():
                setattr(owner, name, original)

    def _timed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            begin = time.perf_counter()
            result = call(*arguments)
            self.seconds += time.perf_counter() - begin
            return result

        return timed


def shares(run: Callable[[], None]) -> dict[str, float]:
    """Of the time that the run takes."""
    physics, rays = Stopwatch(), Stopwatch()
    with (
        physics.on(mujoco, 'mj_step', 'mj_forward', 'mj_kinematics'),
        rays.on(mujoco, 'mj_multiRay'),
        rays.on(Rays, 'cast'),
    ):
        begin = time.perf_counter()
        run()
        whole = time.perf_counter() - begin
    return {
        'physics_share': physics.seconds / whole,
        'rays_share': rays.seconds / whole,
        'python_share': 1.0 - (physics.seconds + rays.seconds) / whole,
    }


def two_workers(seconds: float, rounds: int) -> dict[str, float]:
    """Two processes at a time, beside one alone."""
    context = multiprocessing.get_context('spawn')
    ours, theirs = zip(*(context.Pipe() for _ in range(2)), strict=True)
    workers = [context.Process(target=work, args=(end,), daemon=True) for end in theirs]
    for worker in workers:
        worker.start()
    alone, together = [], []
    timed(ours, 0.5)
    for _ in range(rounds):
        alone.append(timed(ours[:1], seconds))
        together.append(timed(ours, seconds))
    for worker in workers:
        worker.terminate()
        worker.join()
    pairs = list(zip(alone, together, strict=True))
    return {
        'sim_seconds_per_cpu_second': statistics.median(seconds / cpu for _, cpu in together),
        'speedup': statistics.median(2 * one[0] / two[0] for one, two in pairs),
        'cpu_speedup': statistics.median(2 * one[1] / two[1] for one, two in pairs),
    }


def timed(workers: tuple[Connection, ...], seconds: float) -> tuple[float, float]:
    """Wall time until all have simulated so many seconds, and a worker's mean CPU time."""
    begin = time.perf_counter()
    for worker in workers:
        worker.send(seconds)
    cpu = [worker.recv() for worker in workers]
    return time.perf_counter() - begin, statistics.mean(cpu)


def work(orders: Connection) -> None:
    """Simulate as ordered, until ended."""
    run = CASES['full']()
    while True:
        orders.send(cpu_seconds(partial(run, orders.recv())))


def _physics(config: Scenario) -> Physics:
    layout = config.world.build(np.random.default_rng(SEED).spawn(1)[0])
    return Physics(layout, config.robot, 0)


def _beams(config: LidarConfig) -> np.ndarray:
    return np.stack([np.cos(config.angles), np.sin(config.angles), 0.0 * config.angles], axis=1)


def table(rows: list[Row]) -> str:
    """For people."""
    lines = [f'{"case":15}{"x real time":>12}{"physics":>9}{"rays":>7}{"Python":>8}']
    for row in rows:
        parts = [row[f'{part}_share'] for part in ('physics', 'rays', 'python')]
        others = [f'{key} {row[key]:.2f}' for key in row if key.endswith(('peer', 'speedup'))]
        lines.append(
            f'{row["case"]:15}{row["sim_seconds_per_cpu_second"]:12.1f}'
            f'{parts[0]:9.0%}{parts[1]:7.0%}{parts[2]:8.0%}  {", ".join(others)}'
        )
    return '\n'.join(lines)


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--json', type=Path, help='where the rows go')
    parser.add_argument('--seconds', type=float, default=10.0, help='simulated in a round')
    parser.add_argument('--rounds', type=int, default=5)
    arguments = parser.parse_args()
    rows = measure(arguments.seconds, arguments.rounds)
    print(table(rows))
    keep(rows, arguments.json)


if __name__ == '__main__':
    main()
