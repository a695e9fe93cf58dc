"""The benchmark runs and writes what others read; its figures are another matter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy')

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'node_latency.py'


@pytest.mark.slow
def test_it_measures_the_node_beside_an_echo(tmp_path):
    file = tmp_path / 'latency.json'
    command = [sys.executable, SCRIPT, '--seconds', '1', '--json', file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert run.returncode == 0, run.stderr
    figures = json.loads(file.read_text())
    for peer in ('node', 'echo'):
        wanted = {'lost', 'unasked', 'cpu_percent', 'cpu_ms_per_message', 'rss_growth_mb'}
        assert wanted <= set(figures[peer])
        # a busy machine may lose a message of every second, whose times are then left out
        assert sum(figures[peer][name] for name in ('answered', 'lost', 'unasked')) > 0
        if figures[peer]['answered']:
            assert 0.0 < figures[peer]['p50_ms'] <= figures[peer]['p99_ms']
            assert set(figures[peer]['by_sensor']) == {'lidar', 'imu', 'camera'}
    assert {'ratio_p50', 'ratio_p99'} <= set(figures)
