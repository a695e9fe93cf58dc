"""The benchmark runs and writes what others read; its figures are another matter."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'encoder_speed.py'


def test_it_times_learning_and_driving(tmp_path):
    file = tmp_path / 'encoders.json'
    command = [sys.executable, SCRIPT, '--count', '2', '--rounds', '1', '--json', file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stderr
    figures = json.loads(file.read_text())
    assert figures.pop('count') == 2
    assert figures.keys() == {'learning', 'driving'}
    for us in figures.values():
        assert min(us.values()) > 0.0
        expected = us['camera, stride 2'] / us['camera, stride 4']
        assert abs(us['camera, ratio'] - expected) < 0.02
