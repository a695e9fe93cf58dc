"""Kill training, evaluation and collection at random moments, go on, and look for what is lost.

python benchmarks/kills.py [--times 10] [--seed 1] [--only suite] [--json runs/kills.json]

    collection   `train` while it records drives, four groups of them in two processes
    training     `train` while it learns: two rounds of imitation, then PPO
    suite        `evaluate --suite`, 16 groups of episodes in two processes

Each is done once undisturbed, and once more with SIGKILLs. A kill comes at a random amount of work
done, and then a random time later; every third one waits for a file that is being written, which
takes 20 ms on this disk. It hits all processes at once, or the main one alone, whose workers then
have to end by themselves. After each kill, what had been reported as done has to be there, whole
and unchanged; at the end, all has to be as it is undisturbed. Exit code 0 if so.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from figures import keep
from kill_run.jobs import OUT, Job, digest, jobs, write_files
from kill_run.session import Session
from safetensors import SafetensorError

PATIENCE_S = 300.0
AIM_S = 15.0
EVERY_AIMED = 3
ENDS_WITHIN_S = 5.0
"""Workers that are alone for longer are a defect, but for the time that they take to start: who is
yet to import what he needs does not look whether his owner is there.
"""


@dataclass(frozen=True)
class Plan:
    """One kill. step: of the work, when it is due. late: share of a step's time that it comes
    later. aimed: whether it waits for a file that is being written.
    """

    step: int
    late: float
    aimed: bool
    whole_group: bool


@dataclass
class Whole:
    """What a job does undisturbed."""

    outcome: dict[str, Any]
    steps: int
    rounds: set[str]
    seconds: float
    start_s: float


@dataclass
class Account:
    """What became of a job under fire. kills: one row each. lost: in words, what should not be."""

    kills: list[dict[str, Any]] = field(default_factory=list)
    laps: int = 1
    lost: list[str] = field(default_factory=list)


def try_out(job: Job, times: int, seed: int, folder: Path) -> dict[str, Any]:
    """One job's row. folder: to work in."""
    began = time.monotonic()
    whole = undisturbed(job, folder / 'whole')
    account = under_fire(job, whole, plans(whole.steps, times, seed), folder / 'killed')
    kills = account.kills
    return {
        'job': job.name,
        'undisturbed_s': round(whole.seconds, 1),
        'start_s': round(whole.start_s, 1),
        'steps': whole.steps,
        'killed': len(kills),
        'main_alone': sum(not kill['whole_group'] for kill in kills),
        'while_writing': sum(kill['writing'] for kill in kills),
        'while_starting': sum(kill['starting'] for kill in kills),
        'workers_gone_s': max((kill['gone_s'] for kill in kills), default=0.0),
        'laps': account.laps,
        'seconds': round(time.monotonic() - began, 1),
        'lost': account.lost,
        'kills': kills,
    }


def undisturbed(job: Job, folder: Path) -> Whole:
    write_files(job, folder)
    session = Session(job.begin, folder)
    session.wait_until(lambda: job.begun(folder / OUT), PATIENCE_S)
    start_s = session.age_s
    session.end()
    seconds = session.age_s
    steps = job.steps(folder / OUT)
    return Whole(job.outcome(folder / OUT), steps, set(rounds(session)), seconds, start_s)


def plans(steps: int, times: int, seed: int) -> Iterator[Plan]:
    """Spread over the work, in its order; the first while the job starts."""
    rng = np.random.default_rng(seed)
    for number, step in enumerate([0, *sorted(rng.integers(0, steps, times - 1).tolist())]):
        aimed, whole_group = number % EVERY_AIMED == 1, number % 2 == 0
        yield Plan(step, float(rng.random()), aimed, whole_group)


def under_fire(job: Job, whole: Whole, shots: Iterator[Plan], folder: Path) -> Account:
    """Kill and go on; begin anew where it came to its end in between."""
    account = Account()
    write_files(job, folder)
    before: dict[Path, str] = {}
    for plan in shots:
        while not strike(job, whole, plan, folder, account):
            compare(job, whole, folder, account)
            account.laps += 1
            plan = replace(plan, late=plan.late / 2)
            shutil.rmtree(folder)
            write_files(job, folder)
            before = {}
        before = inspect(job, whole, folder, before, account)
    proceed(job, folder).end()
    compare(job, whole, folder, account)
    return account


