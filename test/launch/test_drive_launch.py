"""The launch description as launch_ros resolves it; the ROS wheels on PyPI come without it."""

import importlib.util
from pathlib import Path

import pytest

pytest.importorskip('launch_ros', reason='launch_ros comes with a ROS 2 installation')

from launch.actions import DeclareLaunchArgument, OpaqueFunction
from launch_ros.actions import LifecycleNode, Node
from launch_ros.utilities import evaluate_parameters

from launch import LaunchContext

FILE = Path(__file__).parents[2] / 'launch' / 'drive.launch.py'
CONFIG = FILE.parents[1] / 'config'


@pytest.fixture
def description():
    spec = importlib.util.spec_from_file_location('drive_launch', FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.generate_launch_description()


def resolve(description, **arguments):
    """Nodes that would start with these arguments, by executable, each with its parameters."""
    context = LaunchContext()
    given = {
        'params_file': str(CONFIG / 'drive.yaml'),
        'sim_params_file': str(CONFIG / 'sim.yaml'),
        **arguments,
    }
    context.launch_configurations.update(given)
    nodes = {}
    for entity in description.entities:
        if isinstance(entity, DeclareLaunchArgument):
            entity.execute(context)
    for entity in description.entities:
        found = entity.execute(context) if isinstance(entity, OpaqueFunction) else [entity]
        for node in found:
            if isinstance(node, Node) and (
                node.condition is None or node.condition.evaluate(context)
            ):
                node._perform_substitutions(context)
                nodes[node.node_executable] = node, parameters(node, context)
    return nodes


def parameters(node, context):
    """What is set beside the file."""
    values = {}
    for entry in evaluate_parameters(context, node._Node__parameters):
        values.update(entry if isinstance(entry, dict) else {})
    return values


def test_every_argument_is_described(description):
    arguments = [e for e in description.entities if isinstance(e, DeclareLaunchArgument)]
    wanted = {'params_file', 'policy', 'use_sim_time', 'namespace', 'sim', 'log_level'}
    wanted |= {'robot', 'rviz', 'autostart'}
    assert wanted <= {argument.name for argument in arguments}
    assert all(argument.description for argument in arguments)


def test_a_robot_gets_the_drive_node_alone(description):
    nodes = resolve(description)
    assert set(nodes) == {'drive_node'}
    node, values = nodes['drive_node']
    assert isinstance(node, LifecycleNode)
    assert values == {'use_sim_time': False}


def test_the_simulator_comes_with_sim_and_makes_the_time_of_both(description):
    nodes = resolve(description, sim='true')
    assert set(nodes) == {'drive_node', 'sim_node'}
    assert all(values['use_sim_time'] is True for _, values in nodes.values())


def test_a_policy_is_handed_on(description):
    _, values = resolve(description, policy='/bundles/mine')['drive_node']
    assert values['policy'] == '/bundles/mine'


def test_both_nodes_go_into_the_namespace(description):
    nodes = resolve(description, sim='true', namespace='robot1')
    assert {node.expanded_node_namespace for node, _ in nodes.values()} == {'/robot1'}


def test_a_lifecycle_manager_may_start_it(description):
    _, values = resolve(description, autostart='false')['drive_node']
    assert values['autostart'] is False


def test_a_robots_file_comes_behind_the_users(description, tmp_path, monkeypatch):
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / 'liquid_control').touch()
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(tmp_path))
    context = LaunchContext()
    given = {'robot': 'jackal', 'params_file': 'mine.yaml', 'sim_params_file': 'sim.yaml'}
    context.launch_configurations.update(given)
    for argument in description.entities:
        if isinstance(argument, DeclareLaunchArgument):
            argument.execute(context)
    entity = next(e for e in description.entities if isinstance(e, OpaqueFunction))
    entries = evaluate_parameters(context, entity.execute(context)[0]._Node__parameters)
    files = [entry.name for entry in entries if isinstance(entry, Path)]
    assert files == ['mine.yaml', 'jackal.yaml']


def test_rviz_is_shown_on_request(description):
    assert set(resolve(description, rviz='true')) == {'drive_node', 'rviz2'}


def test_every_robot_that_can_be_named_has_a_configuration(description):
    arguments = [e for e in description.entities if isinstance(e, DeclareLaunchArgument)]
    robots = next(argument.choices for argument in arguments if argument.name == 'robot')
    files = {path.stem for path in (CONFIG / 'robots').glob('*.yaml')}
    assert set(robots) == {'', *files}
