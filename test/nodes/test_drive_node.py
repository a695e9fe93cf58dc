"""The drive node over DDS, seen from outside: topics, diagnostics, lifecycle."""

import math
import threading
import time

import numpy as np
import pytest
import rclpy
import torch
from diagnostic_msgs.msg import DiagnosticStatus
from geometry_msgs.msg import Twist, TwistStamped
from rclpy.executors import MultiThreadedExecutor
from rclpy.parameter import Parameter

from liquid_control.nodes.lifecycle import DriveNode
from liquid_control.policy import save_bundle

TOPICS = {'lidar': 'scan', 'imu': 'imu', 'camera': 'image'}
BRAKING_S = 0.4  # from the speed that the random policy has, at max_deceleration


def test_drives_on_scans_imu_and_images_and_tells_its_figures(rig, bundle):
    rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    assert rig.spin_until(lambda: 'latency_ms_p99' in str(rig.statuses.get('drive')), 3.0)
    rig.spin(1.5)
    assert rig.statuses['drive'].level == DiagnosticStatus.OK
    assert rig.statuses['drive'].message == 'driving'
    assert 0.0 < float(rig.diagnostics('drive')['latency_ms_p50']) < 100.0
    assert 0.0 < float(rig.diagnostics('drive')['step_ms_p99']) < 100.0
    assert 5.0 < float(rig.diagnostics('lidar')['rate_hz']) < 25.0
    assert int(rig.diagnostics('imu')['accepted']) > 20


def test_before_every_required_sensor_was_heard_it_commands_zero(rig, bundle):
    rig.dead = {'camera'}
    rig.start(policy=bundle)
    rig.spin(1.5)
    assert len(rig.commands) > 20
    assert {command[1:] for command in rig.commands} == {(0.0, 0.0)}
    rig.dead = set()
    assert rig.spin_until(rig.drives_now)


@pytest.mark.parametrize('sensor', ['lidar', 'imu', 'camera'])
def test_robot_stops_when_a_required_sensor_dies(rig, bundle, sensor):
    rig.start(policy=bundle, **{f'{sensor}__source_timeout': 0.4})
    assert rig.spin_until(rig.drives_now)
    rig.dead = {sensor}
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.5) < 0.4 + BRAKING_S
    assert rig.spin_until(lambda: rig.statuses[sensor].level == DiagnosticStatus.ERROR, 2.0)
    assert f'no usable {sensor} message for' in rig.statuses['drive'].message
    rig.dead = set()
    assert rig.spin_until(rig.drives_now), 'it goes on when the sensor is back'


def test_robot_goes_on_when_a_sensor_dies_that_is_not_required(rig, bundle):
    rig.start(policy=bundle, camera__required=False, camera__source_timeout=0.2)
    assert rig.spin_until(rig.drives_now)
    rig.dead = {'camera'}
    rig.spin(1.0)
    assert rig.drives_now()


def test_scans_of_nothing_but_nan_stop_the_robot_and_never_reach_the_command(rig, bundle):
    rig.start(policy=bundle, lidar__source_timeout=0.3)
    assert rig.spin_until(rig.drives_now)
    rig.messages['lidar'].ranges = np.full(720, math.nan, np.float32)
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.5) < 0.3 + BRAKING_S
    assert all(math.isfinite(x) for command in rig.commands for x in command)
    assert rig.diagnostics('lidar')['rejection'] == 'scan is 100% invalid, at most 50% may be'


def test_some_nan_in_a_scan_is_driven_through_with_finite_commands(rig, bundle):
    rig.start(policy=bundle)
    rig.messages['lidar'].ranges = np.where(np.arange(720) % 3, 3.0, math.nan).astype(np.float32)
    assert rig.spin_until(rig.drives_now)
    assert all(math.isfinite(x) for command in rig.commands for x in command)


def test_misshaped_images_are_refused_counted_and_logged_once(rig, bundle, capfd):
    rig.messages['camera'].width, rig.messages['camera'].step = 32, 96
    rig.messages['camera'].data = bytes(48 * 96)
    rig.start(policy=bundle)
    rig.spin(2.2)
    assert {command[1:] for command in rig.commands} == {(0.0, 0.0)}
    assert int(rig.diagnostics('camera')['rejected']) > 5
    reason = rig.diagnostics('camera')['rejection']
    assert reason == 'image is 32x48, but the policy wants 64x48 or larger'
    assert capfd.readouterr().err.count(reason) == 1


def test_deactivation_ends_in_zero_and_silence_and_activation_drives_again(rig, bundle):
    node = rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    node.trigger_deactivate()
    rig.spin(0.2)
    assert rig.commands[-1][1:] == (0.0, 0.0)
    heard = len(rig.commands)
    rig.spin(0.3)
    assert len(rig.commands) == heard
    node.trigger_activate()
    assert rig.spin_until(rig.drives_now)


