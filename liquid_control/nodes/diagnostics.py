"""The node's state in the words of /diagnostics: one status for the drive, one for the guard, one
for each sensor.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from diagnostic_msgs.msg import DiagnosticStatus, KeyValue

from liquid_control.nodes.meter import Meter, percentiles
from liquid_control.nodes.outputs import LEVELS
from liquid_control.nodes.pilot import Pilot
from liquid_control.nodes.subscriptions import Speakers
from liquid_control.safety import Verdict

Value = float | int | str


@dataclass(frozen=True)
class Picture:
    """What there is to tell of a driving node at one instant.

    speakers: who publishes on the sensors' topics. lost: by sensor, messages that the middleware
    lost. mismatches: by topic, nodes with an incompatible QoS. rivals: others who publish on
    cmd_vel. steady_ns: the watchdog's clock.
    """

    name: str
    pilot: Pilot
    meters: Mapping[str, Meter]
    speakers: Sequence[Speakers]
    lost: Mapping[str, int]
    mismatches: Mapping[str, int]
    rivals: int
    verdict: Verdict
    steady_ns: int


def idle(name: str, error: str) -> list[DiagnosticStatus]:
    """The status of a node that is not active. error: why, empty if nobody wants it to be."""
    level = DiagnosticStatus.ERROR if error else DiagnosticStatus.OK
    return [_status(name, 'drive', level, error or 'not active', {})]


def active(picture: Picture) -> list[DiagnosticStatus]:
    """The statuses of a driving node."""
    sensors = [_sensor(picture, sensor) for sensor in picture.meters]
    return [_drive(picture), _guard(picture), *sensors]


def standstill_reason(picture: Picture) -> str:
    """Why the robot is held, in one line; empty while it is not."""
    pilot, steady_ns = picture.pilot, picture.steady_ns
    reasons = list(pilot.helm.reasons(steady_ns))
    if reasons and pilot.policy_faults:
        reasons.insert(0, f'{pilot.policy_faults} faults of the policy')
    ends = {sensor: _ends(picture, sensor) for sensor in pilot.helm.watchdog.silent(steady_ns)}
    reasons += [f'of the {name} messages that came: {text}' for name, text in ends.items() if text]
    return '; '.join(reasons)


def _drive(picture: Picture) -> DiagnosticStatus:
    helm, pilot = picture.pilot.helm, picture.pilot
    reason = standstill_reason(picture)
    level = DiagnosticStatus.ERROR if reason else DiagnosticStatus.OK
    message = reason or 'driving'
    if not reason and picture.rivals:
        level = DiagnosticStatus.WARN
    meters = picture.meters.values()
    linear, angular = helm.limiter.last
    values: dict[str, Value] = {
        'watchdog': 'stopped' if reason else 'ok',
        'policy_faults': pilot.policy_faults,
        'stalls': helm.watchdog.stalls,
        'rejected_targets': helm.limiter.rejected,
        'command_linear': float(linear),
        'command_angular': float(angular),
        'other_cmd_vel_publishers': picture.rivals,
        'incompatible_qos': sum(picture.mismatches.values()),
        'incompatible_qos_topics': ' '.join(picture.mismatches),
        **_percentiles('latency_ms', np.concatenate([m.latency_ms.values() for m in meters])),
        **_percentiles('step_ms', np.concatenate([m.step_ms.values() for m in meters])),
    }
    return _status(picture.name, 'drive', level, message, values)


def _guard(picture: Picture) -> DiagnosticStatus:
    verdict = picture.verdict
    values: dict[str, Value] = {
        'action': verdict.action,
        'zone': verdict.zone,
        'sources': ' '.join(picture.pilot.helm.guard.sources),
        'points': sum(map(len, verdict.points.values())),
    }
    level = LEVELS.get(verdict.action, DiagnosticStatus.WARN)
    return _status(picture.name, 'guard', level, verdict.reason or 'nothing in the way', values)


def _sensor(picture: Picture, sensor: str) -> DiagnosticStatus:
    watchdog, meter, now_ns = (
        picture.pilot.helm.watchdog,
        picture.meters[sensor],
        picture.steady_ns,
    )
    rate = meter.rate(now_ns)
    theirs = [speaker for speaker in picture.speakers if speaker.sensor == sensor]
    publishers = max((speaker.count for speaker in theirs), default=0)
    level, message = DiagnosticStatus.OK, f'{rate:.1f} Hz'
    if watchdog.is_silent(sensor, now_ns):
        required = watchdog.sources[sensor].required
        level = DiagnosticStatus.ERROR if required else DiagnosticStatus.WARN
        message = watchdog.describe(sensor, now_ns)
    elif publishers > 1:
        level = DiagnosticStatus.WARN
        message = f'{publishers} publishers on one topic, {message}'
    values: dict[str, Value] = {
        'rate_hz': rate,
        'age_s': watchdog.age(sensor, now_ns),
        'topic': ' '.join(speaker.topic for speaker in theirs),
        'publishers': publishers,
        'received': meter.received,
        'rejected': meter.rejected,
        'rejection': meter.rejection,
        'lost': picture.lost.get(sensor, 0),
        **dict(sorted(picture.pilot.timeline.counts.get(sensor, {}).items())),
        **_percentiles('latency_ms', meter.latency_ms.values()),
        **_percentiles('step_ms', meter.step_ms.values()),
    }
    return _status(picture.name, sensor, level, message, values)


def _ends(picture: Picture, sensor: str) -> str:
    """What became of a silent sensor's messages, where some do come."""
    meter = picture.meters[sensor]
    if meter.rate(picture.steady_ns) == 0.0:
        return ''
    counts = {**picture.pilot.timeline.counts.get(sensor, {}), 'rejected': meter.rejected}
    return ' '.join(f'{reason} {count}' for reason, count in sorted(counts.items()) if count)


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
