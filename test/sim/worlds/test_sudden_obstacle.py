"""Something comes out into the robot's way, so many seconds before the collision."""

import math

import numpy as np
import pytest

from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.worlds import SuddenObstacle
from liquid_control_sim.worlds.ambush import Ambush

TICK = 0.02
NOSE, RADIUS = 0.254, 0.25


@pytest.mark.parametrize('wanted', [1.2, 1.7, 2.5])
@pytest.mark.parametrize('speed', [0.3, 0.75, 1.9])
def test_it_comes_out_at_the_configured_time_to_collision(room, wanted, speed):
    """A robot that drives straight on; the obstacle's way crosses its own at x = 6."""
    course = Ambush((6.0, 2.4), (0.0, -1.0), RADIUS, 0.65, 4.0, (wanted, wanted))
    motion = course.start(room(), np.random.default_rng(0))
    for tick in range(1, 3000):
        x = speed * tick * TICK
        motion.at(tick * TICK, (x, 0.1, 0.0), speed)
        if motion.entered_at is not None:
            break
    assert motion.entered_at == pytest.approx(tick * TICK)
    assert (6.0 - RADIUS - NOSE - x) / speed == pytest.approx(wanted, abs=1.01 * TICK)


def test_it_is_in_the_way_before_the_robot_and_goes_back(room):
    course = Ambush((6.0, 2.4), (0.0, -1.0), RADIUS, 0.65, 4.0, (1.2, 1.2), stay=3.0)
    motion = course.start(room(), np.random.default_rng(0))
    places = {}
    for tick in range(1, 1000):
        # It brakes 0.7 s after the obstacle came out, and then waits.
        x = min(tick * TICK, 6.0 - 1.0)
        moving = x < 5.0
        places[tick] = motion.at(tick * TICK, (x, 0.1, 0.0), 1.0 if moving else 0.0)
    entered = round(motion.entered_at / TICK)
    assert places[entered - 10][1] > 2.0
    assert places[entered + 40] == pytest.approx((6.0, 0.1))
    assert places[entered + 150] == pytest.approx((6.0, 0.1))
    assert places[999] == pytest.approx((6.0, 2.4))


@pytest.mark.parametrize(
    ('robot', 'speed'),
    [((4.0, 0.0, math.pi), 1.0), ((4.5, 0.0, 0.0), 0.1), ((4.5, 0.0, math.pi / 2), 1.0)],
    ids=['driving away', 'standing', 'driving beside it'],
)
def test_it_waits_for_a_robot_that_comes_its_way(room, robot, speed):
    course = Ambush((6.0, 2.4), (0.0, -1.0), RADIUS, 0.65, 4.0, (1.2, 2.5))
    motion = course.start(room(), np.random.default_rng(0))
    for tick in range(1, 200):
        assert motion.at(tick * TICK, robot, speed) == (6.0, 2.4)
    assert motion.entered_at is None


def test_all_wait_hidden_beside_the_way_to_the_goal():
    for seed in range(20):
        layout = SuddenObstacle().build(np.random.default_rng(seed))
        assert 1 <= len(layout.movers) <= 3
        for mover in layout.movers:
            place = np.array([mover.body.x, mover.body.y])
            assert layout.clearance(place) >= mover.body.radius - 1e-9
            assert layout.start[0] + 3.5 <= place[0] < layout.goal[0]
            assert abs(place[1]) > 1.3 + mover.body.radius


def test_a_simulation_tells_when_it_entered():
    """The time is the same in two runs, and the collision comes when it was foretold."""
    config = scenario(
        world={'type': 'sudden_obstacle', 'obstacles': (1, 1), 'time_to_collision': (1.5, 1.5)},
        task='goal',
        sensors={'camera': None, 'lidar': None},
    )

    def run() -> tuple[float, float]:
        simulation = Simulation(config, seed=3)
        assert simulation.movers.entered_at == [None]
        simulation.command(1.0, 0.0)
        while not simulation.collisions and simulation.elapsed < 15.0:
            simulation.next_message()
        return simulation.movers.entered_at[0], simulation.elapsed

    entered, collided = run()
    assert collided - entered == pytest.approx(1.5, abs=0.1)
    assert run() == (entered, collided)
