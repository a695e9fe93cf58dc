"""The simulator node's parameters: declared with description and range, read once, typed."""

from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node

from liquid_control_sim.tasks import Mode


class ParameterError(Exception):
    """A parameter that cannot be used; in one line its name, what it got and what it wants."""


@dataclass(frozen=True)
class SimParameters:
    """All settings of the node, in Hz and simulated seconds; config/sim.yaml explains them."""

    seed: int = 0
    mode: Mode = 'continue'
    real_time_factor: float = 1.0
    update_rate: float = 200.0
    odom_rate: float = 50.0
    status_rate: float = 10.0
    cmd_vel_timeout: float = 0.5
    enable_stamped_cmd_vel: bool = True


_DESCRIPTIONS: dict[str, tuple[str, tuple[float, float] | None]] = {
    'seed': ('World, beacons, sensor noise and clocks all follow from it.', (0, 2**31 - 1)),
    'mode': ("'continue': a reached beacon jumps elsewhere; 'single': it stays.", None),
    'real_time_factor': ('Simulated seconds per second.', (0.01, 100.0)),
    'update_rate': ('How often per second the simulation is brought up to date.', (50.0, 1000.0)),
    'odom_rate': ('odom and ground_truth per simulated second.', (1.0, 1000.0)),
    'status_rate': ('~/status per simulated second.', (0.1, 100.0)),
    'cmd_vel_timeout': ('Seconds without a command after which the robot stops.', (0.01, 60.0)),
    'enable_stamped_cmd_vel': ('cmd_vel is TwistStamped; false for Twist.', None),
}
_KINDS = {
    bool: 'a boolean',
    int: 'an integer',
    float: 'a number with a decimal point',
    str: 'a string',
}


def read_parameters(node: Node) -> SimParameters:
    """Declare every parameter and read it. Raises ParameterError."""
    values = {name: _declare(node, name) for name in _DESCRIPTIONS}
    for name in node._parameter_overrides:  # rclpy has no public way to see what nobody declares
        if not node.has_parameter(name) and not name.startswith(('qos_overrides.', 'start_type_')):
            raise ParameterError(f'parameter {name} is unknown')
    if values['mode'] not in ('continue', 'single'):
        raise ParameterError(
            f"parameter mode is {values['mode']!r}, wanted 'continue' or 'single'"
        )
    return SimParameters(**values)


def _declare(node: Node, name: str) -> Any:
    default = getattr(SimParameters, name)
    description, limits = _DESCRIPTIONS[name]
    descriptor = ParameterDescriptor(description=description, read_only=True)
    if limits is not None:
        low, high = limits
        if isinstance(default, int):
            descriptor.integer_range = [IntegerRange(from_value=int(low), to_value=int(high))]
        else:
            descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    try:
        return node.declare_parameter(name, default, descriptor).value
    except (InvalidParameterTypeException, InvalidParameterValueException):
        given = node._parameter_overrides[name].value
        wanted = _KINDS[type(default)]
        if limits is not None:
            wanted += f' from {limits[0]:.10g} to {limits[1]:.10g}'
        raise ParameterError(f'parameter {name} is {given!r}, wanted {wanted}') from None
