"""The node's state in the words of /diagnostics: one status for the drive, one for each sensor."""

import math
from collections.abc import Mapping

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from liquid_control.nodes.meter import Meter, percentiles
from liquid_control.nodes.pilot import Pilot

Value = float | int | str


def idle(name: str, error: str) -> list[DiagnosticStatus]:
    """The status of a node that is not active. error: why, empty if nobody wants it to be."""
    level = DiagnosticStatus.ERROR if error else DiagnosticStatus.OK
    return [_status(name, 'drive', level, error or 'not active', {})]


def active(
    name: str, pilot: Pilot, meters: Mapping[str, Meter], steady_ns: int
) -> list[DiagnosticStatus]:
    """The statuses of a driving node. steady_ns: the watchdog's clock, now."""
    statuses = [_drive(name, pilot, meters, steady_ns)]
    statuses += [_sensor(name, sensor, pilot, meters[sensor], steady_ns) for sensor in meters]
    return statuses


def standstill_reason(pilot: Pilot, meters: Mapping[str, Meter], steady_ns: int) -> str:
    """Why the watchdog holds the robot, in one line; empty while it does not."""
    silent = pilot.watchdog.silent(steady_ns)
    reasons = [_silence(sensor, pilot, meters[sensor], steady_ns) for sensor in silent]
    if reasons and pilot.policy_faults:
        reasons.insert(0, f'{pilot.policy_faults} answers of the policy were not finite')
    return '; '.join(reasons)


def _drive(
    name: str, pilot: Pilot, meters: Mapping[str, Meter], steady_ns: int
) -> DiagnosticStatus:
    reason = standstill_reason(pilot, meters, steady_ns)
    level = DiagnosticStatus.ERROR if reason else DiagnosticStatus.OK
    latency_ms = np.concatenate([meter.latency_ms.values() for meter in meters.values()])
    step_ms = np.concatenate([meter.step_ms.values() for meter in meters.values()])
    linear, angular = pilot.limiter.last
    values: dict[str, Value] = {
        'watchdog': 'stopped' if reason else 'ok',
        'policy_faults': pilot.policy_faults,
        'command_linear': float(linear),
        'command_angular': float(angular),
        **_percentiles('latency_ms', latency_ms),
        **_percentiles('step_ms', step_ms),
    }
    return _status(name, 'drive', level, reason or 'driving', values)


def _sensor(
    name: str, sensor: str, pilot: Pilot, meter: Meter, steady_ns: int
) -> DiagnosticStatus:
    rate = meter.rate(steady_ns)
    level, message = DiagnosticStatus.OK, f'{rate:.1f} Hz'
    if pilot.watchdog.is_silent(sensor, steady_ns):
        required = pilot.watchdog.sources[sensor].required
        level = DiagnosticStatus.ERROR if required else DiagnosticStatus.WARN
        message = _silence(sensor, pilot, meter, steady_ns)
    values: dict[str, Value] = {
        'rate_hz': rate,
        'age_s': pilot.watchdog.age(sensor, steady_ns),
        'rejected': meter.rejected,
        'rejection': meter.rejection,
        **dict(sorted(pilot.timeline.counts.get(sensor, {}).items())),
        **_percentiles('latency_ms', meter.latency_ms.values()),
        **_percentiles('step_ms', meter.step_ms.values()),
    }
    return _status(name, sensor, level, message, values)


def _silence(sensor: str, pilot: Pilot, meter: Meter, steady_ns: int) -> str:
    """Silence in words, and where messages do come, what becomes of them."""
    words = pilot.watchdog.describe(sensor, steady_ns)
    if meter.rate(steady_ns) == 0.0:
        return words
    counts = dict(sorted(pilot.timeline.counts.get(sensor, {}).items()))
    ends = {**counts, 'rejected': meter.rejected}
    listed = ' '.join(f'{reason} {count}' for reason, count in ends.items() if count)
    return f'{words}, of those that came: {listed}'


def _percentiles(key: str, values: np.ndarray) -> dict[str, Value]:
    p50, p99 = percentiles(values)
    return {f'{key}_p50': p50, f'{key}_p99': p99}


def _status(
    name: str, part: str, level: bytes, message: str, values: Mapping[str, Value]
) -> DiagnosticStatus:
    pairs = [KeyValue(key=key, value=_text(value)) for key, value in values.items()]
    return DiagnosticStatus(
        level=level, name=f'{name}: {part}', message=message, hardware_id=name, values=pairs
    )


def _text(value: Value) -> str:
    if isinstance(value, float):
        return f'{value:.3f}' if math.isfinite(value) else str(value)
    return str(value)
