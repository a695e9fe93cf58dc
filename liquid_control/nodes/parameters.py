"""The drive node's parameters: declared with description and range, read as typed frozen values.

TABLE is the one list of them; config/drive.yaml holds the same names. A value of the wrong type or
outside of its range, an impossible limit, and a name that no parameter has, are each one error.
"""

import contextlib
import difflib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ament_index_python.packages import PackageNotFoundError, get_package_share_directory
from rcl_interfaces.msg import FloatingPointRange, ParameterDescriptor, SetParametersResult
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from liquid_control.safety import Limits, Source
from liquid_control.stream import TimeRules

SENSORS = ('lidar', 'imu', 'camera')
FOREIGN = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')  # rclpy's own


class ParameterError(Exception):
    """A parameter that cannot be used; str() says in one line what it is and what it should be."""


@dataclass(frozen=True)
class Described:
    """One parameter. default: it also fixes the type. range: least and greatest number."""

    name: str
    default: Any
    description: str
    range: tuple[float, float] | None = None

    @property
    def wanted(self) -> str:
        """What a value must be, in words."""
        words = {
            bool: 'true or false',
            str: 'a string',
            float: 'a number with a decimal point',
            list: 'two numbers with a decimal point',
        }[type(self.default)]
        return words + (f' from {self.range[0]:g} to {self.range[1]:g}' if self.range else '')


@dataclass(frozen=True)
class Parameters:
    """All settings. policy: a bundle's folder. publish_rate: Hz. sources: by sensor's name."""

    autostart: bool
    policy: Path
    device: str
    frame_id: str
    enable_stamped_cmd_vel: bool
    publish_rate: float
    max_invalid_ratio: float
    sources: dict[str, Source]
    limits: Limits
    rules: TimeRules


def _sensor(name: str) -> tuple[Described, ...]:
    silence = f'Seconds without a usable {name} message that mean it is silent.'
    return (
        Described(f'{name}.required', True, f'Stand still while the {name} is silent.'),
        Described(f'{name}.source_timeout', 0.5, silence, (0.01, 60.0)),
    )


_LIMITS, _RULES = Limits(), TimeRules()

TABLE = (
    Described('autostart', True, 'Configure and activate when the process starts.'),
    Described('policy', '', "Folder of the policy bundle; empty for the package's own."),
    Described('device', 'cpu', 'Where the policy runs: cpu, cuda, cuda:1, or auto.'),
    Described('frame_id', 'base_link', 'Frame in the header of cmd_vel.'),
    Described('enable_stamped_cmd_vel', True, 'TwistStamped on cmd_vel; false for Twist.'),
    Described('publish_rate', 50.0, 'Least commands per second, in Hz.', (10.0, 500.0)),
    *(described for sensor in SENSORS for described in _sensor(sensor)),
    Described('lidar.max_invalid_ratio', 0.5, 'More NaN is no measurement.', (0.0, 1.0)),
    Described('max_velocity', list(_LIMITS.max_velocity), 'Forward m/s, left rad/s, >= 0.'),
    Described('min_velocity', list(_LIMITS.min_velocity), 'Backward m/s, right rad/s, <= 0.'),
    Described('max_acceleration', list(_LIMITS.max_acceleration), 'm/s^2, rad/s^2, > 0.'),
    Described('max_deceleration', list(_LIMITS.max_deceleration), 'm/s^2, rad/s^2, < 0.'),
    Described('max_lag', _RULES.max_lag, 'Seconds a message may be late.', (0.0, 10.0)),
    Described('max_future', _RULES.max_future, 'Seconds a stamp may be ahead.', (0.0, 10.0)),
    Described('reset_gap', _RULES.reset_gap, 'Seconds of gap that end memory.', (0.05, 60.0)),
)
NAMES = tuple(entry.name for entry in TABLE)


def declare(node: Node) -> None:
    """Declare every parameter of TABLE. Raises ParameterError."""
    given = node._parameter_overrides  # the only way to see those that nobody declares
    for entry in TABLE:
        descriptor = ParameterDescriptor(description=entry.description)
        if entry.range:
            span = FloatingPointRange(from_value=entry.range[0], to_value=entry.range[1])
            descriptor.floating_point_range = [span]
        try:
            node.declare_parameter(entry.name, entry.default, descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException):
            value = given[entry.name].value
            text = f'parameter {entry.name} is {value!r}, wanted {entry.wanted}'
            raise ParameterError(text) from None
    for name in given:
        if not node.has_parameter(name) and not name.startswith(FOREIGN):
            raise ParameterError(f'parameter {name} is unknown{_hint(name)}')


def read(node: Node, changes: Sequence[Parameter] = ()) -> Parameters:
    """All values together, as they would be with the changes. Raises ParameterError."""
    values = {entry.name: node.get_parameter(entry.name).value for entry in TABLE}
    return _typed(values | {parameter.name: parameter.value for parameter in changes})


def refuse_bad_changes(node: Node, may_change: Callable[[], bool]) -> None:
    """From now on, refuse to set a bad value, and any value while may_change() is false."""

    def answer(changes: Sequence[Parameter]) -> SetParametersResult:
        ours = [parameter for parameter in changes if parameter.name in NAMES]
        if ours and not may_change():
            reason = f'{ours[0].name} is read at configuration: deactivate and clean up first'
            return SetParametersResult(successful=False, reason=reason)
        try:
            read(node, ours)
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    node.add_on_set_parameters_callback(answer)


def shipped_policy() -> Path:
    """The package's own bundle: in a colcon or pip installation, or in the sources."""
    places = [Path(sys.prefix) / 'share' / 'liquid_control', Path(__file__).resolve().parents[2]]
    with contextlib.suppress(PackageNotFoundError, OSError):  # OSError: no ROS installation at all
        places.insert(0, Path(get_package_share_directory('liquid_control')))
    bundles = [place / 'models' / 'beacon' for place in places]
    return next((bundle for bundle in bundles if bundle.is_dir()), bundles[-1])


def _typed(values: dict[str, Any]) -> Parameters:
    axes = ('max_velocity', 'min_velocity', 'max_acceleration', 'max_deceleration')
    times = ('max_lag', 'max_future', 'reset_gap')
    policy = values['policy']
    try:
        return Parameters(
            autostart=values['autostart'],
            policy=Path(policy).expanduser() if policy else shipped_policy(),
            device=values['device'],
            frame_id=values['frame_id'],
            enable_stamped_cmd_vel=values['enable_stamped_cmd_vel'],
            publish_rate=values['publish_rate'],
            max_invalid_ratio=values['lidar.max_invalid_ratio'],
            sources={
                name: Source(values[f'{name}.source_timeout'], values[f'{name}.required'])
                for name in SENSORS
            },
            limits=Limits(**{name: tuple(values[name]) for name in axes}),
            rules=TimeRules(**{name: values[name] for name in times}),
        )
    except (TypeError, ValueError) as error:
        raise ParameterError(f'parameter {error}') from None


def _hint(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    return f', did you mean {near[0]}?' if near else ''
