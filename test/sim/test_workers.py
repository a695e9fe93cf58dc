"""No worker outlives the process that it works for; where there can be none, the user is told."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liquid_control.schema import ConfigError
from liquid_control_sim.workers import simulators

PARENT = """
import os, time
from liquid_control_sim.workers import processes

if __name__ == '__main__':
    with processes(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        pool.submit(time.sleep, 600.0).result()
"""


def test_workers_end_with_their_killed_parent(tmp_path):
    script = tmp_path / 'parent.py'
    script.write_text(PARENT)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    worker = int(parent.stdout.readline())
    assert is_there(worker)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    give_up = time.monotonic() + 30.0
    while is_there(worker) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not is_there(worker)


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Nobody waits for an orphan here, so it may stay in the table as a zombie.
    status = Path(f'/proc/{pid}/stat')
    return status.exists() and status.read_text().rpartition(')')[2].split()[0] != 'Z'


def test_a_cluster_without_ray_is_one_error(monkeypatch):
    monkeypatch.setitem(sys.modules, 'ray', None)
    monkeypatch.delitem(sys.modules, 'liquid_control_sim.cluster', raising=False)
    with pytest.raises(ConfigError, match=re.escape("pip install 'liquid_control[ray]'")):
        simulators(2, 'auto')
