"""A study tries settings in runs, ends those that fall behind, and survives a kill."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from liquid_control.schema import ConfigError
from liquid_control_sim.cli import main
from liquid_control_sim.training import tune
from liquid_control_sim.training.config import load_train_config
from liquid_control_sim.training.tune import Study

CONFIGS = Path(__file__).parents[3] / 'config'
SMOKE = CONFIGS / 'train' / 'smoke.yaml'
SPACE = {
    'imitation.learning_rate': {'low': 1e-3, 'high': 1e-2, 'log': True},
    'imitation.rounds': {'choices': [1]},
}


@pytest.fixture
def study_file(tmp_path):
    """Writes a study of the smallest run."""

    def write(space=SPACE, **settings):
        path = tmp_path / 'study.yaml'
        path.write_text(yaml.safe_dump({'base': str(SMOKE), 'space': space, **settings}))
        return path

    return write


@pytest.fixture
def scripted(monkeypatch):
    """Runs that score what they are told, trial after trial, round after round."""

    def script(scores, dies_at=None):
        def begin(config, folder):
            folder.mkdir(parents=True)
            (folder / 'config.yaml').write_text('')
            return run(folder)

        def run(folder):
            progress = SimpleNamespace(best_score=None)

            def train(judged):
                number = int(folder.name)
                rounds = folder / 'rounds'
                done = int(rounds.read_text()) if rounds.exists() else 0
                for i, score in list(enumerate(scores[number]))[done:]:
                    if (number, i) == dies_at:
                        raise KeyboardInterrupt
                    rounds.write_text(str(i + 1))
                    judged(i, score)
                progress.best_score = max(scores[number])

            return SimpleNamespace(
                train=train, progress=progress, board=SimpleNamespace(close=lambda: None)
            )

        monkeypatch.setattr(tune, 'begin', begin)
        monkeypatch.setattr(tune, 'resume', run)

    return script


def test_a_trial_below_the_median_ends_early(tmp_path, study_file, scripted):
    scripted([[0.1, 0.5], [0.2, 0.6], [0.0, 0.9], [0.3, 0.7]])
    study = Study(study_file(startup=2, warmup=0), tmp_path / 'study')
    study.run(4)
    assert [attempt.state for attempt in study.attempts()] == [
        'complete',
        'complete',
        'pruned',
        'complete',
    ]
    assert study.attempts()[2].rounds == 1
    assert (study.best.number, study.best.score) == (3, 0.7)


def test_a_study_that_was_killed_goes_on_as_it_would_have(tmp_path, study_file, scripted):
    scores = [[0.1, 0.5], [0.2, 0.6], [0.3, 0.4]]
    path = study_file(startup=9)
    scripted(scores)
    whole = Study(path, tmp_path / 'whole')
    whole.run(3)
    scripted(scores, dies_at=(1, 1))
    with pytest.raises(KeyboardInterrupt):
        Study(path, tmp_path / 'killed').run(3)
    scripted(scores)
    resumed = Study(path, tmp_path / 'killed')
    assert resumed.attempts()[1].state == 'running'
    resumed.run(3)
    assert resumed.attempts() == whole.attempts()
    assert resumed.attempts()[1].rounds == 2
    assert len({attempt.fields['imitation.learning_rate'] for attempt in whole.attempts()}) == 3


@pytest.mark.parametrize(
    ('space', 'said'),
    [
        ({'imitation.learning_rat': {'choices': [1.0]}}, 'space.imitation.learning_rat is not a'),
        ({'imitation.lanes': {'choices': [2, 0]}}, 'imitation.lanes is 0'),
        ({'drives.3.share': {'choices': [2.0]}}, 'space.drives.3.share is not a field'),
        ({'ppo.std': {'low': 0.1, 'high': 0.2}}, 'space.ppo.std is not a field'),
        ({'imitation.lanes': {'low': 4, 'high': 2}}, 'low has to be less than high'),
    ],
)
def test_a_space_that_no_run_has_is_one_error(tmp_path, study_file, space, said, capsys):
    command = ['tune', '--config', str(study_file(space)), '--run', str(tmp_path / 'study')]
    assert main(command) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count('\n') == 1
    assert not (tmp_path / 'study').exists()


def test_a_folder_with_another_study_is_refused(tmp_path, study_file):
    Study(study_file(), tmp_path / 'study')
    Study(study_file(trials=99), tmp_path / 'study')
    with pytest.raises(ConfigError, match='holds a study with other settings'):
        Study(study_file(seed=5), tmp_path / 'study')


def test_the_shipped_study_is_valid(tmp_path):
    Study(CONFIGS / 'tune' / 'goal.yaml', tmp_path / 'study')


@pytest.mark.slow
def test_the_best_of_two_trials_can_be_trained_and_driven(tmp_path, study_file, capsys):
    space = {
        **SPACE,
        'imitation.first_epochs': {'choices': [1]},
        'validation_episodes': {'choices': [1]},
    }
    folder = tmp_path / 'study'
    command = ['tune', '--config', str(study_file(space)), '--run', str(folder), '--trials', '2']
    assert main(command) == 0
    best = load_train_config(folder / 'best.yaml')
    assert (best.imitation.rounds, best.imitation.lanes) == (1, 2)
    said = capsys.readouterr().out
    assert 'learning_rate' in said
    for number in range(2):
        assert (folder / 'trials' / str(number) / 'bundle' / 'policy.json').exists()
