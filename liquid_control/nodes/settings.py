"""Which parameters the drive node has, and their values as one frozen, checked whole.

Some stand for themselves (BASICS), some belong to each sensor of the policy, and some to each zone
of the guard. config/drive.yaml holds the same names.
"""

import contextlib
import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from rclpy.exceptions import InvalidTopicNameException
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.validate_topic_name import validate_topic_name

from liquid_control.messages import InputSettings
from liquid_control.messages.inputs import input_types, settings_class
from liquid_control.nodes import names, parameters
from liquid_control.nodes.guarding import GUARD, read_guard, zone_table
from liquid_control.nodes.parameters import Described, ParameterError
from liquid_control.policy import AnySensorSpec, BundleError, LidarSpec, PolicySpec
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.safety import GuardConfig, Limits, Source
from liquid_control.stream import TimeRules

_LIMITS, _RULES, _SOURCE = Limits(), TimeRules(), Source()
_TIMES = ('max_lag', 'max_future', 'reset_gap', 'max_history')

BASICS = (
    Described('autostart', True, 'Configure and activate when the process starts.'),
    Described('policy', '', "Folder of the policy bundle; empty for the package's own."),
    Described('device', 'cpu', 'Where the policy runs: cpu, cuda, cuda:1, or auto.'),
    Described('frame_id', 'base_link', 'Frame in the header of cmd_vel, and of the guard.'),
    Described('enable_stamped_cmd_vel', True, 'TwistStamped on cmd_vel; false for Twist.'),
    Described(
        'publish',
        'on_event',
        'A command after each measurement that is used, or at publish_rate alone.',
        choices=('on_event', 'rate'),
        live=True,
    ),
    Described('publish_rate', 50.0, 'Least commands per second, in Hz.', (10.0, 500.0), live=True),
    Described(
        'compensate_latency',
        False,
        'Command from a copy of the state that is integrated to now.',
        live=True,
    ),
    Described(
        'policy_state_rate',
        10.0,
        'Hz of ~/policy_state while heard; 0: off.',
        (0.0, 200.0),
        live=True,
    ),
    Described(
        'max_velocity', list(_LIMITS.max_velocity), 'Forward m/s, left rad/s, >= 0.', live=True
    ),
    Described(
        'min_velocity', list(_LIMITS.min_velocity), 'Backward m/s, right rad/s, <= 0.', live=True
    ),
    Described(
        'max_acceleration', list(_LIMITS.max_acceleration), 'm/s^2, rad/s^2, > 0.', live=True
    ),
    Described(
        'max_deceleration', list(_LIMITS.max_deceleration), 'm/s^2, rad/s^2, < 0.', live=True
    ),
    Described('max_jerk', list(_LIMITS.max_jerk), 'm/s^3, rad/s^3; 0: no limit.', live=True),
    Described(
        'deadband_velocity',
        list(_LIMITS.deadband_velocity),
        'A smaller command is published as zero, m/s, rad/s, >= 0.',
        live=True,
    ),
    Described(
        'scale_velocities',
        _LIMITS.scale_velocities,
        'Keep the ratio of linear to angular where acceleration limits one of them.',
        live=True,
    ),
    Described(
        'recovery_messages',
        _SOURCE.recovery_messages,
        'Usable messages in a row after which a silent sensor counts as heard.',
        (1, 1000),
        live=True,
    ),
    Described(
        'stall_timeout',
        0.3,
        'Seconds that the policy may take to answer one measurement.',
        (0.02, 60.0),
        live=True,
    ),
    Described('max_lag', _RULES.max_lag, 'Seconds a message may be late.', (0.0, 10.0)),
    Described('max_future', _RULES.max_future, 'Seconds a stamp may be ahead.', (0.0, 10.0)),
    Described('reset_gap', _RULES.reset_gap, 'Seconds of gap that end memory.', (0.05, 60.0)),
    Described('max_history', _RULES.max_history, 'Longest replay, in events.', (1, 4096)),
    *GUARD,
)


@dataclass(frozen=True)
class SensorSettings:
    """One sensor, or a scan of the guard's own.

    kind: the type of its input. reads: how that is read, of the class that inputs.settings_class
    names. max_repeats: more identical measurements in a row are a frozen sensor's; 0: never.
    """

    kind: str
    reads: InputSettings
    source: Source
    max_repeats: int = 0


@dataclass(frozen=True)
class Settings:
    """All settings, checked together.

    policy: a bundle's folder. publish_rate, policy_state_rate: Hz. stall_timeout: s.
    guard_source: the guard's own scan, if it has one. unheard: sensors that something is given for
    and that the policy does not hear.
    """

    autostart: bool
    policy: Path
    device: str
    frame_id: str
    enable_stamped_cmd_vel: bool
    publish: str
    publish_rate: float
    compensate_latency: bool
    policy_state_rate: float
    stall_timeout: float
    guard_enabled: bool
    guard: GuardConfig
    guard_source: SensorSettings | None
    sensors: dict[str, SensorSettings]
    limits: Limits
    rules: TimeRules
    unheard: tuple[str, ...]


def policy_folder(node: Node, changes: Sequence[Parameter] = ()) -> Path:
    """Where the bundle is that the node is asked to drive by."""
    given = parameters.values(node, BASICS, changes)['policy']
    return Path(given).expanduser() if given else shipped_policy()


def find_spec(node: Node) -> PolicySpec | None:
    """The spec of that bundle; None if it cannot be read."""
    try:
        return read_bundle_file(policy_folder(node)).spec
    except BundleError:
        return None


def is_shaping(name: str) -> bool:
    """Whether other parameters come and go with this one's value."""
    return name in ('policy', 'guard.zones') or name.endswith('.type')


