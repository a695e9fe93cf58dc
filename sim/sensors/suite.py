"""All sensors of the robot together: who measures next, and whose message arrives next."""

import heapq
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np

from liquid_control.policy import distance_and_bearing
from liquid_control.schema import configured
from liquid_control.stream import Event
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.camera import Camera, CameraConfig
from liquid_control_sim.sensors.clock import Clock, Tick
from liquid_control_sim.sensors.imu import Imu, ImuConfig
from liquid_control_sim.sensors.lidar import Lidar, LidarConfig
from liquid_control_sim.sensors.message import Message
from liquid_control_sim.sensors.odometry import Odometry, OdometryConfig
from liquid_control_sim.tasks import Task
from liquid_control_sim.worlds import Layout

SENSORS = ('lidar', 'imu', 'camera', 'odometry', 'goal')
"""All there are. `goal` has no clock: where the goal is, is known whenever the odometry speaks."""


@configured
class SuiteConfig:
    """The robot's sensors; None for one that it has not."""

    lidar: LidarConfig | None = LidarConfig()
    imu: ImuConfig | None = ImuConfig()
    camera: CameraConfig | None = CameraConfig()
    odometry: OdometryConfig | None = OdometryConfig()

    @property
    def clocks(self) -> dict[str, Clock]:
        """By name, of the sensors there are."""
        sensors = {name: getattr(self, name) for name in SENSORS if name != 'goal'}
        return {name: sensor.clock for name, sensor in sensors.items() if sensor is not None}


class SensorSuite:
    """Measures when the clocks say so and keeps the messages until they arrive.

    The caller moves the physics to next_event_ns, then lets it deliver() or measure(). What
    chance does to one sensor does not depend on which others there are.
    """

    def __init__(
        self, config: SuiteConfig, physics: Physics, layout: Layout, task: Task, seed: int
    ) -> None:
        self._physics, self._task = physics, task
        self._read: dict[str, Callable[[Tick], Iterator[Message]]] = {}
        noise, rhythm = _streams(seed, 0), _streams(seed, 1)
        if config.lidar:
            self._lidar = Lidar(config.lidar, physics, noise['lidar'])
            self._read['lidar'] = self._scan
        if config.imu:
            self._imu = Imu(config.imu, physics, noise['imu'])
            self._read['imu'] = self._motion
        if config.camera:
            self._camera = Camera(config.camera, physics, layout, noise['camera'])
            self._read['camera'] = self._image
        if config.odometry:
            self._odometry = Odometry(config.odometry, physics, noise['odometry'])
            self._read['odometry'] = self._way
        self._ticks: dict[str, Iterator[Tick]] = {
            name: clock.ticks(rhythm[name], physics.now_ns)
            for name, clock in config.clocks.items()
        }
        self._due = [(next(ticks), name) for name, ticks in self._ticks.items()]
        heapq.heapify(self._due)
        self._order = count()
        self._travelling: list[tuple[int, int, Message]] = []

    @property
    def delivery_is_next(self) -> bool:
        """Whether a message arrives before anything is measured, or at the same time."""
        return bool(self._travelling) and self._travelling[0][0] <= self._due[0][0].measured_ns

    @property
    def next_event_ns(self) -> int:
        """When the next delivery or measurement is due."""
        return self._travelling[0][0] if self.delivery_is_next else self._due[0][0].measured_ns

    def measure(self) -> None:
        """Make the measurement that is due now; its message is under way."""
        tick, name = self._due[0]
        heapq.heapreplace(self._due, (next(self._ticks[name]), name))
        self._physics.refresh()
        for message in self._read[name](tick):
            heapq.heappush(self._travelling, (tick.delivered_ns, next(self._order), message))

    def deliver(self) -> Message:
        """Take the message that arrives first."""
        return heapq.heappop(self._travelling)[2]

    def _scan(self, tick: Tick) -> Iterator[Message]:
        yield _message(tick, 'lidar', self._lidar.measure())

    def _motion(self, tick: Tick) -> Iterator[Message]:
        yield _message(tick, 'imu', self._imu.measure())

    def _image(self, tick: Tick) -> Iterator[Message]:
        image, pixels = self._camera.measure()
        event = Event(tick.measured_ns, 'camera', image)
        yield Message(
            event, tick.delivered_ns, beacon_pixels=pixels, beacon=len(self._task.reached)
        )

    def _way(self, tick: Tick) -> Iterator[Message]:
        pose, velocity = self._odometry.measure()
        yield Message(Event(tick.measured_ns, 'odometry', velocity), tick.delivered_ns, pose)
        if self._task.goal is not None:
            yield _message(tick, 'goal', distance_and_bearing(pose, *self._task.goal))


def _message(tick: Tick, sensor: str, value: np.ndarray) -> Message:
    return Message(Event(tick.measured_ns, sensor, value), tick.delivered_ns)


def _streams(seed: int, purpose: int) -> dict[str, np.random.Generator]:
    return {
        name: np.random.default_rng((seed, purpose, index)) for index, name in enumerate(SENSORS)
    }
