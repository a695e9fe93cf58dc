"""What an operator can do while the robot drives, over DDS."""

import math
import time

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticStatus
from lifecycle_msgs.msg import State
from lifecycle_msgs.srv import GetState
from rcl_interfaces.msg import ParameterType
from rcl_interfaces.srv import DescribeParameters
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import Float32MultiArray
from std_srvs.srv import SetBool, Trigger
from visualization_msgs.msg import Marker

BRAKING_S = 0.5
LATCHED = QoSProfile(depth=10, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def call(rig, kind, name, request):
    client = rig.node.create_client(kind, name)
    assert rig.spin_until(client.service_is_ready)
    future = client.call_async(request)
    assert rig.spin_until(future.done)
    return future.result()


def ears(rig, kind, topic):
    heard = []
    rig.node.create_subscription(kind, topic, heard.append, LATCHED)
    return heard


def test_disabling_stops_the_robot_and_outlives_an_activation(rig, bundle):
    node = rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    assert call(rig, SetBool, 'drive_node/enable', SetBool.Request(data=False)).success
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.5) < BRAKING_S
    assert rig.statuses['drive'].message == 'disabled by ~/enable'
    node.trigger_deactivate()
    node.trigger_activate()
    rig.spin(0.7)
    assert not rig.drives_now()
    assert call(rig, SetBool, 'drive_node/enable', SetBool.Request(data=True)).success
    assert rig.spin_until(rig.drives_now)


def test_a_reset_stands_until_every_sensor_was_heard_anew(rig, bundle):
    rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    rig.dead = {'camera'}
    answer = call(rig, Trigger, 'drive_node/reset', Trigger.Request())
    assert answer.success
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.2) < BRAKING_S
    rig.dead = set()
    assert rig.spin_until(rig.drives_now)


def test_there_is_nothing_to_reset_while_inactive(rig, bundle):
    rig.start(policy=bundle, autostart=False)
    answer = call(rig, Trigger, 'drive_node/reset', Trigger.Request())
    assert (answer.success, answer.message) == (False, 'not active: there is no memory')


def test_the_guard_stops_the_robot_and_shows_why(rig, bundle):
    verdicts = ears(rig, DiagnosticStatus, 'drive_node/guard')
    markers = ears(rig, Marker, 'drive_node/guard_points')
    rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    block(rig)
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.0) < 0.2
    assert verdicts[-1].level == DiagnosticStatus.ERROR
    assert {pair.key: pair.value for pair in verdicts[-1].values}['action'] == 'stop'
    assert markers[-1].header.frame_id == 'base_link'
    assert len(markers[-1].points) > 3
    assert all(math.hypot(p.x, p.y) < 0.5 for p in markers[-1].points)
    assert rig.statuses['guard'].level == DiagnosticStatus.ERROR


def test_the_guard_is_switched_off_by_a_service_and_never_silently(rig, bundle, capfd):
    verdicts = ears(rig, DiagnosticStatus, 'drive_node/guard')
    node = rig.start(policy=bundle)
    answer = call(rig, SetBool, 'drive_node/enable_guard', SetBool.Request(data=False))
    assert (answer.success, answer.message.startswith('the guard is OFF')) == (True, True)
    assert node.get_parameter('guard.enabled').value is False
    block(rig)
    assert rig.spin_until(rig.drives_now)
    rig.spin(1.2)
    assert rig.statuses['guard'].level == DiagnosticStatus.WARN
    assert verdicts[-1].level == DiagnosticStatus.WARN
    assert 'OFF' in capfd.readouterr().err
    assert call(rig, SetBool, 'drive_node/enable_guard', SetBool.Request(data=True)).success
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.0) < 0.2


def test_the_network_can_be_watched(rig, bundle):
    heard = ears_of_state(rig)
    rig.start(policy=bundle)
    assert rig.spin_until(lambda: len(heard) > 5)
    layout = heard[-1].layout
    neurons = layout.dim[1].size
    assert [dim.label for dim in layout.dim] == ['state,time_constant', 'neuron']
    assert len(heard[-1].data) == 2 * neurons
    assert all(0.0 < tau < 1000.0 for tau in heard[-1].data[neurons:])


