"""The simulator node's parameters: declared with description and range, checked, typed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from liquid_control.schema import ConfigError
from liquid_control_sim.layers import Plain
from liquid_control_sim.scenario import Scenario, scenario


class ParameterError(Exception):
    """A parameter that cannot be used; in one line its name, what it got and what it wants."""


@dataclass(frozen=True)
class SimParameters:
    """All settings of the node, in Hz and simulated seconds; config/sim.yaml explains them."""

    seed: int = 0
    world: str = 'arena'
    worlds: str = ''
    task: str = 'beacon'
    mode: str = 'continue'
    goal: Sequence[float] = (math.nan, math.nan)
    robot: str = 'jackal'
    faults: str = 'nominal'
    real_time_factor: float = 1.0
    update_rate: float = 200.0
    ground_truth_rate: float = 50.0
    status_rate: float = 10.0
    cmd_vel_timeout: float = 0.5
    enable_stamped_cmd_vel: bool = True

    def scenario(self) -> Scenario:
        """Of the names. Raises ParameterError."""
        world: Plain = {'type': self.world}
        task: Plain = {'type': self.task}
        if (self.world == 'barn') != bool(self.worlds):
            raise ParameterError(
                f'parameter worlds is {self.worlds!r}, wanted a file for world barn, and for no '
                'other'
            )
        if self.worlds:
            world['file'] = self.worlds
        if self.task == 'beacon':
            task['mode'] = self.mode
        if self.task == 'goal' and all(map(math.isfinite, self.goal)):
            task['place'] = tuple(self.goal)
        try:
            return scenario(world, task, self.robot, self.faults)
        except ConfigError as error:
            raise ParameterError(f'parameter {error}') from None


_DESCRIPTIONS: dict[str, tuple[str, tuple[float, float] | None]] = {
    'seed': ('World, task, sensor noise and clocks all follow from it.', (0, 2**31 - 1)),
    'world': ('Name of the world.', None),
    'worlds': ('File that world barn reads.', None),
    'task': ("'beacon', 'goal' or 'cruise'.", None),
    'mode': ("Of task beacon: 'continue', it jumps elsewhere; 'single', it stays.", None),
    'goal': ('Of task goal: x, y in the frame odom; NaN: the world or chance says.', None),
    'robot': ('Name of the robot.', None),
    'faults': ('Name of the profile of faults.', None),
    'real_time_factor': ('Simulated seconds per second; 0.0: as fast as can be.', (0.0, 100.0)),
    'update_rate': ('How often per second the simulation is brought up to date.', (50.0, 1000.0)),
    'ground_truth_rate': ('ground_truth per simulated second.', (1.0, 1000.0)),
    'status_rate': ('~/status per simulated second.', (0.1, 100.0)),
    'cmd_vel_timeout': ('Seconds without a command after which the robot stops.', (0.01, 60.0)),
    'enable_stamped_cmd_vel': ('cmd_vel is TwistStamped; false for Twist.', None),
}
_FIXED = ('update_rate', 'ground_truth_rate', 'status_rate', 'enable_stamped_cmd_vel')
_KINDS = {
    bool: 'a boolean',
    int: 'an integer',
    float: 'a number with a decimal point',
    str: 'a string',
    list: 'two numbers with decimal points',
}


def declare_parameters(node: Node) -> SimParameters:
    """Declare every parameter, read all, and refuse from now on what cannot be. Raises
    ParameterError.
    """
    for name in _DESCRIPTIONS:
        _declare(node, name)
    for name in node._parameter_overrides:  # rclpy has no public way to see what nobody declares
        if not node.has_parameter(name) and not name.startswith(('qos_overrides.', 'start_type_')):
            raise ParameterError(f'parameter {name} is unknown')
    parameters = read_parameters(node)
    _check(parameters)

    def refuse(changes: list[Parameter]) -> SetParametersResult:
        changed = {change.name: change.value for change in changes if change.name in _DESCRIPTIONS}
        try:
            _check(read_parameters(node, changed))
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        return SetParametersResult(successful=True)

    node.add_on_set_parameters_callback(refuse)
    return parameters


def read_parameters(node: Node, changed: dict[str, Any] | None = None) -> SimParameters:
    """As they are now, but for what is to be changed."""
    values = {field.name: node.get_parameter(field.name).value for field in fields(SimParameters)}
    return SimParameters(**{**values, **(changed or {})})


def _check(parameters: SimParameters) -> None:
    if parameters.mode not in ('continue', 'single'):
        raise ParameterError(
            f"parameter mode is {parameters.mode!r}, wanted 'continue' or 'single'"
        )
    if len(parameters.goal) != 2:
        raise ParameterError(f'parameter goal is {list(parameters.goal)}, wanted {_KINDS[list]}')
    parameters.scenario()


def _declare(node: Node, name: str) -> None:
    default = getattr(SimParameters, name)
    if isinstance(default, tuple):
        default = list(default)
    description, limits = _DESCRIPTIONS[name]
    descriptor = ParameterDescriptor(description=description, read_only=name in _FIXED)
    if limits is not None:
        low, high = limits
        if isinstance(default, int):
            descriptor.integer_range = [IntegerRange(from_value=int(low), to_value=int(high))]
        else:
            descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
    try:
        node.declare_parameter(name, default, descriptor)
    except (InvalidParameterTypeException, InvalidParameterValueException):
        given = node._parameter_overrides[name].value
        wanted = _KINDS[type(default)]
        if limits is not None:
            wanted += f' from {limits[0]:.10g} to {limits[1]:.10g}'
        raise ParameterError(f'parameter {name} is {given!r}, wanted {wanted}') from None
