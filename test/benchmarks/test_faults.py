"""A few of the faults of docs/faults.md, injected as `benchmarks/faults.py` does it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('rclpy')

COMMAND = [sys.executable, Path(__file__).parents[2] / 'benchmarks' / 'faults.py']
CHOSEN = [
    'lidar: dead',
    'imu: late by 0.4 s',
    'policy: hangs',
    'SIGKILL while moving',
]

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def rows(tmp_path_factory):
    """What became of each, by name."""
    file = tmp_path_factory.mktemp('faults') / 'faults.json'
    command = [*COMMAND, '--json', file, '--only', *CHOSEN]
    run = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert file.is_file(), run.stderr
    return {row['fault']: row for row in json.loads(file.read_text())}


@pytest.mark.parametrize('fault', CHOSEN)
def test_a_fault_is_answered_as_expected(rows, fault):
    assert rows[fault]['passed'], rows[fault]['observed']


def test_every_row_tells_what_others_read(rows):
    wanted = {'fault', 'injected', 'expected', 'observed', 'time_to_zero_s', 'passed'}
    assert all(set(row) == wanted for row in rows.values())
    assert rows['lidar: dead']['time_to_zero_s'] < 1.0


def test_the_catalogue_is_as_long_as_it_says():
    run = subprocess.run([*COMMAND, '--list'], capture_output=True, text=True, check=True)
    names = run.stdout.strip().splitlines()
    assert len(names) >= 40
    assert set(CHOSEN) <= set(names)
