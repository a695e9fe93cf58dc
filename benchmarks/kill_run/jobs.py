"""What is killed: small commands that do what the large ones do, and what each leaves on disk."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from safetensors import safe_open

from liquid_control.policy import load_bundle

OUT = 'out'
"""The folder that a job fills, in the one that it works in."""
_EPOCHS = 4


@dataclass(frozen=True)
class Job:
    """One command. What it needs is given as functions of the folder that it fills.

    files: what it reads, by name. begin, resume: arguments, anew and after a kill.
    begun: whether it can be resumed. steps: how much it has reported as done.
    done: files that are done, and never change again. sound: raises for a file that is not whole.
    outcome: what must be the same however often it was killed.
    """

    name: str
    files: dict[str, Any]
    begin: tuple[str, ...]
    resume: tuple[str, ...]
    begun: Callable[[Path], bool]
    steps: Callable[[Path], int]
    done: Callable[[Path], list[Path]]
    sound: Callable[[Path], None]
    outcome: Callable[[Path], dict[str, Any]]


def jobs() -> list[Job]:
    """All there are."""
    return [
        _training('collection', first_episodes=72, rounds=1, workers=2),
        _training('training', first_episodes=4, rounds=2, workers=1, ppo=_PPO),
        _suite(),
    ]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


_PPO = {
    'rounds': 1,
    'iterations': _EPOCHS,
    'drives': 4,
    'seconds': 1.0,
    'warmup': 1,
    'lanes': 2,
    'window': 32,
}


def _training(name: str, first_episodes: int, rounds: int, **more: Any) -> Job:
    """A run of a policy that drives nowhere. Its drives come in groups, see `collect`."""
    config = {
        'seed': 3,
        'policy': {
            'sensors': {
                'lidar': {'type': 'lidar', 'pool': 48, 'features': 4},
                'odometry': {'type': 'odometry', 'features': 2},
                'goal': {'type': 'goal', 'features': 2},
            },
            'network': {
                'type': 'ltc',
                'wiring': {'type': 'fully_connected', 'neurons': 6},
                'unfolds': 1,
            },
        },
        'drives': [
            {
                'scenario': {
                    'task': {'type': 'goal', 'timeout': 1.0},
                    'sensors': {'camera': None, 'imu': None},
                }
            }
        ],
        'imitation': {
            'rounds': rounds,
            'first_episodes': first_episodes,
            'episodes': 4,
            'seconds': 1.0,
            'first_epochs': _EPOCHS,
            'epochs': _EPOCHS,
            'lanes': 2,
            'window': 32,
        },
        'validation_episodes': 2,
        **more,
    }
    return Job(
        name,
        files={'config.yaml': config},
        begin=('train', '--config', 'config.yaml', '--run', OUT),
        resume=('train', '--resume', OUT),
        begun=lambda out: (out / 'config.yaml').exists(),
        steps=lambda out: len(_drives(out)) + _epochs(out),
        done=_drives,
        sound=_check_run,
        outcome=_learned,
    )


def _suite() -> Job:
    scenario = {'world': 'sudden_obstacle', 'task': {'type': 'goal', 'timeout': 6.0}}
    config = {
        'drivers': {'expert': 'expert', 'gap': 'follow_the_gap'},
        'scenarios': {'hall': scenario},
        'faults': ['nominal', 'lossy'],
        'seeds': {'first': 0, 'count': 24},
    }
    begin = ('evaluate', '--suite', 'suite.yaml', '--out', OUT, '--workers', '2')
    return Job(
        'suite',
        files={'suite.yaml': config},
        begin=begin,
        resume=(*begin, '--resume'),
        begun=lambda out: (out / 'plan.json').exists(),
        steps=lambda out: len(_groups(out)),
        done=_groups,
        sound=lambda out: [json.loads(path.read_text()) for path in out.rglob('*.json')] and None,
        outcome=_evaluated,
    )


def write_files(job: Job, folder: Path) -> None:
    """Into a new folder to work in."""
    folder.mkdir(parents=True)
    for name, data in job.files.items():
        (folder / name).write_text(yaml.safe_dump(data, sort_keys=False))


def _drives(out: Path) -> list[Path]:
    return sorted(out.glob('drives/*/*.npz'))


def _groups(out: Path) -> list[Path]:
    return sorted(out.glob('cells/*/*/*/0*.json'))


def _checkpoints(out: Path) -> Iterator[Path]:
    names = ('checkpoint.safetensors', 'finetuning.safetensors')
    return (out / name for name in names if (out / name).exists())


def _epochs(out: Path) -> int:
    """Of imitation and iterations of PPO, with the rounds that were ended."""
    count = 0
    for path in _checkpoints(out):
        progress = _progress(path)
        count += progress['epoch'] + (_EPOCHS + 1) * progress['round']
    return count


def _progress(path: Path) -> dict[str, Any]:
    with safe_open(path, framework='np') as file:
        progress = json.loads(file.metadata()['progress'])
    return {key: value for key, value in progress.items() if key != 'wall_s'}


def _check_run(out: Path) -> None:
    for path in _drives(out):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(len(arrays[name].shape) for name in arrays), path
    for path in _checkpoints(out):
        _tensors(path)
    if (out / 'bundle' / 'policy.json').exists():
        load_bundle(out / 'bundle')


def _tensors(path: Path) -> dict[str, str]:
    with safe_open(path, framework='np') as file:
        return {
            name: hashlib.sha256(file.get_tensor(name).tobytes()).hexdigest()
            for name in file.keys()  # noqa: SIM118
        }


def _learned(out: Path) -> dict[str, Any]:
    return {
        **{f'weights in {path.name}': _tensors(path) for path in _checkpoints(out)},
        **{f'progress in {path.name}': _progress(path) for path in _checkpoints(out)},
        'weights of the bundle': digest(out / 'bundle' / 'weights.safetensors'),
        'drives': {str(path.relative_to(out)): digest(path) for path in _drives(out)},
    }


def _evaluated(out: Path) -> dict[str, Any]:
    results = json.loads((out / 'results.json').read_text())
    del results['sessions']  # who drove, when, and how long one answer took
    return {'results.json': results, 'results.csv': (out / 'results.csv').read_text()}
