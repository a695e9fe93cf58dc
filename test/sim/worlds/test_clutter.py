"""Fields grown as BARN's are: as dense, as narrow, as long to cross.

Ranges are those of 100 of BARN's own worlds: 183 to 365 cylinders, 270 on average (deviation 49);
2 to 25 % of the inner field covered, 13.6 % on average; every world has a way of five cells.
"""

import numpy as np
import pytest

from liquid_control_sim.worlds import Clutter

LAYOUTS = [Clutter().build(np.random.default_rng(seed)) for seed in range(40)]


def centres(layout) -> np.ndarray:
    """In cells from the wall behind, and from the left wall, [n, 2]."""
    places = np.array([(o.x, o.y) for o in layout.obstacles])
    return np.rint((places - places.min(0)) / 0.15).astype(int)


def test_cylinders_are_barns():
    for layout in LAYOUTS:
        assert all(o.radius == 0.075 and o.height == 1.0 for o in layout.obstacles)
        cells = centres(layout)
        places = np.array([(o.x, o.y) for o in layout.obstacles])
        assert places - places.min(0) == pytest.approx(0.15 * cells)
        assert len({tuple(cell) for cell in cells.tolist()}) == len(cells)


def test_start_and_goal_are_barns():
    for layout in LAYOUTS:
        x, y, yaw = layout.start
        low = np.array([(o.x, o.y) for o in layout.obstacles]).min(0) - 0.075
        assert (x - low[0], y - low[1], yaw) == pytest.approx((2.5, 3.0, 1.57))
        assert layout.goal == pytest.approx((x, y + 10.0))
        assert layout.wall_height == 0.0


def test_the_entrance_is_walled_and_empty_inside():
    for layout in LAYOUTS:
        entrance = [cell for cell in centres(layout).tolist() if cell[1] < 34]
        behind = [cell for cell in entrance if cell[1] == 0]
        sides = [cell for cell in entrance if cell[1] > 0]
        assert len(behind) == 30
        assert len(sides) == 66
        assert {column for column, _ in sides} == {0, 29}


def test_counts_and_density_are_like_barns():
    counts = np.array([len(layout.obstacles) for layout in LAYOUTS])
    assert counts.min() >= 170
    assert counts.max() <= 380
    assert counts.mean() == pytest.approx(270, abs=20)
    assert counts.std() == pytest.approx(49, abs=15)
    inner = [((c[:, 1] >= 34) & (c[:, 0] > 0) & (c[:, 0] < 29)) for c in map(centres, LAYOUTS)]
    density = np.array([field.sum() for field in inner]) / (28 * 30)
    assert density.mean() == pytest.approx(0.136, abs=0.02)


def test_a_jackal_gets_through_and_the_length_of_its_way_is_known():
    for layout in LAYOUTS:
        regions, _ = layout.raster.regions(0.3)
        start, goal = layout.raster.at(regions, np.array([layout.start[:2], layout.goal]))
        assert start == goal > 0
        assert 9.85 <= layout.optimal_length <= 14.0
    assert np.mean([layout.optimal_length for layout in LAYOUTS]) == pytest.approx(10.8, abs=0.3)


def test_fuller_fields_are_denser():
    def count(fill: float) -> float:
        config = Clutter(fill=(fill, fill))
        return np.mean([len(config.build(np.random.default_rng(s)).obstacles) for s in range(10)])

    assert count(0.15) < count(0.20) < count(0.25)


def test_an_empty_field_is_crossed_straight():
    layout = Clutter(fill=(0.0, 0.0)).build(np.random.default_rng(0))
    assert layout.optimal_length == pytest.approx(10.0, abs=0.1)
