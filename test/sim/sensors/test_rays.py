"""Our rays end where MuJoCo's do."""

import mujoco
import numpy as np
import pytest

from liquid_control_sim.physics import Physics
from liquid_control_sim.scenario import scenario
from liquid_control_sim.sensors.rays import Rays
from liquid_control_sim.worlds import FLOOR_GROUP, SOLID_GROUP, Cylinder, Layout

JACKAL = scenario().robot
COUNT = 400
REACH = 12.0
WALLS = {1, 2, 3, 4}


def physics_of(layout: Layout) -> Physics:
    return Physics(layout, JACKAL, 1_000_000_000)


def directions(rng: np.random.Generator) -> np.ndarray:
    rays = rng.normal(size=(COUNT, 3))
    rays[:4] = [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [0.0, 0.0, 1.0]]
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)


def of_mujoco(physics: Physics, origin: np.ndarray, rays: np.ndarray):
    """Geoms, distances and normals; MuJoCo's cutoff leaves out whole geoms only."""
    groups = np.zeros(6, np.uint8)
    groups[[SOLID_GROUP, FLOOR_GROUP]] = 1
    geoms, distances = np.empty(len(rays), np.int32), np.empty(len(rays))
    normals = np.empty(rays.size)
    mujoco.mj_multiRay(
        physics.model,
        physics.data,
        origin,
        rays.ravel(),
        groups,
        True,
        -1,
        geoms,
        distances,
        normals,
        len(rays),
        1e6,
    )
    none = (geoms < 0) | (distances > REACH)
    geoms[none], distances[none] = -1, -1.0
    return geoms, distances, normals.reshape(-1, 3)


def pose_at_random(physics: Physics, rng: np.random.Generator) -> None:
    """Anywhere, also outside the walls, above them and upside down; but not inside a solid."""
    turn = rng.normal(size=4)
    physics.data.qpos[:7] = [*rng.uniform(-7.0, 7.0, 2), rng.uniform(0.3, 3.0), *turn]
    physics.data.qpos[3:7] /= np.linalg.norm(turn)
    physics.place_beacon(*rng.uniform(-4.0, 4.0, 2))
    physics.locate()


@pytest.mark.parametrize('world', ['arena', 'pedestrians', 'clutter'])
def test_every_ray_hits_what_mujoco_says_where_it_says(world):
    rng = np.random.default_rng(0)
    physics = physics_of(scenario(world).world.build(rng))
    rays = Rays(physics, 'camera', COUNT)
    hits = 0
    for _ in range(60):
        pose_at_random(physics, rng)
        origin, cast = rays.cast(directions(rng), REACH)
        geoms, distances, normals = of_mujoco(physics, origin, cast)
        other = rays.geoms != geoms
        assert {*rays.geoms[other], *geoms[other]} <= WALLS, 'where these overlap either is right'
        assert rays.distances == pytest.approx(distances, abs=1e-9)
        hit = geoms >= 0
        assert rays.normals[hit] == pytest.approx(normals[hit], abs=1e-6)
        hits += np.count_nonzero(hit)
    assert hits > 60 * COUNT / 4


def test_a_beacon_that_moved_is_hit_where_it_went(room):
    physics = physics_of(room())
    rays = Rays(physics, 'lidar', 1)
    for x in (3.0, 5.0, 2.0):
        physics.place_beacon(x, 0.0)
        physics.locate()
        rays.cast(np.array([[1.0, 0.0, 0.0]]), REACH)
        radius, eye = 0.15, JACKAL.lidar_position[0]
        assert rays.distances[0] == pytest.approx(x - radius - eye, abs=1e-3)


def test_an_eye_inside_a_solid_sees_its_wall_from_within(room):
    around = Cylinder(0.0, 0.0, 1.0, 1.5, (0.5, 0.5, 0.5))
    physics = physics_of(room(around))
    rays = Rays(physics, 'lidar', COUNT)
    rng = np.random.default_rng(1)
    for _ in range(5):
        physics.data.qpos[:2] = rng.uniform(-0.3, 0.3, 2)
        physics.locate()
        origin, cast = rays.cast(directions(rng), REACH)
        assert rays.distances == pytest.approx(of_mujoco(physics, origin, cast)[1], abs=1e-9)


def test_a_tilted_solid_is_refused_by_name(room):
    physics = physics_of(room())
    physics.data.mocap_quat[0] = [np.cos(0.1), np.sin(0.1), 0.0, 0.0]
    with pytest.raises(ValueError, match=r"'beacon'.*upright box or cylinder"):
        Rays(physics, 'lidar', 1)
