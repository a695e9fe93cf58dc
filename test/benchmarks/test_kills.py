"""The benchmark that kills notices what is lost; that nothing is, is shown where it is killed."""

import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / 'benchmarks'


@pytest.fixture
def kills(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import kills

    yield kills
    for name in ('kills', 'kill_run', 'kill_run.jobs', 'kill_run.session'):
        sys.modules.pop(name, None)


@pytest.fixture
def job(kills):
    """Fills its folder with done files, and is the sum of them."""

    def done(out):
        return sorted(out.glob('*.done'))

    return kills.Job(
        name='fake',
        files={},
        begin=(),
        resume=(),
        begun=lambda out: True,
        steps=lambda out: len(done(out)),
        done=done,
        sound=lambda out: [int(path.read_text()) for path in done(out)] and None,
        outcome=lambda out: {'sum': sum(int(path.read_text()) for path in done(out))},
    )


@pytest.fixture
def folder(tmp_path, kills):
    out = tmp_path / kills.OUT
    out.mkdir()
    for number in range(3):
        (out / f'{number}.done').write_text(str(number))
    return tmp_path


def look(kills, job, folder, *before, said=()):
    """What is lost by a kill, and the contents after it."""
    whole = kills.Whole({'sum': 3}, 3, {'round 0: fine'}, 1.0, 0.1)
    account = kills.Account([{'step': job.steps(folder / kills.OUT), 'said': list(said)}])
    contents = kills.inspect(job, whole, folder, *(before or ({},)), account)
    kills.compare(job, whole, folder, account)
    return account.lost, contents


def test_nothing_is_lost_where_all_is_there(kills, job, folder):
    lost, contents = look(kills, job, folder, said=['round 0: fine'])
    assert lost == []
    assert len(contents) == 3
    assert look(kills, job, folder, contents) == ([], contents)


@pytest.mark.parametrize(
    ('harm', 'noticed'),
    [
        (lambda out: (out / '2.done').unlink(), ['2.done is gone', 'sum differ']),
        (lambda out: (out / '2.done').write_text('7'), ['2.done has changed', 'sum differ']),
        (lambda out: (out / '2.done').write_text('02'), ['2.done has changed']),
        (lambda out: (out / '3.done.part').write_text('3'), ['3.done.part is left over']),
    ],
)
def test_what_is_lost_is_noticed(kills, job, folder, harm, noticed):
    _, before = look(kills, job, folder)
    harm(folder / kills.OUT)
    lost, _ = look(kills, job, folder, before)
    assert len(lost) == len(noticed)
    assert all(words in line for words, line in zip(noticed, lost, strict=True))


def test_a_report_that_is_not_that_of_the_undisturbed_job_is_noticed(kills, job, folder):
    lost, _ = look(kills, job, folder, said=['round 0: better'])
    assert lost == ['kill 0: undisturbed, it does not say: round 0: better']


def test_moments_follow_from_the_seed_and_cover_the_work(kills):
    first, again = (list(kills.plans(20, 10, seed=4)) for _ in range(2))
    assert first == again
    assert first != list(kills.plans(20, 10, seed=5))
    assert [plan.step for plan in first] == sorted(plan.step for plan in first)
    assert sum(plan.whole_group for plan in first) == 5
    assert sum(plan.aimed for plan in first) == 3
