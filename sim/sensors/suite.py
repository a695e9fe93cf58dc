"""All sensors of the robot together: who measures next, and whose message arrives next."""

import heapq
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import numpy as np

from liquid_control.goal import distance_and_bearing
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
    """The robot's sensors; None for one that it has not. One at least must keep speaking: what
    drives the robot waits for the next message.
    """

    lidar: LidarConfig | None = LidarConfig()
    imu: ImuConfig | None = ImuConfig()
    camera: CameraConfig | None = CameraConfig()
    odometry: OdometryConfig | None = OdometryConfig()

    def __post_init__(self) -> None:
        outages = [clock.outage for clock in self.clocks.values()]
        if all(outage is not None and outage.lasts is None for outage in outages):
            raise ValueError(
                f'of {", ".join(self.clocks) or "no sensors"} all die for good (outage.lasts is '
                'null), wanted one at least that does not'
            )

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
        self._message = partial(Message, start_ns=physics.now_ns)
        self._read: dict[str, Callable[[int, int], Iterator[Message]]] = {}
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
        self._due = [_due(name, next(ticks)) for name, ticks in self._ticks.items()]
        heapq.heapify(self._due)
        self._order = count()
        self._travelling: list[tuple[int, int, Message]] = []

    @property
    def delivery_is_next(self) -> bool:
        """Whether a message arrives before anything is measured, or at the same time."""
        return bool(self._travelling) and self._travelling[0][0] <= self._due[0][0]

    @property
    def next_event_ns(self) -> int:
        """When the next delivery or measurement is due."""
        return self._travelling[0][0] if self.delivery_is_next else self._due[0][0]

    def measure(self) -> None:
        """Make the measurement that is due now; its message is under way, or lost."""
        _, name, tick = self._due[0]
        heapq.heapreplace(self._due, _due(name, next(self._ticks[name])))
        if tick.delivered_ns is not None:
            for message in self._read[name](tick.stamp_ns, tick.delivered_ns):
                heapq.heappush(
                    self._travelling, (message.delivered_ns, next(self._order), message)
                )
        elif name == 'odometry':
            self._odometry.measure()

    def deliver(self) -> Message:
        """Take the message that arrives first."""
        return heapq.heappop(self._travelling)[2]

    def _scan(self, stamp_ns: int, delivered_ns: int) -> Iterator[Message]:
        self._physics.locate()
        yield self._message(Event(stamp_ns, 'lidar', self._lidar.measure()), delivered_ns)

    def _motion(self, stamp_ns: int, delivered_ns: int) -> Iterator[Message]:
        self._physics.refresh()
        yield self._message(Event(stamp_ns, 'imu', self._imu.measure()), delivered_ns)

    def _image(self, stamp_ns: int, delivered_ns: int) -> Iterator[Message]:
        self._physics.locate()
        image, pixels = self._camera.measure()
        yield self._message(
            Event(stamp_ns, 'camera', image),
            delivered_ns,
            beacon_pixels=pixels,
            beacon=len(self._task.reached),
        )

    def _way(self, stamp_ns: int, delivered_ns: int) -> Iterator[Message]:
        pose, velocity = self._odometry.measure()
        yield self._message(Event(stamp_ns, 'odometry', velocity), delivered_ns, pose)
        if self._task.goal is not None:
            goal = distance_and_bearing(pose, *self._task.goal)
            yield self._message(Event(stamp_ns, 'goal', goal), delivered_ns)


def _due(name: str, tick: Tick) -> tuple[int, str, Tick]:
    return tick.measured_ns, name, tick


def _streams(seed: int, purpose: int) -> dict[str, np.random.Generator]:
    return {
        name: np.random.default_rng((seed, purpose, index)) for index, name in enumerate(SENSORS)
    }
