"""The one way in: every message of every sensor passes here, in order of arrival."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from liquid_control.messages import MessageError, scan_view, stamp_ns
from liquid_control.messages.inputs import Feed, Reading
from liquid_control.nodes.assembly import Assembly
from liquid_control.nodes.complaints import Complaints
from liquid_control.nodes.frozen import Frozen
from liquid_control.nodes.meter import Meter
from liquid_control.nodes.pilot import PolicyError
from liquid_control.nodes.ros_time import RosTime
from liquid_control.nodes.serialised import deserialise
from liquid_control.nodes.settings import Settings
from liquid_control.stream import Event


class Intake:
    """Messages to measurements, for the guard and for the pilot; whatever is none is counted.

    answer: called after each measurement that the policy has a new target by.
    meters: by sensor, its figures since start().
    """

    def __init__(
        self,
        assembly: Assembly,
        clock: RosTime,
        complaints: Complaints,
        answer: Callable[[], None],
    ) -> None:
        self.meters: dict[str, Meter] = {}
        self._pilot, self._inputs = assembly.pilot, assembly.inputs
        self._helm = assembly.pilot.helm
        self._clock = clock
        self._complaints = complaints
        self._answer = answer
        self._frozen = Frozen(_repeats(assembly.settings))
        self.start()

    def start(self) -> None:
        """All figures begin anew."""
        self.meters = {sensor: Meter() for sensor in self._inputs}

    def apply(self, settings: Settings) -> None:
        """Take over what may change while driving."""
        self._frozen.limits = _repeats(settings)
        self._pilot.compensates = settings.compensate_latency

    def reset(self) -> None:
        """Forget everything that was heard; stand until every required sensor is heard anew."""
        for entry in self._inputs.values():
            entry.forget()
        self._pilot.reset()

    def receive(self, sensor: str, feed: Feed, data: bytes) -> None:
        """A message of one of the policy's sensors, serialised; answer() follows if it makes a new
        target.
        """
        receipt_ns = time.monotonic_ns()
        meter, watchdog = self.meters[sensor], self._helm.watchdog
        watchdog.begin(receipt_ns)
        try:
            age_ns = self._take(sensor, feed, data, receipt_ns)
        except MessageError as error:
            meter.reject(str(error))
            watchdog.refuse(sensor)
            self._complaints.say(sensor, f'{sensor} message refused: {error}')
            return
        except PolicyError as fault:
            self._complaints.say('policy', f'policy fault, memory erased, standing: {fault}')
            return
        finally:
            watchdog.done(time.monotonic_ns())
            meter.receive(receipt_ns)
        if age_ns is not None:
            self._answer()
            step_ns = time.monotonic_ns() - receipt_ns
            meter.latency_ms.add((age_ns + step_ns) * 1e-6)
            meter.step_ms.add(step_ns * 1e-6)

    def look(self, source: str, feed: Feed, data: bytes) -> None:
        """A message for the guard alone."""
        receipt_ns, now_ns = time.monotonic_ns(), self._clock.now_ns()
        try:
            message, reading = _read(feed, data)
        except MessageError as error:
            self._complaints.say(source, f'{source} message refused: {error}')
            return
        if reading:
            measured_ns = self._stamp(source, message, now_ns)
            self._see(source, reading, receipt_ns - (now_ns - measured_ns))

    def _take(self, sensor: str, feed: Feed, data: bytes, receipt_ns: int) -> int | None:
        """How old the measurement was, if the policy answered to it."""
        message, reading = _read(feed, data)
        if reading is None:
            return None
        now_ns = self._clock.now_ns()
        measured_ns = self._stamp(sensor, message, now_ns)
        self._frozen.check(sensor, reading.value)
        self._see(sensor, reading, receipt_ns - (now_ns - measured_ns))
        event = Event(measured_ns, sensor, reading.value)
        return now_ns - measured_ns if self._pilot.accept(event, now_ns, receipt_ns) else None

    def _see(self, source: str, reading: Reading, measured_ns: int) -> None:
        """Show the guard a scan. measured_ns: when that was, on the steady clock."""
        if reading.scan is not None:
            now_ns = time.monotonic_ns()
            self._helm.guard.see(source, scan_view(reading.scan), min(measured_ns, now_ns))

    def _stamp(self, sensor: str, message: Any, now_ns: int) -> int:
        measured_ns = stamp_ns(message.header.stamp)
        if measured_ns:
            return measured_ns
        text = f'{sensor}: stamps are zero, taking the time of receipt; is the driver set up?'
        self._complaints.say(f'{sensor} stamp', text)
        return now_ns


def _repeats(settings: Settings) -> Mapping[str, int]:
    return {name: sensor.max_repeats for name, sensor in settings.sensors.items()}


def _read(feed: Feed, data: bytes) -> tuple[Any, Reading | None]:
    """The message and what it says. Raises MessageError, whatever is wrong with it."""
    try:
        message = deserialise(feed.message, data)
        return message, feed.read(message)
    except MessageError:
        raise
    except Exception as error:
        raise MessageError(f'cannot be read: {type(error).__name__}: {error}') from error
