"""The command as a user types it."""

import pytest

from liquid_control_sim.cli import main


def test_it_leaves_what_was_asked_for(tmp_path, capsys):
    arguments = ['--planner', 'expert', '--task', 'goal', '--world', 'rooms', '--seconds', '0.3']
    assert main(['watch', *arguments, '--png', '--mcap', '--out', str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ['bag', 'run.png']
    assert 'goal not reached, no collision' in capsys.readouterr().out


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        (['--seconds', '0', '--png'], '--seconds is 0, wanted more than 0'),
        (['--seed', '-1', '--png'], '--seed is -1, wanted 0 or more'),
        (['--planner', 'oracle', '--png'], "planner is 'oracle', wanted one of"),
        (['--policy', 'nowhere', '--png'], 'nowhere/policy.json: No such file'),
        (['--world', 'barn', '--png'], '--world barn and --worlds FILE go together'),
        (['--faults', 'odd', '--png'], "faults is 'odd', wanted one of nominal"),
        (['--planner', 'expert'], '--mp4, --png and --mcap write files instead'),
    ],
)
def test_what_cannot_be_is_one_line_that_names_it(arguments, complaint, capsys, monkeypatch):
    monkeypatch.setenv('MPLBACKEND', 'agg')
    assert main(['watch', *arguments]) == 2
    error = capsys.readouterr().err
    assert complaint in error
    assert len(error.strip().splitlines()) == 1
