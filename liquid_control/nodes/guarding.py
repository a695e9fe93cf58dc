"""The guard's parameters: its footprint and zones as lists of numbers, as nav2's `points`."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from liquid_control.nodes.parameters import Described, ParameterError
from liquid_control.safety import GuardConfig, Polygon, Zone, circle

_DEFAULT = GuardConfig()
_POINTS = 'x1, y1, x2, y2, ... in metres, base frame; or one number, a radius.'

GUARD = (
    Described(
        'guard.enabled', True, 'Look out for collisions; ~/enable_guard sets it.', live=True
    ),
    Described(
        'guard.footprint',
        [float(x) for vertex in _DEFAULT.footprint.vertices for x in vertex],
        f"The robot's outline: {_POINTS}",
        live=True,
    ),
    Described(
        'guard.time_before_collision',
        _DEFAULT.time_before_collision,
        'Slow down to keep this many seconds before a collision; 0: do not.',
        (0.0, 10.0),
        live=True,
    ),
    Described(
        'guard.min_points',
        _DEFAULT.min_points,
        'Fewer points in the way are noise to the approach.',
        (1, 1000),
        live=True,
    ),
    Described(
        'guard.blind_angle',
        _DEFAULT.blind_angle,
        'A wider sector in which the sensor fails stops the robot, rad.',
        (0.0, math.tau),
        live=True,
    ),
    Described(
        'guard.zones',
        [''],
        "Names of zones with parameters of their own; '': zones by the footprint's.",
    ),
    Described(
        'guard.source.type',
        '',
        "A scan of the guard's own, beside the policy's LiDARs.",
        choices=('', 'laser_scan', 'point_cloud2'),
    ),
    Described(
        'guard.source.source_timeout',
        0.5,
        "Seconds after which the guard's own scan is too old.",
        (0.01, 60.0),
        live=True,
    ),
)


def zone_table(names: Sequence[str]) -> tuple[Described, ...]:
    """The parameters of the zones of these names."""
    return tuple(entry for name in names if name for entry in _zone(f'guard.{name}'))


def read_guard(values: Mapping[str, Any]) -> GuardConfig:
    """The values of GUARD and zone_table as the guard wants them. Raises ParameterError."""
    zones, excluded = [], []
    for name in filter(None, values['guard.zones']):
        prefix = f'guard.{name}'
        shape = _shape(f'{prefix}.shape', values)
        if values[f'{prefix}.action_type'] == 'exclude':
            excluded.append(shape)
            continue
        names = ('action_type', 'slowdown_ratio', 'min_points', *_BOUNDS)
        kept = {key: values[f'{prefix}.{key}'] for key in names}
        try:
            zones.append(Zone(name=name, shape=shape, **kept))
        except ValueError as error:
            raise ParameterError(f'parameter {prefix}: {error}') from None
    try:
        return GuardConfig(
            footprint=_shape('guard.footprint', values),
            zones=tuple(zones) if any(values['guard.zones']) else None,
            time_before_collision=values['guard.time_before_collision'],
            min_points=values['guard.min_points'],
            blind_angle=values['guard.blind_angle'],
            exclusion_zones=tuple(excluded),
        )
    except ValueError as error:
        raise ParameterError(f'parameter guard: {error}') from None


_BOUNDS = ('linear_min', 'linear_max', 'theta_min', 'theta_max')


def _zone(prefix: str) -> tuple[Described, ...]:
    bound = 'The zone counts for commands {} this, {}.'
    return (
        Described(f'{prefix}.shape', [0.0], f'Where it is: {_POINTS}', live=True),
        Described(
            f'{prefix}.action_type',
            'stop',
            'What points in it do; exclude: they are the robot itself.',
            choices=('stop', 'slowdown', 'exclude'),
            live=True,
        ),
        Described(
            f'{prefix}.slowdown_ratio', 0.5, 'What is left of the speed.', (0.0, 1.0), live=True
        ),
        Described(f'{prefix}.min_points', 3, 'Fewer points are noise.', (1, 1000), live=True),
        Described(f'{prefix}.linear_min', -math.inf, bound.format('from', 'm/s'), live=True),
        Described(f'{prefix}.linear_max', math.inf, bound.format('up to', 'm/s'), live=True),
        Described(f'{prefix}.theta_min', -math.inf, bound.format('from', 'rad/s'), live=True),
        Described(f'{prefix}.theta_max', math.inf, bound.format('up to', 'rad/s'), live=True),
    )


def _shape(name: str, values: Mapping[str, Any]) -> Polygon:
    """One number is a radius, pairs are vertices. Raises ParameterError."""
    numbers = list(values[name])
    try:
        if len(numbers) == 1:
            return circle(numbers[0])
        if len(numbers) % 2:
            raise ValueError(f'{len(numbers)} numbers are no pairs x, y')
        return Polygon(tuple(zip(numbers[::2], numbers[1::2], strict=True)))
    except ValueError as error:
        raise ParameterError(f'parameter {name}: {error}') from None
