"""Drive a robot, or with sim:=true the simulated one.

ros2 launch liquid_control drive.launch.py sim:=true rviz:=true
ros2 launch liquid_control drive.launch.py robot:=jackal namespace:=j100_0001
ros2 launch liquid_control drive.launch.py robot:=turtlebot3 policy:=/path/to/bundle
"""

from launch.actions import DeclareLaunchArgument, OpaqueFunction, Shutdown
from launch.conditions import IfCondition
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration, OrSubstitution, PathJoinSubstitution
from launch_ros.actions import LifecycleNode, Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from launch import LaunchContext, LaunchDescription

CONFIG = PathJoinSubstitution([FindPackageShare('liquid_control'), 'config'])
LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal']
ROBOTS = ['jackal', 'turtlebot3', 'turtlebot4']  # config/robots
SWITCH = ['true', 'false']


def generate_launch_description() -> LaunchDescription:
    """The arguments, the drive node and, if asked for, the simulator and RViz."""
    drive = OpaqueFunction(function=drive_node)
    return LaunchDescription([*arguments(), drive, sim_node(), rviz()])


def arguments() -> list[DeclareLaunchArgument]:
    """What can be said on the command line."""
    return [
        DeclareLaunchArgument(
            'params_file',
            default_value=PathJoinSubstitution([CONFIG, 'drive.yaml']),
            description='Parameters of drive_node.',
        ),
        DeclareLaunchArgument(
            'robot',
            default_value='',
            choices=['', *ROBOTS],
            description='Sensors, outline and limits of this robot, over those of params_file.',
        ),
        DeclareLaunchArgument(
            'sim_params_file',
            default_value=PathJoinSubstitution([CONFIG, 'sim.yaml']),
            description='Parameters of sim_node.',
        ),
        DeclareLaunchArgument(
            'policy',
            default_value='',
            description="The policy bundle's folder; empty: what params_file says.",
        ),
        DeclareLaunchArgument(
            'use_sim_time',
            default_value='false',
            choices=SWITCH,
            description='Take time from /clock; with sim:=true it always is.',
        ),
        DeclareLaunchArgument(
            'namespace', default_value='', description='Namespace of the nodes and their topics.'
        ),
        DeclareLaunchArgument(
            'sim',
            default_value='false',
            choices=SWITCH,
            description='Start the simulated robot, too.',
        ),
        DeclareLaunchArgument(
            'rviz',
            default_value='false',
            choices=SWITCH,
            description='Show scan, image and what the guard acts on in RViz.',
        ),
        DeclareLaunchArgument(
            'autostart',
            default_value='',
            choices=['', *SWITCH],
            description='false: a lifecycle manager configures and activates; empty: what '
            'params_file says.',
        ),
        DeclareLaunchArgument(
            'log_level',
            default_value='info',
            choices=LOG_LEVELS,
            description='Least severity that the nodes log.',
        ),
    ]


def drive_node(context: LaunchContext) -> list[LifecycleNode]:
    """The lifecycle node; its parameter autostart decides whether it activates by itself."""
    parameters = [LaunchConfiguration('params_file')]
    if robot := LaunchConfiguration('robot').perform(context):
        parameters.append(PathJoinSubstitution([CONFIG, 'robots', f'{robot}.yaml']))
    parameters.append({'use_sim_time': use_sim_time()})
    for name, kind in (('policy', str), ('autostart', bool)):
        if LaunchConfiguration(name).perform(context):
            value = ParameterValue(LaunchConfiguration(name), value_type=kind)
            parameters.append({name: value})
    return [
        LifecycleNode(
            package='liquid_control',
            executable='drive_node',
            name='drive_node',
            namespace=LaunchConfiguration('namespace'),
            parameters=parameters,
            ros_arguments=['--log-level', LaunchConfiguration('log_level')],
            output='screen',
            on_exit=shut_down,
        )
    ]


def sim_node() -> Node:
    """The simulated robot, with sim:=true."""
    return Node(
        package='liquid_control',
        executable='sim_node',
        name='sim_node',
        namespace=LaunchConfiguration('namespace'),
        parameters=[LaunchConfiguration('sim_params_file'), {'use_sim_time': use_sim_time()}],
        ros_arguments=['--log-level', LaunchConfiguration('log_level')],
        output='screen',
        on_exit=shut_down,
        condition=IfCondition(LaunchConfiguration('sim')),
    )


def rviz() -> Node:
    """RViz, with rviz:=true."""
    return Node(
        package='rviz2',
        executable='rviz2',
        name='rviz2',
        namespace=LaunchConfiguration('namespace'),
        arguments=['-d', PathJoinSubstitution([CONFIG, 'drive.rviz'])],
        parameters=[{'use_sim_time': use_sim_time()}],
        condition=IfCondition(LaunchConfiguration('rviz')),
    )


def shut_down(event: ProcessExited, context: LaunchContext) -> list[Shutdown]:
    """One node without the other is no drive: end both, unless that is under way."""
    return [] if context.is_shutdown else [Shutdown(reason=f'{event.process_name} ended')]


def use_sim_time() -> ParameterValue:
    """True on request and always with the simulator, which makes the time."""
    either = OrSubstitution(LaunchConfiguration('use_sim_time'), LaunchConfiguration('sim'))
    return ParameterValue(either, value_type=bool)
