"""The demonstration as a user sees it: an exit code, files, and no process left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip('rclpy')

import torch

from liquid_control.policy import (
    BundleError,
    CameraSpec,
    ImuSpec,
    LidarSpec,
    LtcSpec,
    NcpSpec,
    Policy,
    PolicySpec,
    save_bundle,
)
from liquid_control_sim.ros.demo import DemoConfig, run_demo
from liquid_control_sim.ros.demo_view import Summary

DEMO = """
import sys
from pathlib import Path
from liquid_control_sim.ros.demo import DemoConfig, run_demo
policy, seconds, out = sys.argv[1:]
sys.exit(run_demo(DemoConfig(Path(policy), float(seconds), out=Path(out))))
"""


@pytest.fixture
def bundle(tmp_path):
    """A policy that knows nothing and commands next to nothing."""
    torch.manual_seed(0)
    sensors = {'lidar': LidarSpec(), 'imu': ImuSpec(), 'camera': CameraSpec()}
    policy = Policy(PolicySpec(sensors=sensors, network=LtcSpec(NcpSpec())))
    save_bundle(policy, tmp_path / 'bundle', {'command': 'none: random weights'})
    return tmp_path / 'bundle'


@pytest.mark.slow
def test_it_leaves_a_summary_and_a_picture_and_fails_without_a_beacon(bundle, tmp_path):
    demo = start(bundle, 2.0, tmp_path / 'out')
    output, _ = demo.communicate(timeout=150)
    assert demo.returncode == 1, output
    assert 'reached nothing' in output
    summary = json.loads((tmp_path / 'out' / 'summary.json').read_text())
    assert summary['beacons'] == 0
    assert summary['collisions'] == 0
    assert min(summary['messages'][sensor] for sensor in ('lidar', 'imu', 'camera')) > 10
    assert 0.0 < summary['latency_ms']['p50'] <= summary['latency_ms']['p99']
    assert (tmp_path / 'out' / 'run.png').read_bytes().startswith(b'\x89PNG')


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_no_node_outlives_an_interruption(bundle, tmp_path, number):
    demo = start(bundle, 60.0, tmp_path / 'out')
    wait_for(lambda: len(children(demo.pid)) == 2)
    nodes = children(demo.pid)
    wait_for(lambda: 'simulating' in (tmp_path / 'out' / 'sim_node.log').read_text())
    demo.send_signal(number)
    output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 130, output
    assert not any(Path(f'/proc/{pid}').exists() for pid in nodes)


def test_a_bundle_that_is_not_there_is_an_error_before_any_node_starts(tmp_path):
    with pytest.raises(BundleError, match=r'nowhere/policy\.json'):
        run_demo(DemoConfig(tmp_path / 'nowhere', out=tmp_path / 'out'))
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('beacons', 'collisions', 'good'), [(2, 0, True), (0, 0, False), (2, 1, False)]
)
def test_a_good_drive_reaches_something_and_hits_nothing(beacons, collisions, good):
    summary = Summary(beacons, collisions, 20.0, {}, {}, 60.0, 1.0, 0, 'models/beacon')
    assert summary.good is good


def start(bundle, seconds, out):
    return subprocess.Popen(
        [sys.executable, '-c', DEMO, str(bundle), str(seconds), str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, 'OMP_NUM_THREADS': '1'},
        text=True,
    )


def children(pid):
    return Path(f'/proc/{pid}/task/{pid}/children').read_text().split()


def wait_for(holds, seconds=60.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, 'it did not happen'
        time.sleep(0.05)
