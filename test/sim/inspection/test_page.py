"""The page and the numbers, and the command that leaves them."""

import json
import re
from xml.etree import ElementTree

import pytest

from liquid_control.policy import GruSpec, Policy, save_bundle
from liquid_control.schema import plain
from liquid_control_sim.cli import main
from liquid_control_sim.inspection.inspection import numbers
from liquid_control_sim.inspection.page import write_page
from liquid_control_sim.scenario import scenario


@pytest.fixture(scope='module')
def page(found, tmp_path_factory):
    path = tmp_path_factory.mktemp('page') / 'inspection.html'
    write_page(found, path)
    return path.read_text()


@pytest.fixture
def short(tmp_path):
    """A scenario of 1.2 seconds, in a file."""
    path = tmp_path / 'short.json'
    path.write_text(json.dumps(plain(scenario(task={'type': 'beacon', 'timeout': 1.2}))))
    return path


@pytest.fixture
def gru(policy, tmp_path):
    """A bundle whose network has no time constants."""
    other = Policy(policy.spec.__class__(policy.spec.sensors, GruSpec(units=8)))
    save_bundle(other, tmp_path / 'gru', {})
    return tmp_path / 'gru'


def test_the_page_needs_nothing_else(page):
    assert not re.search(r'(src|href)="(?!#|data:)', page)
    assert '<script' not in page


def test_each_figure_is_an_svg_with_a_name_of_its_own(page):
    figures = re.findall(r'<svg.*?</svg>', page, re.DOTALL)
    names = [ElementTree.fromstring(figure).get('aria-label') for figure in figures]
    assert len(names) == len(set(names)) >= 6


def test_the_page_shows_sensors_layers_and_the_moment(page, found):
    text = re.sub(r'<[^>]+>', ' ', page)
    for word in ('lidar silent', 'shows the beacon', 'speed neuron', 'From 1.2 s on every sensor'):
        assert word in text
    for layer in found.layers:
        assert layer in text


def test_the_numbers_are_json_and_agree_with_what_was_found(found):
    told = json.loads(json.dumps(numbers(found), allow_nan=False))
    assert told['time_constants']['command']['q05'] < told['time_constants']['command']['median']
    assert told['silences']['lidar']['rms'] == pytest.approx(found.silences[0].rms)
    assert told['changes']['light']['layers']['motor']['factors'][0] > 0.0
    series = told['series']
    assert len(series['times']) == len(series['commanded'])
    assert len(series['time_constants']['motor']) == len(series['times'])


def test_a_network_without_time_constants_is_inspected_and_says_what_is_left_out(
    gru, short, tmp_path, capsys
):
    out = tmp_path / 'new'
    wanted = ['--html', str(out / 'a.html'), '--json', str(out / 'a.json')]
    assert main(['inspect', str(gru), '--scenario', str(short), '--seed', '3', *wanted]) == 0
    page = (out / 'a.html').read_text()
    assert page.count('Left out') == 2
    assert 'Time constants are left out: a network of type gru has none' in page
    told = json.loads((out / 'a.json').read_text())
    assert told['wiring'] is None
    assert told['changes'] == {}
    assert 'time is up after 1.2 s' in capsys.readouterr().out


def test_without_a_file_to_write_nothing_is_driven(capsys):
    assert main(['inspect', '--world', 'nowhere']) == 0
    assert ' synapses' in capsys.readouterr().out
    assert main(['inspect', '--at', '1']) == 2
    assert '--at is for --html FILE and --json FILE' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'complaint'),
    [
        (['--seed', '-1'], '--seed is -1, wanted 0 or more'),
        (['nowhere'], 'nowhere/policy.json: No such file'),
        (['--at', '1.2'], 'at is 1.2, wanted a second from 0.5 to 0.7: time is up after 1.2 s'),
        (['--at', 'nan'], 'at is nan, wanted a second from 0.5 to 0.7'),
    ],
)
def test_what_cannot_be_is_one_line_that_names_it(arguments, complaint, short, tmp_path, capsys):
    html = tmp_path / 'a.html'
    asked = ['inspect', *arguments, '--scenario', str(short), '--html', str(html)]
    assert main(asked) == 2
    assert complaint in capsys.readouterr().err
    assert not html.exists()
