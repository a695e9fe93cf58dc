import math
from pathlib import Path

import pytest
import rclpy
import yaml
from rclpy.parameter import Parameter

from liquid_control.nodes import parameters, settings
from liquid_control.nodes.parameters import ParameterError
from liquid_control.policy import (
    CameraSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    OdometrySpec,
    PolicySpec,
)
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.safety import GuardConfig, Limits, Source
from liquid_control.stream import TimeRules

CONFIG = Path(__file__).parents[2] / 'config'
MODELS = CONFIG.parent / 'models'
SPEC = PolicySpec(
    sensors={'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()},
    network=LtcSpec(NcpSpec()),
)
ALL = PolicySpec(
    sensors={**SPEC.sensors, 'odometry': OdometrySpec(), 'goal': GoalSpec()}, network=SPEC.network
)


@pytest.fixture
def declared(ros):
    nodes = []

    def declare(spec=SPEC, **values):
        overrides = [Parameter(name.replace('__', '.'), value=v) for name, v in values.items()]
        node = rclpy.create_node('settings', parameter_overrides=overrides)
        nodes.append(node)
        parameters.declare(node, settings.table(node, spec))
        return node

    yield declare
    for node in nodes:
        node.destroy_node()


def test_the_defaults_are_those_of_the_parts(declared):
    values = settings.read(declared(), SPEC)
    assert values.limits == Limits()
    assert values.rules == TimeRules()
    assert values.guard == GuardConfig()
    assert {name: sensor.source for name, sensor in values.sensors.items()} == {
        name: Source() for name in ('lidar', 'imu', 'camera')
    }
    assert values.policy == settings.shipped_policy()


def test_values_arrive_typed_where_they_belong(declared):
    node = declared(
        policy='~/mine',
        camera__required=False,
        imu__source_timeout=0.1,
        lidar__yaw=0.5,
        recovery_messages=7,
        max_velocity=[2.0, 3.0],
        guard__footprint=[0.3],
    )
    values = settings.read(node, SPEC)
    assert values.policy == Path.home() / 'mine'
    assert values.sensors['camera'].source == Source(0.5, required=False, recovery_messages=7)
    assert values.sensors['imu'].source == Source(0.1, recovery_messages=7)
    assert values.sensors['lidar'].reads.yaw == 0.5
    assert values.limits.max_velocity == (2.0, 3.0)
    assert 0.3 <= values.guard.footprint.radius < 0.31


def test_a_sensors_parameters_follow_from_its_type(declared):
    node = declared(lidar__type='point_cloud2')
    assert node.get_parameter('lidar.topic').value == 'points'
    assert node.has_parameter('lidar.min_height')
    assert not declared().has_parameter('lidar.min_height')


def test_a_zone_has_parameters_of_its_own(declared):
    square = [1.0, 0.5, -0.5, 0.5, -0.5, -0.5, 1.0, -0.5]
    node = declared(
        guard__zones=['near', 'mast'],
        guard__near__shape=square,
        guard__near__action_type='slowdown',
        guard__near__linear_min=0.1,
        guard__mast__shape=[0.05],
        guard__mast__action_type='exclude',
    )
    guard = settings.read(node, SPEC).guard
    assert [zone.name for zone in guard.zones] == ['near']
    assert (guard.zones[0].action_type, guard.zones[0].linear_min) == ('slowdown', 0.1)
    assert len(guard.exclusion_zones) == 1


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
        ('lidar__type', 'sonar', "lidar.type is 'sonar', wanted laser_scan or point_cloud2"),
        ('lidar__topic', 'no spaces', 'lidar: Invalid topic name'),
        ('publish', 'often', "publish is 'often', wanted on_event or rate"),
        ('autostart', 'yes', "autostart is 'yes', wanted true or false"),
        ('max_velocity', [1.0], 'max_velocity is (1.0,), wanted two numbers'),
        ('max_deceleration', [3.0, 6.0], 'max_deceleration (linear) is 3, wanted < 0'),
        ('guard__footprint', [0.1, 0.2, 0.3], 'guard.footprint: 3 numbers are no pairs x, y'),
        ('max_laag', 0.1, 'max_laag is unknown, did you mean max_lag?'),
        ('colour', 'red', 'colour is unknown'),
    ],
)
def test_a_bad_value_or_name_is_one_line_that_says_what_and_why(declared, name, value, said):
    with pytest.raises(ParameterError) as error:
        settings.read(declared(**{name: value}), SPEC)
    assert str(error.value).startswith(f'parameter {said}')
    assert '\n' not in str(error.value)


def test_every_parameter_is_described(declared):
    node = declared()
    for entry in settings.table(node, SPEC):
        assert node.describe_parameter(entry.name).description


def test_the_configuration_file_holds_every_parameter_with_its_default(declared):
    flat = dict(_flat(_parameters(CONFIG / 'drive.yaml')))
    assert flat.pop('use_sim_time') is False
    assert flat == {entry.name: entry.default for entry in settings.table(declared(ALL), ALL)}


def test_every_line_of_the_configuration_file_is_commented(declared):
    lines = (CONFIG / 'drive.yaml').read_text().splitlines()
    entries = [line for line in lines if ': ' in line.partition('#')[0]]
    assert len(entries) == len(settings.table(declared(ALL), ALL)) + 1
    assert all('#' in line for line in entries)


@pytest.mark.parametrize('robot', sorted(path.stem for path in (CONFIG / 'robots').glob('*.yaml')))
@pytest.mark.parametrize(
    'model', sorted(path.parent.name for path in MODELS.glob('*/policy.json'))
)
def test_the_configuration_of_a_robot_serves_every_policy(declared, robot, model):
    spec = read_bundle_file(MODELS / model).spec
    given = dict(_flat(_parameters(CONFIG / 'robots' / f'{robot}.yaml')))
    values = settings.read(declared(spec, **given), spec)
    assert values.sensors['lidar'].reads.x == given['lidar.x']
    assert {*values.unheard, *spec.sensors} == {*ALL.sensors}


def test_a_sensor_that_the_policy_does_not_hear_is_told_and_has_no_parameters(declared):
    node = declared(lidar__x=0.1, rear__type='laser_scan', rear__topic='scan_rear')
    assert settings.read(node, SPEC).unheard == ('rear',)
    assert not node.has_parameter('rear.topic')


def _parameters(path):
    return yaml.safe_load(path.read_text())['/**/drive_node']['ros__parameters']


def _flat(values, prefix=''):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _flat(value, f'{prefix}{name}.')
        else:
            yield prefix + name, value
