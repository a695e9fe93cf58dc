"""The Gymnasium environment: one step is one delivered message."""

from dataclasses import replace
from typing import Any, ClassVar

import gymnasium
import numpy as np
from gymnasium import spaces

from liquid_control.safety.limiter import Limiter, Limits
from liquid_control_sim.planners.grid import Grid
from liquid_control_sim.sensors import Message
from liquid_control_sim.simulation import START_NS, SimConfig, Simulation
from liquid_control_sim.tasks import Mode

SENSORS = ('lidar', 'imu', 'camera')
Observation = dict[str, Any]
_NEVER = 10.0
"""Age of a sensor that has not spoken yet, and the greatest age shown, seconds."""


class DriveEnv(gymnasium.Env[Observation, np.ndarray]):
    """Drive to the beacon, woken by every message of every sensor.

    action: [2] in [-1, 1], fractions of the limits' greatest forward and left velocity; it goes
        through the same Limiter as on the robot.
    observation: `sensor` spoke (index into SENSORS) of the time `stamp` (seconds since the
        episode's start), `dt` seconds after the stamp delivered before it (negative if it was
        overtaken); `ages` of the sensors' last stamps; and the values last delivered. Beams
        without return show range_max, those too close 0.
    reward: metres done of the way to the beacon, +10 there, -10 for a collision, -0.1 per second.
    A collision terminates the episode, and in mode 'single' the beacon; the timeout truncates it.
    reset(options={'mode': 'single'|'continue'}) changes the task's mode for that episode.
    """

    metadata: ClassVar[dict[str, Any]] = {'render_modes': []}

    def __init__(self, config: SimConfig | None = None, limits: Limits | None = None) -> None:
        self.config = config or SimConfig()
        self.simulation: Simulation
        self._limiter = Limiter(limits or Limits())
        lidar, camera = self.config.sensors.lidar, self.config.sensors.camera
        self.action_space = spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.observation_space = spaces.Dict(
            {
                'sensor': spaces.Discrete(len(SENSORS)),
                'stamp': spaces.Box(0.0, 1e6, (1,), np.float64),
                'dt': spaces.Box(-_NEVER, _NEVER, (1,), np.float32),
                'ages': spaces.Box(0.0, _NEVER, (len(SENSORS),), np.float32),
                'lidar': spaces.Box(0.0, lidar.range_max, (lidar.beams,), np.float32),
                'imu': spaces.Box(-1000.0, 1000.0, (6,), np.float32),
                'camera': spaces.Box(0, 255, (camera.height, camera.width, 3), np.uint8),
            }
        )

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin an episode in a new world; the first observation is the first message."""
        super().reset(seed=seed)
        mode: Mode = (options or {}).get('mode', self.config.task.mode)
        config = replace(self.config, task=replace(self.config.task, mode=mode))
        world_seed = int(self.np_random.integers(2**31)) if seed is None else seed
        self.simulation = Simulation(config, world_seed)
        self._limiter.reset()
        self._commanded_ns = self.simulation.now_ns
        self._progress = _Progress(self.simulation)
        self._view = _View(self.observation_space)
        message = self.simulation.next_message()
        return self._view.add(message), self._info(message)

    def step(self, action: np.ndarray) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Command, and wait for the next message."""
        simulation, before = self.simulation, self.simulation.now_ns
        wished = np.clip(action, -1.0, 1.0) * self._limiter.limits.max_velocity
        simulation.command(*self._limiter.limit(wished, (before - self._commanded_ns) * 1e-9))
        self._commanded_ns = before
        message = simulation.next_message()
        collided = simulation.collisions > 0
        spent = (simulation.now_ns - before) * 1e-9
        reward = self._progress.since_last() - 10.0 * collided - 0.1 * spent
        terminated = collided or simulation.task.finished
        truncated = simulation.timed_out and not terminated
        return self._view.add(message), reward, terminated, truncated, self._info(message)

    def _info(self, message: Message) -> dict[str, Any]:
        simulation = self.simulation
        return {
            'message': message,
            'beacons': simulation.beacons,
            'collisions': simulation.collisions,
            'distance_m': simulation.distance_m,
            'success': simulation.beacons > 0 and simulation.collisions == 0,
            'pose': simulation.pose,
        }


class _View:
    """What has been delivered so far, as an observation."""

    def __init__(self, space: spaces.Dict) -> None:
        self._held = {name: np.zeros(space[name].shape, space[name].dtype) for name in SENSORS}
        self._range_max = space['lidar'].high
        self._stamps: dict[str, int] = {}
        self._last_ns: int | None = None

    def add(self, message: Message) -> Observation:
        """Take in a delivered message and show everything."""
        event = message.event
        clipped = event.sensor == 'lidar'
        value = np.clip(event.value, 0.0, self._range_max) if clipped else event.value
        self._held[event.sensor] = value
        dt = 0 if self._last_ns is None else event.stamp_ns - self._last_ns
        self._last_ns = self._stamps[event.sensor] = event.stamp_ns
        ages = [self._age(name, message.delivered_ns) for name in SENSORS]
        return {
            'sensor': SENSORS.index(event.sensor),
            'stamp': np.array([(event.stamp_ns - START_NS) * 1e-9]),
            'dt': np.array([dt * 1e-9], np.float32),
            'ages': np.array(ages, np.float32),
            **{name: value.copy() for name, value in self._held.items()},
        }

    def _age(self, sensor: str, now_ns: int) -> float:
        if sensor not in self._stamps:
            return _NEVER
        return min((now_ns - self._stamps[sensor]) * 1e-9, _NEVER)


class _Progress:
    """How much of the shortest way to the beacon is done, whether it is seen or not."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._grid = Grid(simulation.layout, comfort_price=0.0)
        self._remaining = self._begin()

    def since_last(self) -> float:
        """Metres nearer to the beacon since the last call; when it was reached, the bonus."""
        if self._simulation.beacons > self._beacons:
            self._remaining = self._begin()
            return 10.0
        before = self._remaining
        self._remaining = self._way.cost(*self._simulation.pose[:2])
        return before - self._remaining

    def _begin(self) -> float:
        self._beacons = self._simulation.beacons
        self._way = self._grid.cost_to(*self._simulation.beacon_xy)
        return self._way.cost(*self._simulation.pose[:2])
