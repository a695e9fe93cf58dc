"""Which names may be given beside those of the parameters: those of sensors that the policy does
not hear. A robot's file names all its sensors, and serves every policy.

    given, and the policy hears lidar alone
    imu.type: imu, imu.topic: imu/data     a sensor that is not heard
    imu.type: imu, imu.tpoic: imu/data     an error: imu.tpoic
    imu.topic: imu/data                    an error: imu has no type, it may be anything
    lidar.tpoic: scan                      an error: lidar.tpoic
    lidr.type: laser_scan                  an error: it may be the lidar, which has nothing
"""

import difflib
from collections.abc import Collection, Mapping
from typing import Any

from liquid_control.messages.inputs import all_input_types, input_types
from liquid_control.nodes.parameters import FOREIGN, ParameterError
from liquid_control.policy import AnySensorSpec

COMMON = ('type', 'required', 'source_timeout', 'max_repeats')
"""Parameters that every sensor has, whatever its type."""


def find_unheard(
    given: Mapping[str, Any], known: Collection[str], sensors: Mapping[str, AnySensorSpec]
) -> tuple[str, ...]:
    """The sensors that something is given for and that the policy does not hear.

    given: values by name. known: names of the parameters that there are. sensors: the policy's.
    Raises ParameterError for a name that is neither a parameter's nor of such a sensor.
    """
    unheard: dict[str, None] = {}
    for name in given:
        if name in known or name.startswith(FOREIGN):
            continue
        block, _, rest = name.partition('.')
        if block in _blocks(known) or f'{block}.type' not in given:
            raise ParameterError(_unknown(name, known))
        _check(block, rest, given)
        _check_rivals(block, given, sensors)
        unheard[block] = None
    return tuple(unheard)


def _blocks(known: Collection[str]) -> set[str]:
    """What parameters with a dot have before it."""
    return {name.partition('.')[0] for name in known if '.' in name}


def _check(block: str, name: str, given: Mapping[str, Any]) -> None:
    """Raises ParameterError if no sensor of the type that this block has knows the name."""
    kinds, kind = all_input_types(), given[f'{block}.type']
    if kind not in tuple(kinds):
        raise ParameterError(f'parameter {block}.type is {kind!r}, wanted {" or ".join(kinds)}')
    names = [*COMMON, *kinds[kind]]
    if name not in names:
        full = [f'{block}.{other}' for other in names]
        raise ParameterError(_with_hint(f'{block}.{name}', full))


def _check_rivals(
    block: str, given: Mapping[str, Any], sensors: Mapping[str, AnySensorSpec]
) -> None:
    """Raises ParameterError if this may be a sensor of the policy by another name."""
    kind = given[f'{block}.type']
    for sensor, spec in sensors.items():
        bare = not any(name.startswith(f'{sensor}.') for name in given)
        if bare and kind in input_types(spec):
            raise ParameterError(
                f'parameter {block}: the policy hears no {block}, but a {sensor}, for which '
                f'nothing is given: call it {sensor}, or give {sensor}.type as well'
            )


def _unknown(name: str, known: Collection[str]) -> str:
    block, dot, rest = name.partition('.')
    blocks = _blocks(known)
    if not dot or block in blocks:
        return _with_hint(name, known)
    near = difflib.get_close_matches(block, blocks, n=1, cutoff=0.75)
    if near:
        return f'parameter {name} is unknown, did you mean {near[0]}.{rest}?'
    return (
        f'parameter {name} is unknown: the policy hears no {block}; if it is another sensor of '
        f'the robot, give {block}.type, too'
    )


def _with_hint(name: str, names: Collection[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    hint = f', did you mean {near[0]}?' if near else ''
    return f'parameter {name} is unknown{hint}'
