"""What operators and other nodes do: parameters, lifecycle, services, QoS, more publishers."""

from collections.abc import Callable
from functools import partial
from typing import Any

from geometry_msgs.msg import TwistStamped
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import LaserScan
from std_srvs.srv import SetBool, Trigger

from fault_run.fault import Fault, Observation, drives_on, expect, goes_on, stops
from fault_run.on_sensors import BRAKING_S, SLACK_S
from fault_run.robot import Robot

WITHIN_S = BRAKING_S + SLACK_S
RELIABLE = {'qos_overrides./scan.subscription.reliability': 'reliable'}


def faults() -> list[Fault]:
    return [*_parameters(), *_commands(), *_graph()]


def _parameters() -> list[Fault]:
    refused = 'refused with the reason; drives on'
    cases: list[tuple[str, str, dict[str, Any], str]] = [
        ('out of range', 'publish_rate 10000 while driving', {'publish_rate': 1e4}, 'range'),
        ('of wrong type', "max_velocity 'fast' while driving", {'max_velocity': 'fast'}, 'type'),
        (
            'impossible',
            'max_deceleration above zero',
            {'max_deceleration': [1.0, 1.0]},
            'wanted < 0',
        ),
        (
            'read-only',
            'device while driving',
            {'device': 'cuda'},
            'read-only while the node is active',
        ),
        ('unknown', 'max_velocty while driving', {'max_velocty': [1.0, 1.0]}, 'declared'),
    ]
    return [
        *(
            Fault(
                f'parameter: {name}',
                injected,
                refused,
                partial(_refused, values=values, word=word),
            )
            for name, injected, values, word in cases
        ),
        Fault(
            'parameter: slower while driving',
            'max_velocity 0.3 m/s',
            'decelerates to it within the limits',
            _slower,
        ),
    ]


def _commands() -> list[Fault]:
    return [
        Fault(
            'service: ~/enable false',
            'an operator stops the robot',
            'decelerates to zero and says why, until enabled',
            _disabled,
        ),
        Fault(
            'service: ~/reset while moving',
            'an operator erases the memory',
            'decelerates until every sensor was heard anew, drives again',
            _reset,
        ),
        Fault(
            'lifecycle: deactivated while moving',
            'change_state',
            'decelerates to zero, then silence; drives when activated',
            _deactivated,
        ),
    ]


def _graph() -> list[Fault]:
    return [
        Fault(
            'QoS: sensor',
            'a best-effort LiDAR for a reliable subscription',
            'stands; the mismatch is logged and counted',
            _mismatched_scan,
            RELIABLE,
        ),
        Fault(
            'QoS: cmd_vel',
            'a base that wants transient_local',
            'the mismatch is logged and counted; drives on',
            _mismatched_base,
        ),
        Fault(
            'two publishers: scan',
            'another LiDAR driver on the topic',
            'drives on; a warning names the topic',
            _two_scans,
        ),
        Fault(
            'two publishers: cmd_vel',
            'another node commands the base',
            'drives on; a warning tells',
            _two_masters,
        ),
        Fault('imu: flood', '2000 messages at once', 'bounded: drives on', _flood),
    ]


def _refused(robot: Robot, values: dict[str, Any], word: str) -> Observation:
    results: list[Any] = []
    drives_on(robot, lambda: results.extend(robot.set(**values)), 0.5)
    expect(not results[0].successful, 'it was accepted')
    expect(word in results[0].reason, f'the reason is {results[0].reason!r}')
    return Observation(f'"{results[0].reason}"; drove on')


def _slower(robot: Robot) -> Observation:
    robot.await_driving()
    result = robot.set(max_velocity=[0.3, 1.5])[0]
    expect(result.successful, result.reason)
    since = robot.now()
    robot.wait(0.8)
    speeds = [linear for at, linear, _ in list(robot.commands) if at > since + 0.5]
    robot.set(max_velocity=[1.0, 1.5])
    expect(max(speeds) <= 0.3 + 1e-6, f'it drives {max(speeds):.2f} m/s')
    goes_on(robot)
    return Observation(f'{max(speeds):.2f} m/s after 0.5 s')


