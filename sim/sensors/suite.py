"""All sensors of the robot together: who measures next, and whose message arrives next."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from liquid_control.stream import Event
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.camera import Camera, CameraConfig
from liquid_control_sim.sensors.clock import Clock, Tick
from liquid_control_sim.sensors.imu import Imu, ImuConfig
from liquid_control_sim.sensors.lidar import Lidar, LidarConfig
from liquid_control_sim.worlds import Layout


@dataclass(frozen=True)
class SuiteConfig:
    """The robot's sensors."""

    lidar: LidarConfig = field(default_factory=LidarConfig)
    imu: ImuConfig = field(default_factory=ImuConfig)
    camera: CameraConfig = field(default_factory=CameraConfig)


@dataclass(frozen=True, slots=True, eq=False)
class Message:
    """An event on arrival, with what is known of it besides; equal to one with the same bits.

    beacon_pixels: how many pixels of a camera image show the beacon; 0 for other sensors.
    beacon: how many beacons had been reached when it was measured, so which beacon it shows.
    """

    event: Event
    delivered_ns: int
    beacon_pixels: int = 0
    beacon: int = 0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Message):
            return NotImplemented
        return self._facts == other._facts and np.array_equal(self.event.value, other.event.value)

    def __hash__(self) -> int:
        return hash(self._facts)

    @property
    def _facts(self) -> tuple[str, int, int, int, int]:
        event = self.event
        return event.sensor, event.stamp_ns, self.delivered_ns, self.beacon_pixels, self.beacon


class SensorSuite:
    """Measures when the clocks say so and keeps the messages until they arrive.

    The caller moves the physics to next_event_ns, then lets it deliver() or measure().
    """

    def __init__(
        self,
        config: SuiteConfig,
        physics: Physics,
        layout: Layout,
        rng: np.random.Generator,
    ) -> None:
        self._physics = physics
        noise = rng.spawn(3)
        self._lidar = Lidar(config.lidar, physics, noise[0])
        self._imu = Imu(config.imu, physics, noise[1])
        self._camera = Camera(config.camera, physics, layout, noise[2])
        clocks: dict[str, Clock] = {
            'lidar': config.lidar.clock,
            'imu': config.imu.clock,
            'camera': config.camera.clock,
        }
        self._ticks: dict[str, Iterator[Tick]] = {
            name: clock.ticks(generator, physics.now_ns)
            for (name, clock), generator in zip(clocks.items(), rng.spawn(3), strict=True)
        }
        self._due = [(next(ticks), name) for name, ticks in self._ticks.items()]
        heapq.heapify(self._due)
        self._travelling: list[tuple[int, str, Message]] = []

    @property
    def delivery_is_next(self) -> bool:
        """Whether a message arrives before anything is measured, or at the same time."""
        return bool(self._travelling) and self._travelling[0][0] <= self._due[0][0].measured_ns

    @property
    def next_event_ns(self) -> int:
        """When the next delivery or measurement is due."""
        return self._travelling[0][0] if self.delivery_is_next else self._due[0][0].measured_ns

    def measure(self, beacon: int) -> None:
        """Make the measurement that is due now; its message is under way. beacon: see Message."""
        tick, name = self._due[0]
        heapq.heapreplace(self._due, (next(self._ticks[name]), name))
        self._physics.refresh()
        value, pixels = self._read(name)
        message = Message(Event(tick.measured_ns, name, value), tick.delivered_ns, pixels, beacon)
        heapq.heappush(self._travelling, (tick.delivered_ns, name, message))

    def deliver(self) -> Message:
        """Take the message that arrives first."""
        return heapq.heappop(self._travelling)[2]

    def _read(self, name: str) -> tuple[np.ndarray, int]:
        if name == 'camera':
            return self._camera.measure()
        return (self._lidar if name == 'lidar' else self._imu).measure(), 0
