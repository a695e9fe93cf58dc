import math
from pathlib import Path

import pytest
import rclpy
import yaml
from rclpy.parameter import Parameter

from liquid_control.nodes import parameters
from liquid_control.nodes.parameters import ParameterError
from liquid_control.safety import Limits, Source
from liquid_control.stream import TimeRules

CONFIG = Path(__file__).parents[2] / 'config' / 'drive.yaml'


@pytest.fixture
def declared(ros):
    nodes = []

    def declare(**values):
        overrides = [Parameter(name.replace('__', '.'), value=v) for name, v in values.items()]
        node = rclpy.create_node('settings', parameter_overrides=overrides)
        nodes.append(node)
        parameters.declare(node)
        return node

    yield declare
    for node in nodes:
        node.destroy_node()


def test_the_defaults_are_those_of_the_parts(declared):
    settings = parameters.read(declared())
    assert settings.limits == Limits()
    assert settings.rules == TimeRules()
    assert settings.sources == {name: Source() for name in ('lidar', 'imu', 'camera')}
    assert settings.policy == parameters.shipped_policy()


def test_values_arrive_typed_where_they_belong(declared):
    node = declared(
        policy='~/mine', camera__required=False, imu__source_timeout=0.1, max_velocity=[2.0, 3.0]
    )
    settings = parameters.read(node)
    assert settings.policy == Path.home() / 'mine'
    assert settings.sources['camera'] == Source(0.5, required=False)
    assert settings.sources['imu'] == Source(0.1)
    assert settings.limits.max_velocity == (2.0, 3.0)


@pytest.mark.parametrize(
    ('name', 'value', 'said'),
    [
        (
            'publish_rate',
            50,
            'publish_rate is 50, wanted a number with a decimal point from 10 to',
        ),
        ('publish_rate', math.nan, 'publish_rate is nan, wanted a number'),
        ('lidar__source_timeout', 0.0, 'lidar.source_timeout is 0.0, wanted a number'),
        ('autostart', 'yes', "autostart is 'yes', wanted true or false"),
        ('max_velocity', [1.0], 'max_velocity is (1.0,), wanted two numbers'),
        ('max_deceleration', [3.0, 6.0], 'max_deceleration (linear) is 3, wanted < 0'),
        ('max_laag', 0.1, 'max_laag is unknown, did you mean max_lag?'),
        ('colour', 'red', 'colour is unknown'),
    ],
)
def test_a_bad_value_or_name_is_one_line_that_says_what_and_why(declared, name, value, said):
    with pytest.raises(ParameterError) as error:
        parameters.read(declared(**{name: value}))
    assert str(error.value).startswith(f'parameter {said}')
    assert '\n' not in str(error.value)


def test_setting_is_refused_with_the_reason_when_the_value_is_bad(declared):
    node = declared()
    parameters.refuse_bad_changes(node, lambda: True)
    results = [
        node.set_parameters([parameter])[0]
        for parameter in (
            Parameter('max_velocity', value=[-1.0, 1.0]),
            Parameter('max_lag', value=99.0),
            Parameter('max_velocity', value=[0.5, 1.0]),
        )
    ]
    assert [result.successful for result in results] == [False, False, True]
    assert 'max_velocity (linear) is -1, wanted >= 0' in results[0].reason
    assert 'max_lag' in results[1].reason
    assert parameters.read(node).limits.max_velocity == (0.5, 1.0)


def test_setting_is_refused_while_the_node_may_not_change(declared):
    node = declared()
    parameters.refuse_bad_changes(node, lambda: False)
    result = node.set_parameters([Parameter('max_lag', value=0.1)])[0]
    assert not result.successful
    assert result.reason == 'max_lag is read at configuration: deactivate and clean up first'


def test_every_parameter_is_described(declared):
    node = declared()
    for entry in parameters.TABLE:
        assert node.describe_parameter(entry.name).description


def test_the_configuration_file_holds_every_parameter_with_its_default():
    values = yaml.safe_load(CONFIG.read_text())['/**/drive_node']['ros__parameters']
    flat = dict(_flat(values))
    assert flat.pop('use_sim_time') is False
    assert flat == {entry.name: entry.default for entry in parameters.TABLE}


def test_every_line_of_the_configuration_file_is_commented():
    lines = CONFIG.read_text().splitlines()
    settings = [line for line in lines if ': ' in line.partition('#')[0]]
    assert len(settings) == len(parameters.TABLE) + 1
    assert all('#' in line for line in settings)


def _flat(values, prefix=''):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f'{prefix}{name}.')
        else:
            yield prefix + name, value
