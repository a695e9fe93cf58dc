"""One episode, driven by a policy as in evaluation: what it heard, what it wanted, what was so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from liquid_control.policy import Policy
from liquid_control.stream import Timeline, TimeRules
from liquid_control_sim.drive import Drive
from liquid_control_sim.rollout import Robot, Rollout
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import Simulation

DARK = 0.15
"""What `DimmedDrive` leaves of the light."""


@dataclass(frozen=True, eq=False)
class Driven:
    """n messages in the order of their arrival, of all sensors, heard by the policy or not.

    times: [n] when they arrived, seconds since the beginning. accepted: [n] bool, the policy hears
        the sensor and event time took the message.
    wanted, commanded: [n, 2], m/s and rad/s, what the policy answered and what was published,
        after the limits. twists: [n, 2], the true velocity.
    grip: [n] factor of the tyres' friction on the floor, of the wheel that holds worse.
    ending: in a few words. rules: of event time.
    """

    messages: tuple[Message, ...]
    times: np.ndarray
    accepted: np.ndarray
    wanted: np.ndarray
    commanded: np.ndarray
    twists: np.ndarray
    grip: np.ndarray
    ending: str
    rules: TimeRules

    @property
    def seconds(self) -> float:
        return float(self.times[-1])

    def at(self, grid: np.ndarray) -> np.ndarray:
        """The message that was the last at each of these times, [grid]; the first before it."""
        return np.maximum(np.searchsorted(self.times, grid, side='right') - 1, 0)

    def of(self, sensor: str) -> list[Message]:
        """A sensor's messages, those that were dropped as well."""
        return [message for message in self.messages if message.event.sensor == sensor]


class DimmedDrive(Drive):
    """The light falls at second `at`: pixels of images measured from then on keep DARK of their
    value.
    """

    def __init__(self, config: Scenario, seed: int, at: float) -> None:
        super().__init__(config, seed)
        self._at = at

    def act(self, velocity: object) -> Message:
        self.message = dimmed(super().act(velocity), self._at)
        return self.message


def dimmed(message: Message, at: float) -> Message:
    """The same message, unless it is an image that was measured from second `at` on."""
    event = message.event
    if event.sensor != 'camera' or message.measured_s < at:
        return message
    return replace(message, event=event._replace(value=(event.value * DARK).astype(np.uint8)))


def driven(policy: Policy, drive: Drive, seed: int) -> Driven:
    """Let the policy drive until the episode is over."""
    simulation = drive.simulation
    robot = Robot(seed, drive, None, Timeline(simulation.config.event_time))
    notes: list[tuple[Message, bool, np.ndarray, np.ndarray, tuple[float, float], float]] = []
    for _ in Rollout(policy, [robot], policy.sensors).run(lambda _, robot: robot.answer):
        accepted = robot.sensor in policy.sensors and robot.accepted
        wanted = np.zeros(2) if robot.answer is None else robot.answer
        before = drive.command.copy()
        notes.append(
            (drive.message, accepted, wanted, before, simulation.twist, _grip(simulation))
        )
    messages, accepted_, wanted_, before_, twists, grip = zip(*notes, strict=True)
    return Driven(
        messages=messages,
        times=np.array([message.delivered_s for message in messages]),
        accepted=np.array(accepted_),
        wanted=np.array(wanted_),
        # A message finds the command that answered the one before it.
        commanded=np.array([*before_[1:], drive.command]),
        twists=np.array(twists),
        grip=np.array(grip),
        ending=_ending(simulation),
        rules=simulation.config.event_time,
    )


def _grip(simulation: Simulation) -> float:
    x, y, yaw = simulation.pose
    half = simulation.config.robot.track / 2
    wheels = [(x - side * math.sin(yaw), y + side * math.cos(yaw)) for side in (half, -half)]
    return min(_factor(simulation, wheels), default=1.0)


def _factor(simulation: Simulation, wheels: Sequence[tuple[float, float]]) -> list[float]:
    """Of the patches that a wheel is on."""
    return [
        patch.friction
        for patch in simulation.layout.patches
        for x, y in wheels
        if math.hypot(patch.x - x, patch.y - y) <= patch.radius
    ]


def _ending(simulation: Simulation) -> str:
    task = simulation.config.task.type
    if simulation.collisions:
        end = 'a collision'
    elif simulation.succeeded:
        end = 'the task is done' if task == 'cruise' else f'the {task} is reached'
    else:
        end = 'time is up'
    return f'{end} after {simulation.elapsed:.1f} s'
