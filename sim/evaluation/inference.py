"""How long a driver thinks about one message, on this machine."""

import os
import platform
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from liquid_control.policy.bundle import read_bundle_file
from liquid_control_sim.drive import Drive
from liquid_control_sim.evaluation.driver import Driver
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.watch.pilot import pilot

_WARM_UP, _EVENTS = 50, 500


@dataclass(frozen=True)
class Inference:
    """Milliseconds for one message of one robot, from the message to the wanted velocity: event
    time, encoder and network of a policy, as the node has them; the planning of a planner, which
    thinks anew every 30 ms only. Messages that a policy does not hear are left out.
    """

    p50_ms: float
    p99_ms: float
    events: int

    def summary(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in asdict(self).items()}


def measure_inference(driver: Driver, config: Scenario, seed: int) -> Inference:
    """Alone, in this process; the scenario gives the messages."""
    heard = read_bundle_file(driver).spec.sensors if isinstance(driver, Path) else None
    times: list[int] = []
    while len(times) < _WARM_UP + _EVENTS:
        drive = Drive(config, seed)
        mind = pilot(driver, drive.simulation)
        while not drive.over and len(times) < _WARM_UP + _EVENTS:
            began = time.perf_counter_ns()
            mind.hear(drive.message)
            took = time.perf_counter_ns() - began
            if heard is None or drive.message.event.sensor in heard:
                times.append(took)
            drive.act(mind.velocity)
        seed += 1
    p50, p99 = np.percentile(np.array(times[_WARM_UP:]) * 1e-6, [50, 99])
    return Inference(float(p50), float(p99), _EVENTS)


def machine() -> str:
    """What this is measured on, in words."""
    info = Path('/proc/cpuinfo')
    lines = info.read_text().splitlines() if info.exists() else []
    models = [line.partition(':')[2].strip() for line in lines if line.startswith('model name')]
    name = models[0] if models else platform.processor() or platform.machine()
    return f'{name}, {os.cpu_count()} cores, {platform.system()}'
