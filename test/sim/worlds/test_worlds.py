"""What holds in every world that is drawn: it is the seed's, and one can get around in it."""

from dataclasses import replace

import numpy as np
import pytest

from liquid_control_sim.scenario import scenario
from liquid_control_sim.simulation import Simulation
from liquid_control_sim.tasks import Beacon, Goal
from liquid_control_sim.worlds import (
    Arena,
    Box,
    Clutter,
    Corridors,
    Cylinder,
    Pedestrians,
    Rooms,
    SuddenObstacle,
)

WORLDS = [Arena(), Corridors(), Rooms(), Clutter(), Pedestrians(), SuddenObstacle()]
FOOTPRINT = 0.3
SEEDS = range(20)


def name(world) -> str:
    return world.type


def build(world, seed: int):
    return world.build(np.random.default_rng(seed))


@pytest.mark.parametrize('world', WORLDS, ids=name)
def test_a_seed_is_a_world(world):
    assert build(world, 3) == build(world, 3)
    assert build(world, 3) != build(world, 4)


@pytest.mark.parametrize('world', WORLDS, ids=name)
def test_the_robot_starts_free(world):
    for seed in SEEDS:
        layout = build(world, seed)
        start = np.array(layout.start[:2])
        assert layout.clearance(start) >= 0.4
        assert all(np.hypot(*(start - (m.body.x, m.body.y))) > 0.8 for m in layout.movers)


@pytest.mark.parametrize('world', [w for w in WORLDS if w.type != 'clutter'], ids=name)
def test_every_free_place_can_be_reached(world):
    for seed in SEEDS:
        layout = build(world, seed)
        free = layout.free_places(np.random.default_rng(0), 0.45, 2000)
        reached = layout.reachable_places(np.random.default_rng(0), 0.45, 2000, FOOTPRINT)
        assert len(free) > 100
        assert len(reached) == len(free)


@pytest.mark.parametrize('world', WORLDS, ids=name)
def test_goals_and_beacons_can_be_reached(world):
    for seed in SEEDS:
        layout, rng = build(world, seed), np.random.default_rng(seed)
        regions, _ = layout.raster.regions(FOOTPRINT)
        here = layout.raster.at(regions, np.array(layout.start[:2]))
        assert here > 0
        for place in (Goal().start(layout, rng).target, Beacon().start(layout, rng).beacon_xy):
            assert layout.raster.at(regions, np.array(place)) == here
            assert layout.clearance(np.array(place)) > FOOTPRINT


@pytest.mark.parametrize('task', ['beacon', 'goal', 'cruise'])
@pytest.mark.parametrize('world', WORLDS, ids=name)
def test_every_task_runs_in_every_world(world, task):
    simulation = Simulation(scenario(world=world.type, task=task), seed=2)
    messages = simulation.run_until(simulation.start_ns + 500_000_000)
    assert {'lidar', 'imu', 'odometry'} <= {message.event.sensor for message in messages}
    assert simulation.collisions == 0
    assert not simulation.task.finished


def test_corridors_turn_and_end_and_are_as_wide_as_configured():
    """A corridor's width is twice the clearance along its middle."""
    config = Corridors(width=(1.2, 1.2))
    for seed in SEEDS:
        layout = build(config, seed)
        middle = np.array(layout.start[:2]) + np.linspace(0.9, 1.2, 4)[:, None] * [
            np.cos(layout.start[2]),
            np.sin(layout.start[2]),
        ]
        assert layout.clearance(middle) == pytest.approx(0.6)


def test_corridors_have_dead_ends():
    """With no loops, the net is a tree: closing it anywhere cuts it in two."""
    layout = build(Corridors(loops=(0, 0)), 1)
    x, y, yaw = layout.start
    plug = Box(x + 1.3 * np.cos(yaw), y + 1.3 * np.sin(yaw), yaw, 0.2, 1.1, 1.0, (0.5, 0.5, 0.5))
    assert layout.raster.regions(FOOTPRINT)[1] == 1
    plugged = replace(layout, obstacles=(*layout.obstacles, plug))
    assert plugged.raster.regions(FOOTPRINT)[1] == 2


def test_rooms_are_closed_but_for_their_doors():
    """A robot too wide for the doors stays in its room; there are four rooms and more."""
    for seed in SEEDS:
        layout = build(Rooms(furniture=(0, 0)), seed)
        assert layout.raster.regions(0.35)[1] == 1
        assert layout.raster.regions(0.75)[1] >= 4


def test_furniture_stands_on_its_own_floor():
    def pieces(layout):
        return [o for o in layout.obstacles if o.height != layout.wall_height]

    number = []
    for seed in SEEDS:
        placed = pieces(build(Rooms(), seed))
        centres = [np.array([piece.x, piece.y]) for piece in placed]
        for index, piece in enumerate(placed):
            others = centres[:index] + centres[index + 1 :]
            assert all(piece.distance(other) > 0.0 for other in others)
        number.append(len(placed))
    assert min(number) >= 5


def test_a_hall_has_things_to_step_out_from_behind():
    for seed in SEEDS:
        layout = build(Pedestrians(), seed)
        assert len(layout.obstacles) >= 3
        assert all(thing.height >= layout.movers[0].body.height for thing in layout.obstacles)
        bodies = [mover.body for mover in layout.movers]
        assert 4 <= len(bodies) <= 8
        assert all(isinstance(body, Cylinder) and body.radius == 0.25 for body in bodies)
