"""What has fallen silent, a sensor or the policy itself, on the caller's steady clock.

ROS time plays no part here: a paused simulator, a bag that loops or a clock that leaps cannot keep
a dead sensor alive. What counts as a sign of life is the caller's choice: a usable message.
"""

import math
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

POLICY = 'policy'
_NS = 1_000_000_000
_MOST_PENDING = 1024


@dataclass(frozen=True)
class Source:
    """One sensor's right to keep the robot moving.

    timeout_s: silence longer than this is a fault, > 0.
    required: whether that fault stops the robot.
    recovery_messages: usable messages in a row, none later than timeout_s after the one before,
        that end the fault; the first ones of all, too.

    Raises ValueError naming the field.
    """

    timeout_s: float = 0.5
    required: bool = True
    recovery_messages: int = 3

    def __post_init__(self) -> None:
        if not 0.0 < self.timeout_s < math.inf:
            raise ValueError(f'source_timeout is {self.timeout_s}, wanted seconds > 0')
        if self.recovery_messages < 1:
            raise ValueError(f'recovery_messages is {self.recovery_messages}, wanted >= 1')


@dataclass(frozen=True)
class Edge:
    """A fault began or ended. name: of the sensor, or 'policy'. text: in one line."""

    name: str
    faulty: bool
    text: str


