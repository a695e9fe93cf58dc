"""A result says where it comes from."""

import subprocess

from liquid_control_sim import origin as module
from liquid_control_sim.origin import origin


def test_a_revision_is_that_of_the_package_alone(tmp_path, monkeypatch):
    """Not of a repository of somebody else's that the package happens to be installed in."""
    git = ['git', '-C', str(tmp_path), '-c', 'user.name=a', '-c', 'user.email=a@b']
    subprocess.run([*git, 'init', '-q'], check=True)
    (tmp_path / 'installed').mkdir()
    (tmp_path / 'installed' / 'package.xml').write_text('<package/>')
    subprocess.run([*git, 'commit', '-q', '--allow-empty', '-m', 'theirs'], check=True)
    monkeypatch.setattr(module, 'share', lambda: tmp_path / 'installed')
    assert origin()['revision'] == ''
    subprocess.run([*git, 'add', '.'], check=True)
    subprocess.run([*git, 'commit', '-q', '-m', 'ours'], check=True)
    revision = origin()['revision']
    assert len(revision) == 12
    (tmp_path / 'installed' / 'package.xml').write_text('<package>changed</package>')
    assert origin()['revision'] == f'{revision}-dirty'


def test_versions_of_what_decides_the_numbers_are_in_it():
    versions = origin()['versions']
    wanted = {'python', 'liquid_control', 'torch', 'mujoco', 'numpy', 'gymnasium', 'numba'}
    assert versions.keys() == wanted
    assert all(versions.values())