def test_limits_change_while_driving_and_a_device_does_not(rig, bundle):
    node = rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    assert node.set_parameters([Parameter('max_velocity', value=[0.2, 0.5])])[0].successful
    rig.spin(0.6)
    assert rig.commands[-1][1] == pytest.approx(0.2)
    refusal = node.set_parameters([Parameter('device', value='auto')])[0]
    assert refusal.reason == 'device is read-only while the node is active: deactivate'
    refusal = node.set_parameters([Parameter('max_deceleration', value=[1.0, 1.0])])[0]
    assert 'max_deceleration (linear) is 1, wanted < 0' in refusal.reason
    assert rig.drives_now()


def test_another_bundle_is_taken_over_while_inactive(rig, bundle, small_bundle):
    node = rig.start(policy=bundle)
    node.trigger_deactivate()
    assert node.has_parameter('camera.topic')
    assert node.set_parameters([Parameter('policy', value=small_bundle)])[0].successful
    assert not node.has_parameter('camera.topic')
    assert node.has_parameter('front.topic')
    node.trigger_activate()
    assert rig.spin_until(rig.drives_now)
    rig.spin(1.2)
    assert 'front' in rig.statuses


def test_a_bundle_that_cannot_be_used_is_refused_and_the_old_one_drives_on(rig, bundle, tmp_path):
    node = rig.start(policy=bundle)
    node.trigger_deactivate()
    refusal = node.set_parameters([Parameter('policy', value=str(tmp_path))])[0]
    assert 'policy.json' in refusal.reason
    node.trigger_activate()
    assert rig.spin_until(rig.drives_now)


def test_parameters_say_whether_they_may_change_while_driving(rig, bundle):
    rig.start(policy=bundle)
    names = ['max_velocity', 'device', 'lidar.yaw']
    request = DescribeParameters.Request(names=names)
    described = call(rig, DescribeParameters, 'drive_node/describe_parameters', request)
    rules = [entry.additional_constraints for entry in described.descriptors]
    assert rules[:2] == ['', 'Read-only while the node is active.']
    assert described.descriptors[2].type == ParameterType.PARAMETER_DOUBLE
    assert described.descriptors[2].floating_point_range[0].to_value == pytest.approx(2 * np.pi)


def test_an_error_in_a_transition_leads_back_to_unconfigured(rig, bundle, monkeypatch):
    node = rig.start(policy=bundle, autostart=False)
    node.trigger_configure()
    monkeypatch.setattr(node._drive, 'start', lambda: 1 / 0)
    node.trigger_activate()
    state = call(rig, GetState, 'drive_node/get_state', GetState.Request()).current_state
    assert state.id == State.PRIMARY_STATE_UNCONFIGURED
    monkeypatch.undo()
    node.trigger_configure()
    node.trigger_activate()
    assert rig.spin_until(rig.drives_now)


def test_another_publisher_on_a_sensors_topic_is_told(rig, bundle):
    rig.start(policy=bundle)
    rig.double('scan')
    assert rig.spin_until(rig.drives_now)
    rig.spin(1.5)
    assert rig.statuses['lidar'].level == DiagnosticStatus.WARN
    assert rig.statuses['lidar'].message.startswith('2 publishers on one topic')


def test_a_qos_override_is_taken_and_a_mismatch_is_counted(rig, bundle):
    name = 'qos_overrides./scan.subscription.reliability'
    rig.start(policy=bundle, **{name.replace('.', '__'): 'reliable'})
    rig.spin(2.2)
    assert int(rig.diagnostics('drive')['incompatible_qos']) >= 1
    assert rig.diagnostics('drive')['incompatible_qos_topics'] == 'scan'
    assert 'no usable lidar message yet' in rig.statuses['drive'].message


def block(rig):
    """Something stands right before the bumper."""
    angles = np.radians(np.linspace(-135, 135, 720))
    rig.messages['lidar'].ranges = np.where(np.abs(angles) < 0.4, 0.27, 3.0).astype(np.float32)


def ears_of_state(rig):
    heard = []
    rig.node.create_subscription(Float32MultiArray, 'drive_node/policy_state', heard.append, 10)
    return heard
