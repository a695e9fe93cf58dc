"""The rounds of a run: when they end, how often each learns, and whose policy is the bundle."""

import numpy as np
import pytest

from liquid_control.policy import Policy
from liquid_control.policy.bundle import read_bundle_file
from liquid_control.schema import validated
from liquid_control.stream import Event
from liquid_control_sim.training.config import TrainConfig
from liquid_control_sim.training.episode import Recorder
from liquid_control_sim.training.run import begin


class Scripted:
    """One recorded drive, and what validation says after each round."""

    rounds = 6

    def __init__(self, path, scores):
        self._path, self._scores = path, list(scores)

    def count(self, number):
        return 1

    def record(self, number, driver):
        yield 1

    def paths(self, number):
        return [self._path]

    def validate(self, candidate):
        score = self._scores.pop(0)
        return {'score': score}, score


@pytest.fixture
def scripted(tmp_path, monkeypatch):
    """Makes a run of six short rounds."""

    def make(scores, **imitation):
        data = {
            'policy': {
                'sensors': {'odometry': {'type': 'odometry', 'features': 2}},
                'network': {'type': 'gru', 'units': 2},
            },
            'imitation': {'first_epochs': 1, 'epochs': 1, 'window': 4, **imitation},
        }
        config = validated(TrainConfig, data, 'test')
        recorder = Recorder(Policy(config.policy))
        for tick in range(4):
            recorder.add(Event(tick * 50_000_000, 'odometry', np.zeros(2)), np.zeros(2))
        recorder.save(tmp_path / 'drive.npz')
        drives = Scripted(tmp_path / 'drive.npz', scores)
        monkeypatch.setattr('liquid_control_sim.training.run.SimulatedDrives', lambda *_: drives)
        return begin(config, tmp_path / 'run')

    return make


@pytest.mark.parametrize(
    ('patience', 'scores', 'rounds', 'best'),
    [
        (2, [0.1, 0.5, 0.4, 0.3, 0.9, 0.9], 4, 1),
        (2, [0.1, 0.5, 0.4, 0.5, 0.4, 0.4], 6, 3),
        (None, [0.5, 0.4, 0.3, 0.2, 0.1, 0.0], 6, 0),
    ],
)
def test_it_ends_after_so_many_rounds_without_a_better_one(
    scripted, patience, scores, rounds, best
):
    run = scripted(scores, patience=patience)
    run.train()
    assert (run.progress.round, run.progress.best_round) == (rounds, best)


@pytest.mark.parametrize(('last', 'passes', 'bundle'), [(None, 2 + 5, 1), (9, 2 + 4 + 9, 5)])
def test_the_last_round_passes_more_often_if_asked_and_its_policy_is_the_bundle(
    scripted, last, passes, bundle
):
    run = scripted([0.1, 0.9, 0.2, 0.2, 0.2, 0.8], first_epochs=2, last_epochs=last)
    run.train()
    assert run.progress.batches == passes, 'a pass over the one drive is a batch'
    assert read_bundle_file(run.bundle).training['round'] == bundle
