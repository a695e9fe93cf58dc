"""The scoreboard compares like with like, says how sure it is, and goes on where it stopped."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from liquid_control.policy import Policy

BENCHMARKS = Path(__file__).parents[2] / 'benchmarks'
CONFIG = BENCHMARKS.parent / 'config' / 'scoreboard.yaml'


@pytest.fixture(scope='module', autouse=True)
def benchmarks_on_the_path():
    sys.path.insert(0, str(BENCHMARKS))
    yield
    sys.path.remove(str(BENCHMARKS))


@pytest.fixture
def plan():
    from scoreboard_run.plan import read_plan

    return read_plan(CONFIG)


def test_all_networks_have_about_as_many_parameters_and_the_same_senses(plan):
    policies = [
        Policy(plan.spec(name, one))
        for name, network in plan.networks.items()
        for one in network.tries
    ]
    counts = [sum(p.numel() for p in policy.parameters()) for policy in policies]
    assert max(counts) <= 1.02 * min(counts)
    assert all(policy.spec.sensors == policies[0].spec.sensors for policy in policies)


def test_all_networks_have_as_many_tries(plan):
    assert len({len(network.tries) for network in plan.networks.values()}) == 1


def test_every_drive_is_learned_from_or_held_out_and_no_world_is_driven_twice(plan, tmp_path):
    from scoreboard_run.pool import Pool

    pool = Pool(plan, tmp_path, workers=1)
    drives, held_out = pool.drives, pool.held_out
    rounds = plan.rounds
    each_round = rounds.each * len(plan.networks)
    assert len(drives) + len(held_out) == rounds.first + each_round * len(rounds.expert_share)
    assert not set(drives) & set(held_out)
    seeds = [path.stem for path in (*drives, *held_out)]
    assert len(set(seeds)) == len(seeds)
    of_driver = [sum(name in path.parts for path in drives) for name in plan.networks]
    assert len(set(of_driver)) == 1


def standing(table):
    """table: [training seeds, worlds] of successes under each of two conditions."""
    from scoreboard_run.standings import Standing

    def cell(condition, row):
        outcomes = [{'seed': seed, 'success': bool(value)} for seed, value in enumerate(row)]
        return {'condition': condition, 'scenario': 'hall', 'outcomes': outcomes}

    return Standing([[cell('nominal', row), cell('late', row)] for row in table])


def test_an_interval_is_wider_where_training_seeds_differ(plan):
    rng = np.random.default_rng(0)
    alike = rng.permuted(np.repeat([[True, True, True, False]], 5, 0).repeat(4, 1), axis=1)
    unlike = np.repeat([[True], [True], [True], [True], [False]], 16, 1)
    narrow = standing(alike).score('success', ['nominal'])
    wide = standing(unlike).score('success', ['nominal'])
    assert (narrow.mean, wide.mean) == (0.75, 0.8)
    assert np.diff(wide.interval) > 1.5 * np.diff(narrow.interval)


def test_cells_of_more_seeds_add_worlds_to_a_standing():
    from scoreboard_run.standings import Standing

    def cell(seeds):
        outcomes = [{'seed': seed, 'success': seed < 3} for seed in seeds]
        return {'condition': 'nominal', 'scenario': 'hall', 'outcomes': outcomes}

    both = Standing([[cell((0, 1)), cell((2, 3))]])
    assert both.episodes == 4
    assert both.score('success', ['nominal']).mean == 0.75


def test_a_lead_is_sure_only_where_it_does_not_hang_on_one_training():
    from scoreboard_run.standings import lead

    weak = standing(np.zeros((5, 12)))
    for table, is_sure in ((np.ones((5, 12)), True), (np.eye(5, 12), False)):
        low, high = lead(standing(table), weak, ['late']).interval
        assert (low > 0.1) == is_sure
        assert high > 0.0
    assert lead(weak, weak, ['late']).mean == 0.0


@pytest.mark.slow
def test_a_scoreboard_that_was_made_is_not_made_again(tmp_path, monkeypatch):
    from scoreboard import main

    config = yaml.safe_load(CONFIG.read_text())
    config['networks'] = {
        name: {**config['networks'][name], 'tries': config['networks'][name]['tries'][:1]}
        for name in ('mlp', 'ltc')
    }
    config['rounds'] |= {'first': 4, 'each': 2, 'expert_share': [0.5], 'seconds': 1.0}
    config['rounds'] |= {'passes': 1, 'held_out': 2}
    config['learning'] |= {'seeds': [1], 'passes': 1, 'trial_passes': 1, 'lanes': 2}
    config['evaluation']['seeds'] = [{'first': 0, 'count': 1}]
    config['evaluation']['sweeps'] = {}
    config['evaluation']['faults'] = ['nominal', 'late']
    for scenario in config['evaluation']['scenarios'].values():
        scenario['task'] = {'type': 'goal', 'timeout': 1.0}
    config |= {'planners': ['follow_the_gap'], 'usual': {}, 'logarithmic': []}
    file, out = tmp_path / 'tiny.yaml', tmp_path / 'out'
    file.write_text(yaml.safe_dump(config))
    command = [sys.executable, BENCHMARKS / 'scoreboard.py', '--config', file, '--out', out]
    command += ['--workers', '1', '--markdown', tmp_path / 'table.md']
    command += ['--picture', tmp_path / 'curves.png']
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    first = files(out)
    assert len(first) == 8 + (2 + 1) * 2 * 2 + 2 * 2
    monkeypatch.setattr(sys, 'argv', list(map(str, command[1:])))
    main()
    assert files(out) == first
    rows = (tmp_path / 'table.md').read_text()
    assert all(title in rows for title in ('MLP', 'LTC, true dt', 'follow the gap'))
    assert (tmp_path / 'curves.png').stat().st_size > 1000


def files(out):
    """All drives, cells and bundles, and when each was written."""
    made = [*out.rglob('*.npz'), *out.rglob('cells/*/*/*/0*.json'), *out.glob('bundles/*/*')]
    return {path: path.stat().st_mtime_ns for path in made}


def test_a_plan_is_laid_over_its_base():
    from scoreboard_run.plan import read_plan

    base = read_plan(CONFIG.with_name('scoreboard_one_clock.yaml'))
    thinned = read_plan(CONFIG.with_name('scoreboard_thinned.yaml'))
    assert (base.learning.thinning, thinned.learning.thinning) == (0.0, 0.5)
    unfolds = [plan.networks['ltc'].policy['network']['unfolds'] for plan in (base, thinned)]
    assert unfolds == [2, 6]
    other = {name for name in base.networks if base.networks[name] != thinned.networks[name]}
    assert other == {'ltc', 'ltc_fixed'}
    assert replace(thinned, learning=base.learning, networks=base.networks) == base
