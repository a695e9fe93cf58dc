"""People walk as they are told: through nothing, now and then resting or turning round."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control_sim.worlds import Box, Pedestrians
from liquid_control_sim.worlds.walk import Walk

FAR = (50.0, 50.0, 0.0)
TICK = 0.02


def walked(layout, course, seed=0, seconds=60.0, robot=FAR, speed=0.0) -> np.ndarray:
    motion = course.start(layout, np.random.default_rng(seed))
    ticks = np.arange(1, round(seconds / TICK) + 1)
    return np.array([motion.at(tick * TICK, robot, speed) for tick in ticks])


@pytest.fixture(scope='module')
def walks():
    """Layout and ways of all people, some halls."""
    found = []
    for seed in range(4):
        layout = Pedestrians().build(np.random.default_rng(seed))
        found += [(layout, walked(layout, m.course, i)) for i, m in enumerate(layout.movers)]
    return found


def test_a_seed_is_a_walk():
    layout = Pedestrians().build(np.random.default_rng(1))
    course = layout.movers[0].course
    assert (walked(layout, course, 5) == walked(layout, course, 5)).all()
    assert (walked(layout, course, 5) != walked(layout, course, 6)).any()


def test_nobody_walks_through_anything(walks):
    assert all((layout.clearance(places) > 0.25).all() for layout, places in walks)


def test_speeds_are_in_range(walks):
    """But for the last step of a way, which ends where the way does."""
    for _, places in walks:
        steps = np.hypot(*np.diff(places, axis=0).T) / TICK
        assert steps.max() <= 1.4 + 1e-9
        moving = steps[steps > 0.0]
        assert np.mean(moving >= 0.4 - 1e-9) > 0.97


def test_all_walk_and_rest_and_turn(walks):
    for _, places in walks:
        steps = np.diff(places, axis=0)
        moving = np.hypot(*steps.T) > 0.0
        assert 0.3 < moving.mean() < 1.0
        heading = np.unwrap(np.arctan2(*steps[moving].T))
        assert (np.abs(np.diff(heading)) > 0.5).sum() >= 3


def test_people_step_out_from_behind_things(walks):
    """Some rest close to something."""
    near = [layout.clearance(places).min() for layout, places in walks]
    assert np.mean(np.array(near) < 0.45) > 0.5


@pytest.fixture
def lane(room):
    """A lane in which one can but walk along x."""
    return room(half_size=(4.0, 0.36), start=(0.0, 0.0, 0.0))


def test_a_walker_stops_before_a_standing_robot(lane):
    course = Walk((-3.0, 0.0), 0.25)
    places = walked(lane, course, robot=(0.0, 0.0, 0.0))
    gap = np.hypot(*places.T) - 0.25 - 0.33
    assert gap.min() == pytest.approx(0.4, abs=0.06)


def test_a_walker_pays_no_heed_to_a_moving_robot(lane):
    places = walked(lane, Walk((-3.0, 0.0), 0.25), robot=(0.0, 0.0, 0.0), speed=0.5)
    assert np.hypot(*places.T).min() < 0.3


def test_a_walker_with_nowhere_to_go_stays(room):
    around = [
        Box(0.5 * dx, 0.5 * dy, 0.0, 0.15, 0.15, 1.0, (0.5, 0.5, 0.5))
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        if dx or dy
    ]
    places = walked(room(*around), Walk((0.0, 0.0), 0.25), seconds=2.0)
    assert (places == 0.0).all()


def test_an_overfull_hall_is_refused():
    crowded = replace(Pedestrians(), people=(500, 500))
    with pytest.raises(ValueError, match='people is'):
        crowded.build(np.random.default_rng(0))
