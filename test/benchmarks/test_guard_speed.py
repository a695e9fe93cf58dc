"""The benchmark runs and writes what others read; its figures are another matter."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'guard_speed.py'


def test_it_times_an_open_scene_and_one_in_which_the_guard_acts(tmp_path):
    file = tmp_path / 'guard.json'
    command = [sys.executable, SCRIPT, '--calls', '20', '--json', file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert run.returncode == 0, run.stderr
    figures = json.loads(file.read_text())
    assert (figures['corridor']['action'], figures['crowd']['action']) == ('none', 'approach')
    for scene in figures.values():
        for times in (scene['see'], scene['limit']):
            assert 0.0 < times['p50_us'] <= times['p99_us']
            assert 0.0 < times['paced_p50_us'] <= times['paced_p99_us']
