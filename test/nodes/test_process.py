"""The drive node as a process: signals, exit codes, and what it says when it cannot start."""

import signal
import time

import pytest

from liquid_control.policy import save_bundle


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_driving_ends_in_zero_and_exit_code_0(rig, bundle, number):
    process = rig.launch('-p', f'policy:={bundle}')
    assert rig.spin_until(rig.drives_now, 40.0)
    process.send_signal(number)
    assert rig.time_to_zero(since=time.monotonic(), seconds=1.0) < 0.5
    assert rig.commands[-1][1:] == (0.0, 0.0)
    assert process.wait(5.0) == 0
    assert 'Traceback' not in process.stdout.read()


def test_a_damaged_bundle_is_one_error_and_the_robot_stands(rig, policy, tmp_path):
    save_bundle(policy, tmp_path, {})
    weights = tmp_path / 'weights.safetensors'
    weights.write_bytes(weights.read_bytes()[:-64] + bytes(64))
    process = rig.launch('-p', f'policy:={tmp_path}')
    assert rig.spin_until(lambda: 'drive' in rig.statuses, 40.0)
    assert 'weights_sha256' in rig.statuses['drive'].message
    rig.spin(0.5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5.0) == 0
    output = process.stdout.read()
    assert output.count('ERROR') == 1
    assert 'Traceback' not in output
    assert rig.commands == []


def test_a_bad_parameter_is_one_error_and_exit_code_1(rig):
    process = rig.launch('-p', 'publish_rate:=-3.0')
    output, _ = process.communicate(timeout=40.0)
    assert process.returncode == 1
    assert 'parameter publish_rate is -3.0, wanted a number' in output
    assert len(output.strip().splitlines()) == 1


def test_an_interruption_while_torch_is_imported_is_no_traceback(rig, bundle):
    process = rig.launch('-p', f'policy:={bundle}')
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=10.0)
    assert (process.returncode, output) == (0, '')
