import os
import time

import pytest

from liquid_control_sim.ros import processes
from liquid_control_sim.ros.processes import NodeError, NodeProcess

STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('deaf', flush=True)
time.sleep(60)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Makes a module of this source that child processes can run."""

    def write(source):
        (tmp_path / 'some_node.py').write_text(source)
        monkeypatch.setenv('PYTHONPATH', str(tmp_path))
        return NodeProcess('some_node', [], tmp_path / 'some_node.log')

    return write


def test_a_node_ends_with_its_context(module):
    with module('import time; time.sleep(60)') as node:
        node.check()
    assert not is_running(node.pid)


def test_a_node_ends_when_its_context_fails(module):
    node = module('import time; time.sleep(60)')
    with pytest.raises(KeyboardInterrupt), node:
        raise KeyboardInterrupt
    assert not is_running(node.pid)


def test_a_node_that_ignores_signals_is_killed(module, monkeypatch, tmp_path):
    monkeypatch.setattr(processes, '_PATIENCE_S', 0.2)
    with module(STUBBORN) as node:
        wait_for(lambda: 'deaf' in (tmp_path / 'some_node.log').read_text())
    assert not is_running(node.pid)


def test_a_node_that_ended_is_an_error_with_its_last_words(module):
    node = module("import sys; print('no such bundle'); sys.exit(3)")
    with pytest.raises(NodeError, match=r'(?s)some_node ended with 3, .*no such bundle'), node:
        wait_for(node.check)


def wait_for(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
