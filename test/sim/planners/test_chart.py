"""The memory of LiDAR points, the distances to them, and the way round them."""

import numpy as np
import pytest

from liquid_control_sim.planners.chart import Chart, Field
from liquid_control_sim.planners.guide import Way
from liquid_control_sim.planners.senses import Scan, Senses
from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation


@pytest.fixture
def chart():
    return Chart(Senses(Simulation(scenario(task='goal'), 0)))


def scan(points, sensor=(0.0, 0.0, 0.0), beams=720):
    """What a LiDAR there sees of these points: a thumb wide, and nothing behind them."""
    points = np.array(points, float).reshape(-1, 2)
    angles = np.linspace(-0.75 * np.pi, 0.75 * np.pi, beams)
    ranges = np.full(beams, np.inf)
    offset = points - sensor[:2]
    bearings = np.arctan2(offset[:, 1], offset[:, 0]) - sensor[2]
    for bearing, away in zip(bearings, np.hypot(*offset.T), strict=True):
        ranges[np.abs(angles - bearing) < 0.02] = away
    return Scan(ranges, sensor, points)


def test_what_was_seen_once_is_remembered_behind_something_nearer(chart):
    chart.add(scan([(3.0, 0.0)]))
    chart.add(scan([(1.0, 0.0)]))
    assert sorted(chart.points[:, 0]) == [1.0, 3.0]


def test_what_a_scan_sees_past_is_forgotten(chart):
    chart.add(scan([(1.0, 0.0)]))
    chart.add(scan([(3.0, 0.0)]))
    assert chart.points.tolist() == [[3.0, 0.0]]


def test_what_is_behind_the_field_of_view_is_remembered(chart):
    chart.add(scan([(1.0, 0.0)]))
    chart.add(scan([], sensor=(0.0, 0.0, np.pi)))
    assert len(chart.points) == 1


def test_what_is_out_of_reach_is_forgotten(chart):
    chart.add(scan([(1.0, 0.0)]))
    chart.add(scan([], sensor=(12.0, 0.0, 0.0)))
    assert not len(chart.points)


def test_a_place_seen_again_and_again_is_one_point(chart):
    for shift in (0.0, 0.004, -0.004):
        chart.add(scan([(2.0 + shift, 0.0)]))
    assert len(chart.points) == 1


def test_a_field_tells_distances_to_within_its_cells():
    rng = np.random.default_rng(0)
    points, places = rng.uniform(-3.0, 3.0, (20, 2)), rng.uniform(-3.5, 3.5, (200, 2))
    true = np.hypot(*(places[:, None] - points).transpose(2, 0, 1)).min(1)
    assert np.abs(Field(points).away(places) - true).max() < 0.071


def test_a_field_of_nothing_is_free():
    assert Field(np.empty((0, 2))).away(np.zeros((1, 2)))[0] > 10.0


def test_the_way_leads_round_what_was_seen():
    wall = np.stack([np.full(81, 2.0), np.linspace(-2.0, 2.0, 81)], axis=1)
    goal = (4.0, 0.0)
    free = Way(np.empty((0, 2)), (0.0, 0.0), goal, half_width=0.2)
    round_it = Way(wall, (0.0, 0.0), goal, half_width=0.2)
    here = np.zeros(2)
    assert free.left(here) == pytest.approx(4.0, rel=0.03)
    assert round_it.left(here) > 2 * np.hypot(2.0, 2.2)