def _disabled(robot: Robot) -> Observation:
    call = partial(robot.call, 'enable', SetBool.Request(data=False))
    seconds = stops(robot, call, WITHIN_S, 0.9)
    said = robot.says()
    expect('disabled' in said, f'it says: {said}')
    robot.call('enable', SetBool.Request(data=True))
    goes_on(robot)
    return Observation(f'stood; "{said}"; drove when enabled', seconds)


def _reset(robot: Robot) -> Observation:
    robot.await_driving()
    since = robot.now()
    answer = robot.call('reset', Trigger.Request())
    expect(answer.success, answer.message)
    robot.wait(0.3)
    lowest = min(linear for at, linear, _ in list(robot.commands) if at > since)
    expect(robot.drives_within(5.0), f'it did not drive again: {robot.says()}')
    return Observation(f'slowed to {lowest:.2f} m/s; "{answer.message}"')


def _deactivated(robot: Robot) -> Observation:
    seconds = stops(robot, lambda: robot.change('deactivate'), WITHIN_S, 0.9)
    heard = len(robot.commands)
    robot.wait(0.5)
    expect(len(robot.commands) == heard, 'it commands while inactive')
    expect(robot.change('activate'), 'it was not activated')
    goes_on(robot)
    return Observation('stood, was silent, drove when activated', seconds)


def _mismatched_scan(robot: Robot) -> Observation:
    expect(robot.wait_until(lambda: 'drive' in robot.statuses, 30.0), 'it says nothing')
    robot.wait(1.5)
    report = robot.report()
    expect(int(report['incompatible_qos']) >= 1, f'it says {report}')
    expect(not any(linear for _, linear, _ in robot.commands), 'it drives')
    return Observation(f'stood; incompatible_qos on {report["incompatible_qos_topics"]}', 0.0)


def _mismatched_base(robot: Robot) -> Observation:
    qos = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    bases = []

    def inject() -> None:
        bases.append(robot.node.create_subscription(TwistStamped, 'cmd_vel', print, qos))

    drives_on(robot, inject, 1.0)
    report = robot.report()
    robot.node.destroy_subscription(bases[0])
    expect('cmd_vel' in report['incompatible_qos_topics'], f'it says {report}')
    return Observation(f'drove on; incompatible_qos on {report["incompatible_qos_topics"]}')


def _two_scans(robot: Robot) -> Observation:
    others = []

    def inject() -> None:
        others.append(robot.node.create_publisher(LaserScan, 'scan', qos_profile_sensor_data))

    drives_on(robot, inject, 1.0)
    report = robot.report('lidar')
    robot.node.destroy_publisher(others[0])
    expect(report['publishers'] == '2', f'it says {report}')
    return Observation(f'drove on; "{report["message"]}"')


def _two_masters(robot: Robot) -> Observation:
    others = []

    def inject() -> None:
        others.append(robot.node.create_publisher(TwistStamped, 'cmd_vel', 1))

    drives_on(robot, inject, 1.0)
    report = robot.report()
    robot.node.destroy_publisher(others[0])
    expect(report['other_cmd_vel_publishers'] == '1', f'it says {report}')
    return Observation('drove on; other_cmd_vel_publishers 1')


def _flood(robot: Robot) -> Observation:
    def flood() -> None:
        robot.sensors['imu'].alter = _flooding()

    drives_on(robot, flood, 1.5)
    return Observation(f'drove on; slowest {robot.slowest(robot.now() - 1.0):.2f} m/s')


def _flooding() -> Callable[[Any], Any]:
    once = [2000]

    def alter(message: Any) -> Any:
        return [message] * (once.pop() if once else 1)

    return alter
