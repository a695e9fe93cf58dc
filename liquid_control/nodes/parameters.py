"""How the drive node declares parameters: described, ranged, of a fixed type; or one clear error.

Which parameters there are, and what their values mean, is in settings.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

FOREIGN = ('use_sim_time', 'start_type_description_service', 'qos_overrides.')  # rclpy's own
WORDS = {
    bool: 'true or false',
    str: 'a string',
    int: 'a whole number',
    float: 'a number with a decimal point',
    list: 'numbers with a decimal point',
}


class ParameterError(Exception):
    """A parameter that cannot be used; str() says in one line what it is and what it should be."""


@dataclass(frozen=True)
class Described:
    """One parameter.

    default: it also fixes the type. range: least and greatest number. choices: the words it may
    be. live: it may change while the robot drives; the others only while it does not.
    """

    name: str
    default: Any
    description: str
    range: tuple[float, float] | None = None
    choices: tuple[str, ...] = ()
    live: bool = False

    @property
    def wanted(self) -> str:
        """What a value must be, in words."""
        if self.choices:
            return ' or '.join(self.choices)
        words = WORDS[type(self.default)]
        return words + (f' from {self.range[0]:g} to {self.range[1]:g}' if self.range else '')

    @property
    def descriptor(self) -> ParameterDescriptor:
        descriptor = ParameterDescriptor(description=self.description)
        rule = '' if self.live else 'Read-only while the node is active.'
        choices = f'One of {self.wanted}.' if self.choices else ''
        descriptor.additional_constraints = ' '.join(filter(None, (choices, rule)))
        if self.range and isinstance(self.default, float):
            low, high = self.range
            descriptor.floating_point_range = [FloatingPointRange(from_value=low, to_value=high)]
        elif self.range:
            low, high = map(int, self.range)
            descriptor.integer_range = [IntegerRange(from_value=low, to_value=high)]
        return descriptor


def declare(node: Node, table: Iterable[Described]) -> None:
    """Declare what is not yet declared, each with the value given at start. ParameterError."""
    for entry in table:
        if node.has_parameter(entry.name):
            continue
        try:
            node.declare_parameter(entry.name, entry.default, entry.descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException):
            value = overrides(node)[entry.name].value
            text = f'parameter {entry.name} is {value!r}, wanted {entry.wanted}'
            raise ParameterError(text) from None


def undeclare(node: Node, names: Iterable[str]) -> None:
    """Take those away that are declared."""
    for name in names:
        if node.has_parameter(name):
            node.undeclare_parameter(name)


def values(
    node: Node, table: Iterable[Described], changes: Sequence[Parameter] = ()
) -> dict[str, Any]:
    """By name, as they would be with the changes; undeclared ones as they would be declared.

    Raises ParameterError for a word that is none of the choices.
    """
    changed = {parameter.name: parameter.value for parameter in changes}
    given = overrides(node)
    found = {}
    for entry in table:
        if entry.name in changed:
            value = changed[entry.name]
        elif node.has_parameter(entry.name):
            value = node.get_parameter(entry.name).value
        else:
            value = given[entry.name].value if entry.name in given else entry.default
        if entry.choices and value not in entry.choices:
            raise ParameterError(f'parameter {entry.name} is {value!r}, wanted {entry.wanted}')
        found[entry.name] = value
    return found


def overrides(node: Node) -> Mapping[str, Parameter]:
    """The values given at start: rclpy has no public way to see those that nobody declares."""
    return node._parameter_overrides
