"""The page that shows a suite's results, of results made up."""

import re
from xml.etree import ElementTree

import pytest

from liquid_control_sim.evaluation.charts import curve, draw
from liquid_control_sim.evaluation.report import write_report


def outcome(seed, end='success', clearance=0.3):
    return {
        'seed': seed,
        'success': end == 'success',
        'collision': end == 'collision',
        'clearance_m': clearance,
    }


def cell(driver, condition, outcomes, x=None):
    rate = sum(o['success'] for o in outcomes) / len(outcomes)
    hit = sum(o['collision'] for o in outcomes) / len(outcomes)
    return {
        'driver': driver,
        'scenario': 'hall',
        'condition': condition,
        'sweep': None if x is None else 'rate',
        'x': x,
        'episodes': len(outcomes),
        'success_rate': rate,
        'success_rate_ci95': [rate / 2, (1 + rate) / 2],
        'collision_rate': hit,
        'collision_rate_ci95': [hit / 2, (1 + hit) / 2],
        'mean_time_s': 7.25,
        'mean_time_s_ci95': [6.5, 8.0],
        'watch': f'liquid_control watch --planner {driver} --scenario {condition}.json --seed',
        'outcomes': outcomes,
    }


def results():
    sweep = {'title': 'LiDAR rate', 'unit': 'Hz', 'values': [20.0, 5.0], 'patch': {}}
    task = {'type': 'goal', 'timeout': 9.0}
    layers = {'world': 'sudden_obstacle', 'task': task, 'robot': 'jackal'}
    inference = {'p50_ms': 0.123, 'p99_ms': 4.567, 'events': 500}
    return {
        'suite': 'tiny',
        'config': {
            'drivers': {'good': 'expert', 'bad': 'dwa'},
            'scenarios': {'hall': {**layers, 'sensors': {}, 'limits': {}}},
            'faults': ['nominal', 'lossy'],
            'sweeps': {'rate': sweep},
            'seeds': {'first': 3, 'count': 2},
        },
        'sessions': [
            {
                'command': "liquid_control evaluate --suite 'a<b>.yaml'",
                'started': '2026-01-02T03:04:05+00:00',
                'revision': 'abc123',
                'versions': {'python': '3.11'},
                'machine': 'a toaster, 2 cores',
                'inference': {'good': inference, 'bad': inference},
            }
        ],
        'cells': [
            cell('good', 'nominal', [outcome(3), outcome(4)]),
            cell('bad', 'nominal', [outcome(3), outcome(4, 'timeout')]),
            cell('good', 'lossy', [outcome(3), outcome(4)]),
            cell('bad', 'lossy', [outcome(3, 'collision', 0.0), outcome(4, 'collision', 0.0)]),
            cell('good', 'rate=20', [outcome(3), outcome(4)], 20.0),
            cell('bad', 'rate=20', [outcome(3), outcome(4)], 20.0),
            cell('good', 'rate=5', [outcome(3), outcome(4)], 5.0),
            cell('bad', 'rate=5', [outcome(3), outcome(4, 'timeout')], 5.0),
        ],
    }


@pytest.fixture
def page(tmp_path):
    write_report(results(), tmp_path / 'report.html')
    return (tmp_path / 'report.html').read_text()


def test_it_says_what_was_run(page):
    scenario = 'world sudden_obstacle, task goal (timeout 9.0), robot jackal'
    machine = 'a toaster, 2 cores'
    for said in (scenario, machine, 'revision abc123', '3 to 4', '16 simulated', '4.57 ms'):
        assert said in page


def test_what_was_typed_is_no_markup(page):
    assert 'a&lt;b&gt;.yaml' in page
    assert 'a<b>' not in page


def test_collisions_come_first_with_the_command_that_shows_them(page):
    listed = re.findall(r'<li>(\w+), (\S+), seed (\d)<code>(.*?)</code>', page)
    assert [entry[:3] for entry in listed] == [
        ('collision', 'lossy', '3'),
        ('collision', 'lossy', '4'),
        ('timeout', 'nominal', '4'),
        ('timeout', 'rate=5', '4'),
    ]
    assert listed[0][3] == 'liquid_control watch --planner bad --scenario lossy.json --seed 3'
    assert '<b>good</b>: no episode failed.' in page


def test_better_and_worse_are_not_told_by_colour_alone(page):
    shaded = re.findall(r'background:(#\w{6})"><b>(\d+) %</b>', page)
    assert [rate for _, rate in shaded] == ['100', '50', '100', '0']
    colours = {rate: colour for colour, rate in shaded}
    assert len(set(colours.values())) == 3


def test_only_what_was_measured_has_a_column_and_a_definition(page):
    assert '<dt>time</dt>' in page
    assert '7.2 s<small>6.5 to 8.0 s</small>' in page
    assert 'BARN' not in page


def test_curves_are_drawn_in_the_order_of_the_quantity():
    cells = [cell('d', 'c', [outcome(1)], x) for x in (20.0, 2.0, 5.0)]
    one = curve('d', cells, 'success_rate')
    assert one.x == [2.0, 5.0, 20.0]
    assert one.low == (0.5, 0.5, 0.5)


def test_a_chart_is_one_element_with_a_name_and_the_same_every_time():
    cells = [cell('d', 'c', [outcome(1)], x) for x in (20.0, 2.0)]
    drawn = draw([curve('d', cells, 'success_rate')], 'rate (Hz)', 'success', 'hall: success')
    element = ElementTree.fromstring(drawn)
    assert element.get('aria-label') == 'hall: success'
    assert drawn == draw(
        [curve('d', cells, 'success_rate')], 'rate (Hz)', 'success', 'hall: success'
    )
