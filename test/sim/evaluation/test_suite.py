"""Driving a suite: its files agree with each other, and a killed one is gone on with."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liquid_control_sim.cli import main
from liquid_control_sim.evaluation.suite import start
from liquid_control_sim.evaluation.suite_config import read_suite
from liquid_control_sim.paths import share
from liquid_control_sim.scenario import read_scenario
from liquid_control_sim.watch.recording import Run, record

SMOKE = share() / 'config' / 'evaluate' / 'smoke.yaml'
ARGUMENTS = ['evaluate', '--suite', 'suite.yaml', '--out', 'out', '--workers', '1']
# Neither of its drivers hears an IMU, whose messages are most of all.
SUITE = SMOKE.read_text().replace('timeout: 10.0}', 'timeout: 10.0}\n    sensors: {imu: null}')


@pytest.fixture(scope='module')
def driven(tmp_path_factory):
    """The folder of the smoke suite, driven without interruption."""
    folder = tmp_path_factory.mktemp('suite')
    (folder / 'suite.yaml').write_text(SUITE)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(ARGUMENTS) == 0
    return folder / 'out'


@pytest.fixture(scope='module')
def results(driven):
    return json.loads((driven / 'results.json').read_text())


def test_every_cell_has_all_its_episodes_in_order(results):
    assert [(cell['condition'], cell['driver']) for cell in results['cells']] == [
        ('nominal', 'expert'),
        ('nominal', 'gap'),
        ('lidar_rate=5', 'expert'),
        ('lidar_rate=5', 'gap'),
    ]
    for cell in results['cells']:
        assert [outcome['seed'] for outcome in cell['outcomes']] == [0, 1]


def test_rates_are_those_of_the_episodes(results):
    for cell in results['cells']:
        outcomes = cell['outcomes']
        for rate, end in (('success_rate', 'success'), ('collision_rate', 'collision')):
            assert cell[rate] == sum(outcome[end] for outcome in outcomes) / 2
            low, high = cell[f'{rate}_ci95']
            assert 0.0 <= low <= cell[rate] <= high <= 1.0
        assert cell['success_rate'] + cell['collision_rate'] + cell['timeout_rate'] == 1.0


def test_the_expert_reacts_to_what_comes_out_of_the_niches(results):
    expert = results['cells'][0]
    assert expert['obstacles_shown'] >= expert['obstacles_braked_for'] >= 1
    assert 0.0 <= expert['mean_reaction_s'] <= 2.0


def test_csv_says_what_json_says(driven, results):
    rows = list(csv.DictReader((driven / 'results.csv').open()))
    assert len(rows) == 4
    for row, cell in zip(rows, results['cells'], strict=True):
        assert (row['driver'], row['condition']) == (cell['driver'], cell['condition'])
        assert float(row['mean_time_s']) == cell['mean_time_s']
        assert [float(row['spl_low']), float(row['spl_high'])] == cell['spl_ci95']
        assert row['x'] == ('' if cell['x'] is None else '5.0')


def test_the_page_needs_nothing_else(driven):
    page = (driven / 'report.html').read_text()
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page.replace('xlink:href="#', 'href="#')) == []
    assert '@import' not in page
    assert '<script' not in page
    assert page.count('<svg') == 2  # success and collision over the one sweep
    for name in ('expert', 'gap', 'lidar_rate=5', '95 % interval'):
        assert name in page


def test_inference_stands_beside_its_machine(results):
    (session,) = results['sessions']
    assert session['machine']
    for driver in ('expert', 'gap'):
        inference = session['inference'][driver]
        assert 0.0 <= inference['p50_ms'] <= inference['p99_ms']


def test_an_episode_can_be_seen_again(driven, results):
    cell = results['cells'][2]
    file = driven.parent / cell['watch'].split()[5]
    recording = record(Run(read_scenario(file), 1, 'expert'), 60.0)
    assert recording.moments[-1].elapsed == cell['outcomes'][1]['time_s']


def test_a_folder_with_results_is_not_driven_over(driven, capsys, monkeypatch):
    monkeypatch.chdir(driven.parent)
    before = (driven / 'results.json').read_text()
    assert main(ARGUMENTS) == 2
    assert 'out: holds results already; go on with them by --resume' in capsys.readouterr().err
    assert (driven / 'results.json').read_text() == before


def test_another_suite_is_not_mixed_in(driven, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(driven.parent)
    other = tmp_path / 'other.yaml'
    other.write_text(SUITE.replace('timeout: 10.0', 'timeout: 11.0'))
    assert main(['evaluate', '--suite', str(other), '--out', 'out', '--resume']) == 2
    said = capsys.readouterr().err
    assert 'out: holds results of another suite: ' in said
    assert 'timeout was 10.0 and is 11.0' in said


@pytest.mark.parametrize('arguments', [['--suite', str(SMOKE)], ['--out', 'out'], ['--resume']])
def test_suite_and_folder_go_together(arguments, capsys):
    assert main(['evaluate', *arguments]) == 2
    assert '--suite FILE and --out DIR go together' in capsys.readouterr().err


def test_half_a_file_counts_as_none(tmp_path):
    suite = read_suite(SMOKE)
    folder = start(suite, tmp_path)
    cell, group = folder.missing()[0]
    part = folder.scenario_file(cell).with_name('0000000.json.part')
    part.write_text('[{"seed": 0, "succ')
    assert (cell, group) in folder.missing()


@pytest.mark.slow
def test_a_killed_suite_is_gone_on_with_to_the_same_results(results, tmp_path, monkeypatch):
    (tmp_path / 'suite.yaml').write_text(SUITE)
    command = [sys.executable, '-m', 'liquid_control_sim.cli', *ARGUMENTS]
    run = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, 'OMP_NUM_THREADS': '1'})
    deadline = time.monotonic() + 120.0
    while not _groups(tmp_path) and run.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.wait()
    done = {path: path.stat().st_mtime_ns for path in _groups(tmp_path)}
    assert 1 <= len(done) < 4
    monkeypatch.chdir(tmp_path)
    assert main([*ARGUMENTS, '--resume']) == 0
    again = json.loads((tmp_path / 'out' / 'results.json').read_text())
    assert again['cells'] == results['cells']
    assert len(again['sessions']) == 2
    assert {path: path.stat().st_mtime_ns for path in done} == done


def _groups(folder: Path) -> list[Path]:
    return list(folder.glob('out/cells/*/*/*/0000000.json'))