def strike(job: Job, whole: Whole, plan: Plan, folder: Path, account: Account) -> bool:
    """One kill. False if the job came to its end before."""
    out = folder / OUT
    before = job.steps(out)
    session = proceed(job, folder)
    due_s = plan.late * (whole.seconds - whole.start_s) / whole.steps
    if before >= plan.step:
        due_s += plan.late * whole.start_s
    elif not reach(job, plan.step, session, out):
        return False
    due_s += session.age_s
    session.wait_until(lambda: session.age_s >= due_s, PATIENCE_S)
    if plan.aimed:
        session.wait_until(lambda: any(out.rglob('*.part')), AIM_S)
    if session.over:
        return False
    gone_s = session.kill_all() if plan.whole_group else session.kill_main()
    if gone_s > ENDS_WITHIN_S + whole.start_s:
        account.lost.append(f'kill {len(account.kills)}: workers were there {gone_s:.1f} s later')
    account.kills.append(
        {
            'step': job.steps(out),
            'whole_group': plan.whole_group,
            'aimed': plan.aimed,
            'writing': any(out.rglob('*.part')),
            'starting': job.steps(out) == before,
            'gone_s': round(gone_s, 3),
            'said': sorted(rounds(session)),
        }
    )
    return True


def reach(job: Job, step: int, session: Session, out: Path) -> bool:
    """Wait until so much is done. False if the job came to its end before. Raises RuntimeError
    where it does not go on.
    """
    while (done := job.steps(out)) < step:
        if not session.wait_until(lambda done=done: job.steps(out) > done, PATIENCE_S):
            if session.over:
                return False
            session.kill_all()
            raise RuntimeError(f'{job.name} did nothing for {PATIENCE_S:g} s')
    return True


def inspect(
    job: Job, whole: Whole, folder: Path, before: dict[Path, str], account: Account
) -> dict[Path, str]:
    """Note what a kill has taken. before, and what is returned: all that is done, by contents."""
    out, kill = folder / OUT, f'kill {len(account.kills) - 1}'
    try:
        job.sound(out)
    except (OSError, ValueError, KeyError, SafetensorError, BadZipFile) as error:
        account.lost.append(f'{kill}: {type(error).__name__}: {error}')
    now = {path: digest(path) for path in job.done(out)}
    account.lost += [f'{kill}: {path} is gone' for path in before.keys() - now.keys()]
    account.lost += [
        f'{kill}: {path} has changed'
        for path in before
        if now.get(path, before[path]) != before[path]
    ]
    steps = [shot['step'] for shot in account.kills[-2:]]
    if before and steps != sorted(steps):
        account.lost.append(f'{kill}: {steps[0]} steps were done, then {steps[1]}')
    for line in sorted(set(account.kills[-1]['said']) - whole.rounds):
        account.lost.append(f'{kill}: undisturbed, it does not say: {line}')
    return now


def compare(job: Job, whole: Whole, folder: Path, account: Account) -> None:
    """Note where a job that was killed on its way ended otherwise."""
    out = folder / OUT
    outcome = job.outcome(out)
    account.lost += [
        f'at the end: {name} differ'
        for name in sorted({*outcome, *whole.outcome})
        if outcome.get(name) != whole.outcome.get(name)
    ]
    account.lost += [f'at the end: {path} is left over' for path in out.rglob('*.part')]


def proceed(job: Job, folder: Path) -> Session:
    return Session(job.resume if job.begun(folder / OUT) else job.begin, folder)


def rounds(session: Session) -> list[str]:
    """What it reported as done, in words."""
    return [line for line in session.said.splitlines() if line.startswith('round ')]


def say(row: dict[str, Any]) -> None:
    print(
        f'{row["job"]}: {row["killed"]} kills, {row["main_alone"]} of the main process alone, '
        f'{row["while_writing"]} while a file was written, {row["while_starting"]} before any '
        f'progress; workers gone after {row["workers_gone_s"]:.2f} s; {row["seconds"]:.0f} s; '
        f'{len(row["lost"])} lost',
        flush=True,
    )
    for line in row['lost']:
        print(f'    {line}', flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    known = {job.name: job for job in jobs()}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--times', type=int, default=10, help='kills of each (default 10)')
    parser.add_argument('--seed', type=int, default=1, help='of the moments (default 1)')
    parser.add_argument('--only', nargs='+', choices=known, help='these jobs')
    parser.add_argument('--json', type=Path, help='where the rows go')
    arguments = parser.parse_args(argv)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in arguments.only or known:
            rows.append(try_out(known[name], arguments.times, arguments.seed, Path(folder, name)))
            say(rows[-1])
    keep(rows, arguments.json)
    return 1 if any(row['lost'] for row in rows) else 0


if __name__ == '__main__':
    sys.exit(main())
