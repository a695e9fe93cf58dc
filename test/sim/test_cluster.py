"""A Ray cluster records what processes record, whatever dies meanwhile. It is started here."""

import os
import signal
import threading
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from liquid_control.policy import Policy, save_bundle
from liquid_control.schema import validated
from liquid_control_sim.training.collect import Collection, collect, recorded
from liquid_control_sim.training.config import TrainConfig

pytestmark = pytest.mark.skipif(
    find_spec('ray') is None, reason="Ray is not installed: pip install 'liquid_control[ray]'"
)

RUN = {
    'policy': {
        'sensors': {
            'lidar': {'type': 'lidar', 'beams': 24, 'pool': 2, 'features': 4},
            'odometry': {'type': 'odometry', 'features': 2},
            'goal': {'type': 'goal', 'features': 2},
        },
        'network': {'type': 'ltc', 'wiring': {'type': 'fully_connected', 'neurons': 4}},
    },
    'drives': [
        {'scenario': {'task': 'goal', 'sensors': {'camera': None, 'lidar': {'beams': 24}}}}
    ],
    'imitation': {'seconds': 1.5},
    'workers': 1,
}


def test_a_cluster_that_loses_a_worker_records_the_same_bytes(tmp_path, monkeypatch):
    # Ray would leave a token in the home of whoever runs the tests.
    monkeypatch.setenv('RAY_AUTH_TOKEN', 64 * 'a')
    others = set(below(os.getpid()))
    killer = Killer()
    killer.start()
    try:
        by_cluster = drives(tmp_path, cluster='local')
    except Exception as error:
        if 'timed out during startup' not in str(error):
            raise
        pytest.skip('this machine is too busy: Ray did not start in the 15 s that it gives itself')
    finally:
        killer.end()
    assert killer.killed == 1
    assert set(below(os.getpid())) <= others
    assert by_cluster == drives(tmp_path, cluster=None)


def drives(tmp_path, cluster):
    """Two files, as they were recorded with the policy at the wheel half of the time."""
    config = validated(TrainConfig, RUN, 'test')
    torch.manual_seed(0)
    save_bundle(Policy(config.policy), tmp_path / 'driver', {})
    folder = tmp_path / str(cluster)
    seeds = (4_000_001, 4_000_002)
    collection = Collection(config, 0, tmp_path / 'driver', folder, seeds, 0.5, cluster)
    assert sum(collect(collection)) == len(seeds)
    return [path.read_bytes() for path in recorded(collection)]


class Killer(threading.Thread):
    """Kills the first worker of this process's cluster that has something to do."""

    killed = 0
    over = False

    def run(self) -> None:
        while not (self.killed or self.over):
            for pid in below(os.getpid()):
                if command(pid).startswith('ray::_begun'):
                    os.kill(pid, signal.SIGKILL)
                    self.killed += 1
            time.sleep(0.02)

    def end(self) -> None:
        self.over = True
        self.join()


def below(pid):
    """The processes that it started, and that those did."""
    for children in Path(f'/proc/{pid}/task').glob('*/children'):
        for child in read(children).split():
            yield int(child)
            yield from below(child)


def command(pid):
    return read(Path(f'/proc/{pid}/cmdline'))


def read(file):
    try:
        return file.read_text()
    except OSError:  # it has ended meanwhile
        return ''
