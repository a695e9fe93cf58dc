"""One robot in one world with physics and asynchronous sensors. No ROS, no Gymnasium."""

from dataclasses import dataclass, field

import numpy as np

from liquid_control_sim.physics import Physics, Pose, WheelOdometry
from liquid_control_sim.robots import JACKAL, RobotConfig
from liquid_control_sim.sensors import Message, SensorSuite, SuiteConfig
from liquid_control_sim.tasks import BeaconConfig, BeaconTask
from liquid_control_sim.worlds import ArenaConfig, build_arena

START_NS = 1_000_000_000
"""The simulation's clock at the beginning: not 0, which ROS takes for an unset stamp."""


@dataclass(frozen=True)
class SimConfig:
    """World, robot, sensors and task; the seed is given beside it."""

    world: ArenaConfig = field(default_factory=ArenaConfig)
    robot: RobotConfig = JACKAL
    sensors: SuiteConfig = field(default_factory=SuiteConfig)
    task: BeaconConfig = field(default_factory=BeaconConfig)


class Simulation:
    """Runs from message to message, or to any time.

        simulation = Simulation(SimConfig(), seed=7)
        while simulation.elapsed < 60.0:
            message = simulation.next_message()      # the clock is now at its delivery
            simulation.command(*decide(message))     # acts from here on

    The same config, seed and commands give the same bits.
    layout: walls and obstacles. task: the beacons.
    """

    def __init__(self, config: SimConfig, seed: int) -> None:
        self.config = config
        world, task, sensors = np.random.default_rng(seed).spawn(3)
        self.layout = build_arena(config.world, world)
        self.task = BeaconTask(config.task, self.layout, task)
        self._physics = Physics(self.layout, config.robot, START_NS)
        self._physics.place_beacon(*self.task.beacon_xy)
        self._sensors = SensorSuite(config.sensors, self._physics, self.layout, sensors)

    @property
    def now_ns(self) -> int:
        """The simulation's clock, nanoseconds."""
        return self._physics.now_ns

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return (self.now_ns - START_NS) * 1e-9

    @property
    def pose(self) -> Pose:
        """True x, y in metres and yaw in radians of the robot in the world."""
        return self._physics.pose

    @property
    def twist(self) -> tuple[float, float]:
        """True velocity: forward m/s, left rad/s."""
        return self._physics.twist

    @property
    def wheel_odometry(self) -> WheelOdometry:
        """Pose since the start and velocity, from the wheels alone."""
        return self._physics.odometry

    @property
    def in_collision(self) -> bool:
        """Whether the robot touches something other than the floor."""
        return self._physics.in_collision

    @property
    def collisions(self) -> int:
        """How often the robot bumped into something; contacts within half a second are one."""
        return self._physics.collisions

    @property
    def distance_m(self) -> float:
        """Metres driven."""
        return self._physics.distance_m

    @property
    def beacons(self) -> int:
        """How many beacons were reached."""
        return len(self.task.reached)

    @property
    def beacon_xy(self) -> tuple[float, float]:
        """Where the beacon is that is to be reached next."""
        return self.task.beacon_xy

    @property
    def timed_out(self) -> bool:
        return self.elapsed >= self.config.task.timeout

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
        self._sensors.measure(self.beacons)

    def _deliver(self) -> Message:
        self._advance(self._sensors.next_event_ns)
        return self._sensors.deliver()

    def _advance(self, t_ns: int) -> None:
        self._physics.advance(t_ns)
        if self.task.update(*self.pose[:2]):
            self._physics.place_beacon(*self.task.beacon_xy)
