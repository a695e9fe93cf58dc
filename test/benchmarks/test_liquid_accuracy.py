"""The accuracy benchmark at a tiny size: it learns, says what it should, and can be repeated."""

import json
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

SCRIPT = Path(__file__).parents[2] / 'benchmarks' / 'liquid_accuracy.py'
FIELDS = {
    'task',
    'cell',
    'seed',
    'metric',
    'test',
    'valid',
    'published',
    'parameters',
    'units',
    'epochs',
    'best_epoch',
    'updates',
    'seconds',
}
TINY = {
    'cheetah': ['--length', '8', '--units', '8', '--cells', 'ltc'],
    'event_xor': ['--length', '4', '--units', '16', '--samples', '3000', '--cells', 'cfc'],
}


@pytest.fixture
def rows(tmp_path, monkeypatch):
    """Runs the benchmark and gives the rows that it wrote."""
    monkeypatch.syspath_prepend(SCRIPT.parent)
    threads = torch.get_num_threads()
    time = np.arange(200)[None, :, None]
    phase = np.random.default_rng(0).uniform(0.0, 6.0, (25, 1, 1)) + np.arange(17)
    np.savez(tmp_path / 'cheetah.npz', traces=3.0 * np.sin(0.5 * time + phase))

    def run(task, *options):
        file = tmp_path / 'rows.json'
        command = [SCRIPT, '--task', task, '--json', file, *TINY[task], *options]
        if task == 'cheetah':
            command += ['--data', tmp_path / 'cheetah.npz']
        monkeypatch.setattr(sys, 'argv', [str(word) for word in command])
        runpy.run_path(str(SCRIPT), run_name='__main__')
        return json.loads(file.read_text())

    yield run
    torch.set_num_threads(threads)


@pytest.mark.parametrize('task', ['cheetah', 'event_xor'])
def test_learning_makes_the_score_better(rows, task):
    (before,) = rows(task, '--seeds', '0', '--epochs', '0')
    (after,) = rows(task, '--seeds', '0', '--epochs', '12')
    assert set(after) == FIELDS
    assert (before['best_epoch'], before['updates']) == (0, 0)
    assert after['updates'] > 0
    if task == 'cheetah':
        assert after['test'] < 0.5 * before['test']
    else:
        assert after['test'] > 90.0 > before['test']


def test_a_seed_gives_the_same_numbers_again(rows):
    first = rows('event_xor', '--seeds', '3', '4', '--epochs', '2')
    second = rows('event_xor', '--seeds', '4', '--epochs', '2')
    assert [row['seed'] for row in first] == [3, 4]
    assert first[1]['valid'] == second[0]['valid']
    assert first[1]['test'] == second[0]['test']


def test_the_published_numbers_stand_beside_ours(rows):
    (row,) = rows('cheetah', '--seeds', '0', '--epochs', '0')
    assert (row['cell'], row['published'], row['metric']) == ('ltc', 2.308, 'mean squared error')


def test_cheetah_asks_for_its_data(monkeypatch, capsys):
    monkeypatch.syspath_prepend(SCRIPT.parent)
    monkeypatch.setattr(sys, 'argv', [str(SCRIPT), '--task', 'cheetah'])
    with pytest.raises(SystemExit, match='2'):
        runpy.run_path(str(SCRIPT), run_name='__main__')
    assert '--data' in capsys.readouterr().err