class Watchdog:
    """Says why the robot must stand still, or nothing.

    lidar required, source_timeout 0.5, recovery_messages 3:
        fed at          0.00  0.05  0.10
        silent before:  'no usable lidar message yet', then '1 of 3 usable lidar messages'
        silent at 0.60: no
        silent at 0.61: 'no usable lidar message for 0.51 s (source_timeout 0.50 s)'

    stall_timeout 0.3, a measurement is taken at 1.00:
        stalled at 1.31, and still when the answer comes at 2.00: it answers what was long ago.
        The next one that is answered within 0.3 s ends it.

    stall_timeout: seconds from an accepted measurement to its command. stalls: how often it
    stalled. Every method may be called from any thread.
    """

    def __init__(self, sources: Mapping[str, Source], stall_timeout: float = 0.3) -> None:
        self.sources: dict[str, Source] = {}
        self.stalls = 0
        self._lock = threading.RLock()
        self._in_a_row: dict[str, int] = {}
        self.configure(sources, stall_timeout)
        self.reset()

    def configure(self, sources: Mapping[str, Source], stall_timeout: float) -> None:
        """Change the rules and keep what was heard: a sensor that is no fault stays none."""
        if not 0.0 < stall_timeout < math.inf:
            raise ValueError(f'stall_timeout is {stall_timeout}, wanted seconds > 0')
        with self._lock:
            in_a_row = {name: self._in_a_row.get(name, 0) for name in sources}
            for name, before in self.sources.items():
                if name in sources and in_a_row[name] >= before.recovery_messages:
                    in_a_row[name] = sources[name].recovery_messages
            self.sources, self._in_a_row = dict(sources), in_a_row
            self.stall_timeout = stall_timeout

    def reset(self) -> None:
        """Nothing has been heard of any sensor, and nothing is asked of the policy."""
        with self._lock:
            self._fed_ns: dict[str, int] = {}
            self._in_a_row = dict.fromkeys(self.sources, 0)
            self._pending_ns: deque[int] = deque()
            self._answer_s = 0.0
            self._stalled = False
            self._told: dict[str, bool] = {}
            self._since_ns: int | None = None

    def feed(self, sensor: str, now_ns: int) -> None:
        """A usable message of the sensor came at now_ns, steady nanoseconds."""
        with self._lock:
            source, fed_ns = self.sources[sensor], self._fed_ns.get(sensor)
            if fed_ns is None or (now_ns - fed_ns) / _NS > source.timeout_s:
                self._in_a_row[sensor] = 0
            self._in_a_row[sensor] = min(self._in_a_row[sensor] + 1, source.recovery_messages)
            self._fed_ns[sensor] = now_ns

    def refuse(self, sensor: str) -> None:
        """A message of the sensor was not usable: a recovery under way begins anew."""
        with self._lock:
            if self._in_a_row[sensor] < self.sources[sensor].recovery_messages:
                self._in_a_row[sensor] = 0

    def begin(self, now_ns: int) -> None:
        """A measurement was accepted; the policy owes a command for it."""
        with self._lock:
            if len(self._pending_ns) < _MOST_PENDING:
                self._pending_ns.append(now_ns)

    def done(self, now_ns: int) -> None:
        """The policy has answered the oldest measurement that it owed a command for."""
        with self._lock:
            if self._pending_ns:
                self._has_stalled(now_ns)
                self._answer_s = (now_ns - self._pending_ns.popleft()) / _NS
                self._stalled = self._answer_s > self.stall_timeout

    def stalled(self, now_ns: int) -> bool:
        """Whether the policy owes a command for too long, or the last one took too long."""
        with self._lock:
            return self._has_stalled(now_ns)

    def age(self, sensor: str, now_ns: int) -> float:
        """Seconds since the sensor was last fed, infinite before the first time."""
        with self._lock:
            fed_ns = self._fed_ns.get(sensor)
        return math.inf if fed_ns is None else (now_ns - fed_ns) / _NS

    def is_silent(self, sensor: str, now_ns: int) -> bool:
        """Whether the sensor, required or not, is silent for longer than its timeout, or was and
        has not recovered.
        """
        with self._lock:
            return self._is_silent(sensor, self.sources[sensor], now_ns)

    def silent(self, now_ns: int) -> tuple[str, ...]:
        """The required sensors that are silent; the robot may move only while there are none."""
        with self._lock:
            return tuple(self._silent(now_ns))

    def describe(self, sensor: str, now_ns: int) -> str:
        """The sensor's silence in words, in one line."""
        with self._lock:
            age, source = self.age(sensor, now_ns), self.sources[sensor]
            heard = self._in_a_row[sensor]
        if math.isinf(age):
            return f'no usable {sensor} message yet'
        if age <= source.timeout_s and heard < source.recovery_messages:
            return f'{heard} of {source.recovery_messages} usable {sensor} messages in a row'
        timeout = source.timeout_s
        return f'no usable {sensor} message for {age:.2f} s (source_timeout {timeout:.2f} s)'

    def reasons(self, now_ns: int) -> tuple[str, ...]:
        """All that holds the robot, one line each; it may move only while there is nothing."""
        with self._lock:
            reasons = [self.describe(name, now_ns) for name in self._silent(now_ns)]
            if self._has_stalled(now_ns):
                reasons.append(self._describe_stall(now_ns))
            return tuple(reasons)

    def edges(self, now_ns: int) -> list[Edge]:
        """The faults that began or ended since the last call, each told once.

        A sensor that was never heard is a fault when its timeout has passed since the first call.
        """
        with self._lock:
            if self._since_ns is None:
                self._since_ns = now_ns
            edges = [self._sensor_edge(name, now_ns) for name in self.sources]
            edges.append(self._policy_edge(now_ns))
            return [edge for edge in edges if edge is not None]

    def _silent(self, now_ns: int) -> list[str]:
        return [
            name
            for name, source in self.sources.items()
            if source.required and self._is_silent(name, source, now_ns)
        ]

    def _is_silent(self, sensor: str, source: Source, now_ns: int) -> bool:
        fed_ns = self._fed_ns.get(sensor)
        return (
            fed_ns is None
            or self._in_a_row[sensor] < source.recovery_messages
            or (now_ns - fed_ns) / _NS > source.timeout_s
        )

    def _has_stalled(self, now_ns: int) -> bool:
        if self._pending_ns and not self._stalled and self._owed(now_ns) > self.stall_timeout:
            self.stalls += 1
            self._stalled = True
        return self._stalled

    def _sensor_edge(self, sensor: str, now_ns: int) -> Edge | None:
        silent = self.is_silent(sensor, now_ns)
        if sensor not in self._told and silent:
            assert self._since_ns is not None
            waited = (now_ns - self._since_ns) / _NS
            if waited <= self.sources[sensor].timeout_s:
                return None
        words = self.describe(sensor, now_ns) if silent else f'{sensor} is heard'
        return self._edge(sensor, silent, words, before=self._told.get(sensor))

    def _policy_edge(self, now_ns: int) -> Edge | None:
        stalled = self.stalled(now_ns)
        words = self._describe_stall(now_ns) if stalled else 'the policy answers again'
        return self._edge(POLICY, stalled, words, before=self._told.get(POLICY, False))

    def _edge(self, name: str, faulty: bool, text: str, before: bool | None) -> Edge | None:
        self._told[name] = faulty
        return None if faulty == before else Edge(name, faulty, text)

    def _owed(self, now_ns: int) -> float:
        """Seconds that the policy owes its oldest command."""
        return (now_ns - self._pending_ns[0]) / _NS if self._pending_ns else 0.0

    def _describe_stall(self, now_ns: int) -> str:
        limit = f'(stall_timeout {self.stall_timeout:.2f} s)'
        owed = self._owed(now_ns)
        if owed > self.stall_timeout:
            return f'the policy has not answered for {owed:.2f} s {limit}'
        return f'the policy took {self._answer_s:.2f} s for an answer {limit}'
