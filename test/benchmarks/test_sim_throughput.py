"""The benchmark runs and writes what others read; its figures are another matter."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'sim_throughput.py'


@pytest.mark.slow
def test_it_writes_a_row_for_every_case_with_shares_of_one_whole(tmp_path):
    file = tmp_path / 'throughput.json'
    command = [sys.executable, SCRIPT, '--seconds', '0.3', '--rounds', '1', '--json', file]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert run.returncode == 0, run.stderr
    rows = {row['case']: row for row in json.loads(file.read_text())}
    assert {'full', 'no_camera', 'clutter', 'drive_env', 'bare_physics'} <= set(rows)
    for row in rows.values():
        assert row['sim_seconds_per_cpu_second'] > 0.0
        shares = [row[f'{part}_share'] for part in ('physics', 'rays', 'python')]
        assert sum(shares) == pytest.approx(1.0)
        assert min(shares) >= 0.0
    assert rows['full']['rays_share'] > 0.0 == rows['bare_physics']['rays_share']
    assert rows['full']['ratio_to_peer'] > 0.0
    assert rows['two_workers']['speedup'] > 0.0