def table(
    node: Node, spec: PolicySpec | None, changes: Sequence[Parameter] = ()
) -> tuple[Described, ...]:
    """All parameters, as they would be with the changes, of a node that drives by this spec.

    spec: None while no bundle can be read: then there are no sensors. Raises ParameterError.
    """
    sensors = spec.sensors if spec else {}
    kinds = [_type(name, sensor) for name, sensor in sensors.items()]
    chosen = parameters.values(node, (*kinds, *GUARD), changes)
    entries = [*BASICS, *kinds, *zone_table(chosen['guard.zones'])]
    for name, sensor in sensors.items():
        entries += [*_common(name), *_reading(name, sensor, chosen[f'{name}.type'])]
    if chosen['guard.source.type']:
        entries += _reading('guard.source', LidarSpec(), chosen['guard.source.type'])
    counts = Counter(entry.name for entry in entries)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise ParameterError(f'parameter {twice[0]}: a sensor or zone of that name cannot be')
    return tuple(entries)


def read(node: Node, spec: PolicySpec | None, changes: Sequence[Parameter] = ()) -> Settings:
    """All values together, as they would be with the changes. Raises ParameterError."""
    entries = table(node, spec, changes)
    values = parameters.values(node, entries, changes)
    sensors = spec.sensors if spec else {}
    try:
        return Settings(
            **{name: values[name] for name in _AS_THEY_ARE},
            policy=policy_folder(node, changes),
            guard_enabled=values['guard.enabled'],
            guard=read_guard(values),
            guard_source=_guard_source(values),
            sensors={name: _sensor(name, sensor, values) for name, sensor in sensors.items()},
            limits=Limits(**{name: _plain(values[name]) for name in _LIMIT_NAMES}),
            rules=TimeRules(**{name: values[name] for name in _TIMES}),
            unheard=find_unheard(node, spec, [entry.name for entry in entries]),
        )
    except (TypeError, ValueError) as error:
        raise ParameterError(f'parameter {error}') from None


def find_unheard(node: Node, spec: PolicySpec | None, known: Collection[str]) -> tuple[str, ...]:
    """See names.find_unheard; nothing is known of sensors while no bundle can be read."""
    if spec is None:
        return ()
    given = {name: entry.value for name, entry in parameters.overrides(node).items()}
    return names.find_unheard(given, known, spec.sensors)


def shipped_policy() -> Path:
    """The package's own bundle: in a colcon or pip installation, or in the sources."""
    places = [Path(sys.prefix) / 'share' / 'liquid_control', Path(__file__).resolve().parents[2]]
    with contextlib.suppress(PackageNotFoundError, OSError):  # OSError: no ROS installation at all
        places.insert(0, Path(get_package_share_directory('liquid_control')))
    bundles = [place / 'models' / 'beacon' for place in places]
    return next((bundle for bundle in bundles if bundle.is_dir()), bundles[-1])


_AS_THEY_ARE = (
    'autostart',
    'device',
    'frame_id',
    'enable_stamped_cmd_vel',
    'publish',
    'publish_rate',
    'compensate_latency',
    'policy_state_rate',
    'stall_timeout',
)
_LIMIT_NAMES = tuple(entry.name for entry in fields(Limits))


def _type(name: str, sensor: AnySensorSpec) -> Described:
    kinds = input_types(sensor)
    return Described(f'{name}.type', kinds[0], f'What the {name} publishes.', choices=kinds)


def _common(name: str) -> tuple[Described, ...]:
    silence = f'Seconds without a usable {name} message that mean it is silent.'
    frozen = f'So many identical {name} measurements in a row are not usable; 0: any.'
    return (
        Described(f'{name}.required', True, f'Stand still while the {name} is silent.', live=True),
        Described(f'{name}.source_timeout', 0.5, silence, (0.01, 60.0), live=True),
        Described(f'{name}.max_repeats', 0, frozen, (0, 100_000), live=True),
    )


def _reading(name: str, sensor: AnySensorSpec, kind: str) -> list[Described]:
    return [
        Described(
            f'{name}.{entry.name}',
            entry.default,
            entry.metadata['description'],
            entry.metadata.get('range'),
        )
        for entry in fields(settings_class(sensor, kind))
    ]


def _sensor(name: str, sensor: AnySensorSpec, values: Mapping[str, Any]) -> SensorSettings:
    source = Source(
        timeout_s=values[f'{name}.source_timeout'],
        required=values[f'{name}.required'],
        recovery_messages=values['recovery_messages'],
    )
    kind = values[f'{name}.type']
    reads = _filled(settings_class(sensor, kind), name, values)
    return SensorSettings(kind, reads, source, values[f'{name}.max_repeats'])


def _guard_source(values: Mapping[str, Any]) -> SensorSettings | None:
    kind, name = values['guard.source.type'], 'guard.source'
    if not kind:
        return None
    reads = _filled(settings_class(LidarSpec(), kind), name, values)
    return SensorSettings(kind, reads, Source(timeout_s=values[f'{name}.source_timeout']))


def _filled(kind: type[InputSettings], name: str, values: Mapping[str, Any]) -> InputSettings:
    """Raises ParameterError, also for a topic that cannot be."""
    try:
        reads = kind(**{entry.name: values[f'{name}.{entry.name}'] for entry in fields(kind)})
        for entry in fields(kind):
            if entry.name.endswith('topic'):
                validate_topic_name(getattr(reads, entry.name))
    except (ValueError, InvalidTopicNameException) as error:
        raise ParameterError(f'parameter {name}: {str(error).splitlines()[0]}') from None
    return reads


def _plain(value: Any) -> Any:
    """A parameter's array as a tuple."""
    return value if isinstance(value, bool) else tuple(value)
