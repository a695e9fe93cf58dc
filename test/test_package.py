"""The package's own papers agree with each other."""

import re
import xml.etree.ElementTree as ElementTree
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def requirements():
    """Names of all direct dependencies, as pip compares names."""
    try:
        return {canonical(re.split(r'[^\w.-]', line)[0]) for line in requires('liquid_control')}
    except PackageNotFoundError:
        pytest.skip('liquid_control is not installed with pip')


def canonical(name):
    return re.sub(r'[-_.]+', '-', name).lower()


def test_every_direct_dependency_is_pinned(requirements):
    lines = (ROOT / 'constraints.txt').read_text().split()
    pinned = {canonical(line.partition('==')[0]) for line in lines if '==' in line}
    assert requirements == pinned


def test_package_xml_and_setup_py_tell_the_same_version(requirements):
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    assert package.findtext('version') == version('liquid_control')


def test_pyproject_configures_tools_only():
    tomllib = pytest.importorskip('tomllib', reason='Python 3.10 has no tomllib')
    assert set(tomllib.loads((ROOT / 'pyproject.toml').read_text())) == {'build-system', 'tool'}
