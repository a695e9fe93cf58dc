"""Which policies a run keeps."""

import pytest

from liquid_control.policy import Policy, PolicySpec
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import validated
from liquid_control_sim.training.checkpoint import Progress
from liquid_control_sim.training.validation import Judge, chance

BEST = 0.75
SPEC = validated(
    PolicySpec,
    {'sensors': {'imu': {'type': 'imu'}}, 'network': {'type': 'gru', 'units': 2}},
    'test',
)


class Validated:
    """Drives of which a policy masters such a share."""

    def __init__(self, score):
        self._score = score

    def validate(self, candidate):
        assert read_bundle_file(candidate).training['validation'] is None
        return {'success_rate': self._score}, self._score


class Unread:
    def add_scalar(self, name, value, step):
        pass


@pytest.mark.parametrize(
    ('score', 'leeway', 'is_kept'),
    [
        (BEST - 1 / 64, 0.0, False),
        (BEST, 0.0, True),
        (BEST - 1 / 16, chance(16), True),
        (BEST - 4 / 16, chance(16), False),
        (0.0, float('inf'), True),
    ],
)
def test_the_bundle_is_the_best_policy_or_nearly_so(tmp_path, score, leeway, is_kept):
    judge = Judge(Validated(score), tmp_path, Unread())
    progress = Progress(round=4, best_round=3, best_score=BEST)
    verdict = judge.judge(Policy(SPEC), progress, {'round': 4}, leeway)
    assert verdict.score == score
    assert judge.bundle.exists() == is_kept
    if is_kept:
        story = read_bundle_file(judge.bundle).training
        assert story == {'round': 4, 'validation': {'success_rate': score}}


def test_chance_is_less_with_more_drives():
    assert chance(16) == pytest.approx(0.177, abs=1e-3)
    assert chance(64) == pytest.approx(chance(16) / 2)
