"""Processes that train together do what one would."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file

from liquid_control.schema import ConfigError
from liquid_control_sim.cli import main
from liquid_control_sim.training.ranks import Ranks, join

CONFIG = Path(__file__).parents[3] / 'config' / 'train' / 'smoke.yaml'

AVERAGES = """
import sys
import torch
from torch import nn
from liquid_control_sim.training.ranks import join, leave

ranks = join()
weights, unused, rare = (nn.Parameter(torch.ones(3)) for _ in range(3))
data = torch.arange(12.0).reshape(4, 3)  # a row an event: one for rank 0, three for the other
mine = data[:1] if ranks.is_first else data[1:]
loss = (mine * weights).sum(1).mean()
if ranks.is_first:
    loss = loss + rare.sum()
loss.backward()
said = ranks.average((weights, unused, rare), loss, torch.tensor(float(len(mine))))
assert torch.allclose(weights.grad, data.mean(0)), weights.grad
assert unused.grad is None, 'no rank had one'
assert rare.grad.tolist() == [0.25] * 3, 'one of four events had it'
expected = (data.sum(1).mean() + 0.25 * 3).item()
assert abs(said - expected) < 1e-6, said

mine = [0, 1, 2] if ranks.is_first else [3, 4]
assert list(ranks.together(mine)) == mine[:2], 'they end together'
assert ranks.first(lambda: ranks.rank) == 0
leave()
"""

TRAINS = """
import sys
from pathlib import Path
from safetensors.torch import save_file
from liquid_control_sim.training.ranks import join, leave
from liquid_control_sim.training.run import resume, start

if __name__ == '__main__':
    ranks, folder = join(), Path(sys.argv[2])
    run = start(Path(sys.argv[1]), folder, ranks=ranks)
    run.train()
    save_file(run.policy.state_dict(), folder / f'{ranks.rank}.safetensors')
    leave()
"""


def torchrun(processes, *arguments):
    command = [sys.executable, '-m', 'torch.distributed.run', '--standalone']
    return subprocess.run(
        [*command, f'--nproc_per_node={processes}', *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_shares_are_alike_and_leave_nothing_out():
    shares = [Ranks(rank, 3).share(range(10)) for rank in range(3)]
    assert sorted(drive for share in shares for drive in share) == list(range(10))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert Ranks().share(range(10)) == range(10)


def test_lanes_that_cannot_be_shared_are_refused():
    assert Ranks(0, 4).lanes(32) == 8
    with pytest.raises(ConfigError, match=r'imitation\.lanes is 32, wanted a multiple of the 3'):
        Ranks(0, 3).lanes(32)


def test_a_process_alone_keeps_its_gradients():
    weights = torch.nn.Parameter(torch.ones(2))
    loss = (3.0 * weights).sum()
    loss.backward()
    gradient = weights.grad
    assert Ranks().average([weights], loss, torch.tensor(7.0)) == 6.0
    assert weights.grad is gradient
    assert list(Ranks().together(iter('abc'))) == ['a', 'b', 'c']


def test_outside_torchrun_one_line_says_how_to_start(monkeypatch):
    monkeypatch.delenv('LOCAL_RANK', raising=False)
    with pytest.raises(ConfigError, match='start it by torchrun --nproc_per_node=N'):
        join()


@pytest.mark.slow
def test_gradients_are_those_of_one_process_with_all_events(tmp_path):
    (tmp_path / 'averages.py').write_text(AVERAGES)
    done = torchrun(2, tmp_path / 'averages.py')
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_two_processes_end_with_the_same_weights(tmp_path):
    (tmp_path / 'trains.py').write_text(TRAINS)
    done = torchrun(2, tmp_path / 'trains.py', CONFIG, tmp_path / 'run')
    assert done.returncode == 0, done.stderr
    first, second = (load_file(tmp_path / 'run' / f'{rank}.safetensors') for rank in range(2))
    assert first.keys() == second.keys()
    assert all(first[name].equal(second[name]) for name in first)
    assert (tmp_path / 'run' / 'bundle' / 'policy.json').exists()
    assert all(len(list(tmp_path.glob(f'run/drives/{n}/*.npz'))) == 2 for n in range(2))


@pytest.mark.slow
def test_one_process_under_torchrun_is_the_plain_command(tmp_path):
    data = yaml.safe_load(CONFIG.read_text())
    data['imitation']['rounds'] = 1
    config = tmp_path / 'short.yaml'
    config.write_text(yaml.safe_dump(data))
    assert main(['train', '--config', str(config), '--run', str(tmp_path / 'plain')]) == 0
    started = ('-m', 'liquid_control_sim.training', '--config', config)
    done = torchrun(1, *started, '--folder', tmp_path / 'alone')
    assert done.returncode == 0, done.stderr
    plain, alone = (
        load_file(tmp_path / name / 'checkpoint.safetensors') for name in ('plain', 'alone')
    )
    assert plain.keys() == alone.keys()
    assert all(plain[name].equal(alone[name]) for name in plain)
