"""One episode as it went on, message by message: what everything in this folder is drawn from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from liquid_control_sim.drive import Drive
from liquid_control_sim.physics import Pose
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.tasks import Point
from liquid_control_sim.watch.pilot import Mind, Pilot, pilot
from liquid_control_sim.worlds import Layout

MIND_NS = 20_000_000
"""A pilot's neurons are looked at this often: it costs as much as a step."""


@dataclass(frozen=True, eq=False)
class Moment:
    """What is so when a message arrives, and the command that answers it.

    pose, twist, movers: the truth. movers: centres [n, 2]. wanted, command: velocities [2], m/s
    and rad/s, before and after the limits. mind: where it was looked at.
    collisions, reached: how many so far. target: where the robot is to go.
    """

    message: Message
    pose: Pose
    twist: tuple[float, float]
    movers: np.ndarray
    wanted: np.ndarray
    command: np.ndarray
    mind: Mind | None
    collisions: int
    reached: int
    target: Point | None

    @property
    def now_ns(self) -> int:
        """The simulation's clock."""
        return self.message.delivered_ns

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.message.delivered_s


class Run:
    """An episode to be driven. driver: a bundle's folder, or a planner's name.

    layout: walls and obstacles. start_ns: what the clock shows at the beginning. Raises
    BundleError, ConfigError.
    """

    def __init__(self, config: Scenario, seed: int, driver: Path | str) -> None:
        self.config, self.seed = config, seed
        self.driver = f'policy {driver.name}' if isinstance(driver, Path) else str(driver)
        self._drive = Drive(config, seed)
        self._pilot: Pilot = pilot(driver, self._drive.simulation)
        self._looked_ns = 0
        self.layout: Layout = self._drive.simulation.layout
        self.goal = self._drive.simulation.task.goal
        self.start_ns = self._drive.simulation.start_ns

    @property
    def title(self) -> str:
        """Who drives where, in a few words."""
        config = self.config
        parts = (config.world.type, f'task {config.task.type}', config.robot.type, config.faults)
        return f'{self.driver} in {", ".join(parts)}, seed {self.seed}'

    @property
    def reached(self) -> list[Point]:
        """Places that the task was done at, so far."""
        return list(self._drive.simulation.task.reached)

    @property
    def succeeded(self) -> bool:
        return self._drive.simulation.succeeded

    def moments(self, seconds: float) -> Iterator[Moment]:
        """Drive until the episode is over, or for so long; a moment for each message."""
        drive = self._drive
        while True:
            self._pilot.hear(drive.message)
            moment = self._moment()
            if drive.over or moment.elapsed >= seconds:
                yield moment
                return
            drive.act(self._pilot.velocity)
            yield replace(moment, command=drive.command.copy())

    def _moment(self) -> Moment:
        """Now, under the command that still holds."""
        simulation, message = self._drive.simulation, self._drive.message
        mind = None
        if message.delivered_ns - self._looked_ns >= MIND_NS:
            self._looked_ns, mind = message.delivered_ns, self._pilot.mind()
        return Moment(
            message=message,
            pose=simulation.pose,
            twist=simulation.twist,
            movers=simulation.movers.places,
            wanted=self._pilot.velocity,
            command=self._drive.command.copy(),
            mind=mind,
            collisions=simulation.collisions,
            reached=len(simulation.task.reached),
            target=simulation.task.target,
        )


@dataclass(frozen=True, eq=False)
class Recording:
    """A run that is over, and all its moments."""

    run: Run
    moments: list[Moment]

    @property
    def ending(self) -> str:
        """What came of it, in a few words."""
        last, task = self.moments[-1], self.run.config.task.type
        words = [f'{last.elapsed:.0f} s']
        if task == 'beacon':
            words.append('1 beacon' if last.reached == 1 else f'{last.reached} beacons')
        elif task == 'goal':
            words.append('goal reached' if last.reached else 'goal not reached')
        words.append('a collision' if last.collisions else 'no collision')
        return ', '.join(words)


def record(run: Run, seconds: float) -> Recording:
    """Drive until the episode is over, or for so long."""
    return Recording(run, list(run.moments(seconds)))