def test_cleanup_and_configuration_take_new_parameters(rig, bundle):
    node = rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    node.trigger_deactivate()
    node.trigger_cleanup()
    remapped = [Parameter('lidar.topic', value='front/scan')]
    assert node.set_parameters(remapped)[0].successful
    node.trigger_configure()
    node.trigger_activate()
    rig.commands.clear()
    rig.spin(1.2)
    assert not rig.drives_now()
    assert rig.diagnostics('lidar')['topic'] == '/front/scan'


def test_a_bag_that_starts_again_erases_the_memory_and_is_driven_on(rig, bundle):
    rig.start(policy=bundle, guard__enabled=False)
    assert rig.spin_until(rig.drives_now)
    rig.offset_ns = -30 * 10**9
    rig.spin(1.5)
    jumps = sum(int(rig.diagnostics(s).get('jump_back', 0)) for s in ('lidar', 'imu', 'camera'))
    assert jumps >= 1
    assert rig.drives_now()


def test_scans_whose_stamps_are_old_do_not_move_the_robot(rig, bundle):
    rig.offset_ns = -30 * 10**9
    rig.start(policy=bundle)
    rig.spin(2.2)
    assert {command[1:] for command in rig.commands} == {(0.0, 0.0)}
    assert rig.diagnostics('guard')['action'] == 'stop'


def test_stamps_from_the_future_are_no_measurements(rig, bundle):
    rig.offset_ns = 5 * 10**9
    rig.start(policy=bundle)
    rig.spin(2.2)
    assert {command[1:] for command in rig.commands} == {(0.0, 0.0)}
    assert int(rig.diagnostics('lidar')['future']) > 10
    assert 'of the lidar messages that came: future' in rig.statuses['drive'].message


def test_a_clock_that_jumps_back_erases_the_memory_and_a_paused_one_stops_the_robot(rig, bundle):
    rig.simulate()
    rig.start(policy=bundle, use_sim_time=True)
    assert rig.spin_until(rig.drives_now)
    rig.dead = {'clock', 'lidar', 'imu', 'camera'}
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.5) < 0.5 + BRAKING_S
    rig.offset_ns = -30 * 10**9
    rig.dead = set()
    assert rig.spin_until(rig.drives_now)
    rig.offset_ns = -60 * 10**9
    heard = len(rig.commands)
    rig.spin(0.6)
    assert (0.0, 0.0) in {command[1:] for command in rig.commands[heard:]}
    assert rig.spin_until(rig.drives_now)


def test_stamps_of_zero_are_the_time_of_receipt_and_said_once(rig, bundle, capfd):
    rig.is_stamped = False
    rig.start(policy=bundle)
    assert rig.spin_until(rig.drives_now)
    assert capfd.readouterr().err.count('lidar: stamps are zero') == 1


def test_a_twist_without_a_stamp_is_published_where_it_is_remapped_to(rig, bundle):
    heard = []
    rig.node.create_subscription(Twist, 'twist', heard.append, 10)
    rig.start('-r', 'cmd_vel:=twist', policy=bundle, enable_stamped_cmd_vel=False)
    assert rig.spin_until(lambda: heard and heard[-1].linear.x > 0.1)


def test_a_policy_whose_answer_is_no_number_is_a_fault_that_keeps_the_robot_still(rig, tmp_path):
    poisoned = rig.random_policy()
    with torch.no_grad():
        camera = poisoned.encoders['camera']
        camera.convolution[6].weight.fill_(1e38)
        camera.convolution[6].bias.fill_(1e38)
        camera.head.weight.fill_(-1e38)
        camera.head.weight[:, ::2] = 1e38
    save_bundle(poisoned, tmp_path, {})
    rig.start(policy=str(tmp_path))
    rig.spin(2.2)
    assert int(rig.diagnostics('drive')['policy_faults']) > 5
    assert {command[1:] for command in rig.commands} == {(0.0, 0.0)}


def test_a_bundle_that_is_not_there_leaves_an_unconfigured_node_that_says_why(rig, tmp_path):
    node = rig.start(policy=str(tmp_path))
    rig.spin(1.2)
    assert rig.commands == []
    assert rig.statuses['drive'].level == DiagnosticStatus.ERROR
    assert str(tmp_path) in rig.statuses['drive'].message
    assert 'policy.json' in rig.statuses['drive'].message
    node.close()


def test_it_drives_beside_other_nodes_in_an_executor_of_many_threads(rig, bundle):
    executor = MultiThreadedExecutor(num_threads=3)
    spinning = threading.Thread(target=executor.spin, daemon=True)
    drive = DriveNode(
        cli_args=['--ros-args', '-r', '__ns:=/robot1', '-r', '__node:=driver'],
        parameter_overrides=[
            Parameter('policy', value=bundle),
            *(Parameter(f'{s}.topic', value=f'/{t}') for s, t in TOPICS.items()),
        ],
    )
    heard = []
    rig.node.create_subscription(TwistStamped, '/robot1/cmd_vel', heard.append, 10)
    rig.drives.append(drive)
    executor.add_node(drive)
    executor.add_node(rclpy.create_node('neighbour'))
    spinning.start()
    try:
        assert rig.spin_until(lambda: heard and heard[-1].twist.linear.x > 0.3)
    finally:
        executor.shutdown()
        spinning.join()
