"""One robot in one world with physics and asynchronous sensors. No ROS, no Gymnasium."""

import numpy as np

from liquid_control_sim.movers import Moving
from liquid_control_sim.physics import Physics, Pose
from liquid_control_sim.scenario import Scenario
from liquid_control_sim.sensors import START_NS, Message, SensorSuite

_DAY_S = 86_400

TICK_NS = 20_000_000
"""Movers take a step, and the task looks where the robot is, on this grid of the clock."""


class Simulation:
    """Runs from message to message, or to any time.

        simulation = Simulation(scenario(), seed=7)
        while simulation.elapsed < 60.0:
            message = simulation.next_message()      # the clock is now at its delivery
            simulation.command(*decide(message))     # acts from here on

    The same scenario, seed and commands give the same bits.
    start_ns: what the clock shows at the beginning, some time of a day.
    layout: walls and obstacles. task: what is to be done, and how far that is. movers: what moves.
    condition: what the robot is like in this episode.
    """

    def __init__(self, config: Scenario, seed: int) -> None:
        self.config = config
        world, task, movers, robot, day = np.random.default_rng(seed).spawn(5)
        self.start_ns = START_NS + 1_000_000_000 * int(day.integers(_DAY_S))
        self.layout = config.world.build(world)
        self.task = config.task.start(self.layout, task)
        self.condition = config.robot.variation.draw(robot)
        self._physics = Physics(self.layout, config.robot, self.start_ns, condition=self.condition)
        self.movers = Moving(self.layout, self._physics, movers)
        self._sensors = SensorSuite(config.sensors, self._physics, self.layout, self.task, seed)
        self._tick_ns = self.start_ns
        self._place_beacon()

    @property
    def now_ns(self) -> int:
        """The simulation's clock, nanoseconds."""
        return self._physics.now_ns

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return (self.now_ns - self.start_ns) * 1e-9

    @property
    def pose(self) -> Pose:
        """True x, y in metres and yaw in radians of the robot in the world."""
        return self._physics.pose

    @property
    def twist(self) -> tuple[float, float]:
        """True velocity: forward m/s, left rad/s."""
        return self._physics.twist

    @property
    def in_collision(self) -> bool:
        """Whether the robot touches something other than the floor."""
        return self._physics.in_collision

    @property
    def collisions(self) -> int:
        """How often the robot bumped into something; contacts within half a second are one."""
        return self._physics.collisions

    @property
    def impact_mps(self) -> float | None:
        """How fast the robot itself moved at the first of them; None before."""
        return self._physics.impact_mps

    @property
    def distance_m(self) -> float:
        """Metres driven."""
        return self._physics.distance_m

    @property
    def succeeded(self) -> bool:
        """Whether the task is done, and nothing was hit."""
        return self.task.succeeded and self.collisions == 0

    @property
    def timed_out(self) -> bool:
        return self.elapsed >= self.task.timeout

    def command(self, v: float, w: float) -> None:
        """Ask for a velocity, forward m/s and left rad/s; the motors follow with their lag."""
        self._physics.command(v, w)

    def next_message(self) -> Message:
        """Run until a message arrives; return it."""
        while not self._sensors.delivery_is_next:
            self._measure()
        return self._deliver()

    def run_until(self, t_ns: int) -> list[Message]:
        """Run to exactly this time; return the messages that arrived, in order of arrival."""
        messages = []
        while self._sensors.next_event_ns <= t_ns:
            if self._sensors.delivery_is_next:
                messages.append(self._deliver())
            else:
                self._measure()
        self._advance(t_ns)
        return messages

    def _measure(self) -> None:
        self._advance(self._sensors.next_event_ns)
        self._sensors.measure()

    def _deliver(self) -> Message:
        self._advance(self._sensors.next_event_ns)
        return self._sensors.deliver()

    def _advance(self, t_ns: int) -> None:
        while self._tick_ns <= t_ns:
            self._physics.advance(self._tick_ns)
            self._tick()
            self._tick_ns += TICK_NS
        self._physics.advance(t_ns)

    def _tick(self) -> None:
        elapsed, pose = self.elapsed, self.pose
        self.movers.step(elapsed, pose, self.twist[0])
        reached = len(self.task.reached)
        self.task.update(pose, elapsed)
        if len(self.task.reached) > reached:
            self._place_beacon()

    def _place_beacon(self) -> None:
        if self.task.beacon_xy is not None:
            self._physics.place_beacon(*self.task.beacon_xy)
