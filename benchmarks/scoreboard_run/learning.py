"""Networks that learn from recorded drives: each lesson is a bundle, made once."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from liquid_control.policy import Policy, PolicySpec, save_bundle
from liquid_control.policy.bundle import read_bundle_file
from liquid_control_sim.training.config import ImitationConfig
from liquid_control_sim.training.imitation import Learner, mean_loss
from liquid_control_sim.workers import processes
from scoreboard_run.plan import LearningPlan, Try


@dataclass(frozen=True)
class Lesson:
    """One training, from scratch. bundle: where it goes.

    drives: files to learn from. held_out: files whose loss is written down beside the weights.
    """

    bundle: Path
    spec: PolicySpec
    seed: int
    chosen: Try
    passes: int
    drives: Sequence[Path]
    held_out: Sequence[Path]


def learn_all(lessons: Iterable[Lesson], plan: LearningPlan, workers: int) -> None:
    """What is not there yet, so many at a time."""
    missing = [lesson for lesson in lessons if not (lesson.bundle / 'policy.json').exists()]
    with processes(workers) as pool:
        for said in pool.map(_learn, missing, [plan] * len(missing)):
            print(said, flush=True)


def held_out_loss(bundle: Path) -> float:
    return float(read_bundle_file(bundle).training['held_out_loss'])


def _learn(lesson: Lesson, plan: LearningPlan) -> str:
    """What came of it, in words. The same seed gives all networks the drives in one order."""
    torch.manual_seed(lesson.seed)
    policy = Policy(lesson.spec)
    config = ImitationConfig(
        lanes=plan.lanes,
        window=plan.window,
        learning_rate=lesson.chosen.learning_rate,
        core_rate=lesson.chosen.core_rate,
        warmup=plan.warmup,
        thinning=plan.thinning,
    )
    learner, last = Learner(policy, config), float('nan')
    began = time.process_time()
    for number in range(lesson.passes):
        rng = np.random.default_rng((lesson.seed, number))
        last = float(np.mean([*learner.epoch(lesson.drives, rng, number / lesson.passes)]))
    cpu_s = time.process_time() - began
    story = {
        'command': 'benchmarks/scoreboard.py',
        'seed': lesson.seed,
        'learning_rate': config.learning_rate,
        'core_rate': config.core_rate,
        'drives': len(lesson.drives),
        'passes': lesson.passes,
        'cpu_s': round(cpu_s, 1),
        'loss': round(last, 5),
        'held_out_loss': round(mean_loss(policy, lesson.held_out), 5),
        'parameters': sum(p.numel() for p in policy.parameters()),
    }
    save_bundle(policy, lesson.bundle, story)
    return f'{lesson.bundle}: {", ".join(f"{k} {v}" for k, v in story.items())}'
