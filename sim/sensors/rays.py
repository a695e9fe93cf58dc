"""What a ray hits first: the floor, upright boxes and upright cylinders of a MuJoCo world.

mujoco.mj_multiRay answers the same for any shape. These few shapes, all upright, let a solid be
looked at by the rays of its own directions only, nearest first.
"""

from typing import NamedTuple

import mujoco
import numpy as np
from numba import njit

from liquid_control_sim.physics import Physics
from liquid_control_sim.worlds import FLOOR_GROUP, SOLID_GROUP

compiled = njit(error_model='numpy', nogil=True, cache=True)

_SECTORS = 512
_BOX, _CYLINDER = 0, 1
_SHAPES = {int(mujoco.mjtGeom.mjGEOM_BOX): _BOX, int(mujoco.mjtGeom.mjGEOM_CYLINDER): _CYLINDER}
_Hit = tuple[float, tuple[float, float, float]]
_MARGIN = 1e-9
"""Metres that a solid's outline is widened by: rounding must not lose a ray that grazes it."""


class Rays:
    """Casts the same number of rays again and again, into the physics' world as it is then.

    After cast(): geoms int32 [count], -1 for nothing; distances, metres [count], -1 for nothing;
    normals [count, 3] of the surfaces hit. The robot's own body is not seen.

    site: where from, a site of the robot.
    Raises ValueError for a world with something solid that is no upright box or cylinder.
    """

    def __init__(self, physics: Physics, site: str, count: int) -> None:
        physics.locate()
        self._data = physics.data
        self._site = physics.model.site(site).id
        self._scene = _scene(physics)
        self._sectors = _Sectors(
            np.empty(len(self._scene.solids)),
            np.empty((_SECTORS, len(self._scene.solids)), np.int32),
            np.empty(_SECTORS, np.int32),
        )
        self.geoms = np.empty(count, np.int32)
        self.distances = np.empty(count)
        self.normals = np.empty((count, 3))

    def cast(self, rays: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
        """Look along unit vectors [count, 3] in the site's frame, as far as reach, metres.

        Returns where from, metres [3], and the rays in the world's frame [count, 3].
        """
        origin = self._data.site_xpos[self._site]
        rays = rays @ self._data.site_xmat[self._site].reshape(3, 3).T
        _sort(origin, self._scene, self._sectors)
        hits = self.geoms, self.distances, self.normals
        _cast(origin, rays, reach, self._scene, self._sectors, hits)
        return origin, rays


class _Scene(NamedTuple):
    """floor: its geom. solids: their geoms. shapes, sizes: of the solids.
    places, turns: of all geoms, as MuJoCo has them now.
    """

    floor: int
    floor_size: np.ndarray
    solids: np.ndarray
    shapes: np.ndarray
    sizes: np.ndarray
    places: np.ndarray
    turns: np.ndarray


class _Sectors(NamedTuple):
    """Which solids are in which sector of directions, the nearest first.

    near: metres from the eye to each outline, on the floor's plane [solids].
    slots, counts: indices into solids [_SECTORS, solids], and how many of them are valid.
    """

    near: np.ndarray
    slots: np.ndarray
    counts: np.ndarray


def _scene(physics: Physics) -> _Scene:
    model, data = physics.model, physics.data
    (floor,) = np.flatnonzero(model.geom_group == FLOOR_GROUP)
    solids = np.flatnonzero(model.geom_group == SOLID_GROUP)
    for solid in solids:
        if model.geom_type[solid] not in _SHAPES or data.geom_xmat[solid, 8] < 1 - 1e-9:
            raise ValueError(
                f'geom {solid} ({model.geom(solid).name!r}) cannot be seen by the sensors: '
                'wanted an upright box or cylinder'
            )
    return _Scene(
        int(floor),
        model.geom_size[floor].copy(),
        solids,
        np.array([_SHAPES[kind] for kind in model.geom_type[solids]]),
        model.geom_size[solids],
        data.geom_xpos,
        data.geom_xmat,
    )


@compiled
def _sort(origin: np.ndarray, scene: _Scene, sectors: _Sectors) -> None:
    """Fill the sectors as seen from the origin."""
    near, slots, counts = sectors
    left, right = np.empty((len(near), 2)), np.empty((len(near), 2))
    for i in range(len(near)):
        place, turn, size = (
            scene.places[scene.solids[i]],
            scene.turns[scene.solids[i]],
            scene.sizes[i],
        )
        x, y = place[0] - origin[0], place[1] - origin[1]
        if scene.shapes[i] == _CYLINDER:
            near[i] = _round_outline(x, y, size[0] + _MARGIN, left[i], right[i])
        else:
            near[i] = _box_outline(x, y, turn[0], turn[3], size, left[i], right[i])
    counts[:] = 0
    for i in np.argsort(near):
        sector, last = 0, _SECTORS - 1
        if near[i] > 0.0:
            sector, last = _sector(right[i, 0], right[i, 1]), _sector(left[i, 0], left[i, 1])
        while True:
            slots[sector, counts[sector]] = i
            counts[sector] += 1
            if sector == last:
                break
            sector = (sector + 1) % _SECTORS


@compiled
def _sector(x: float, y: float) -> int:
    """Which sector a direction is in, counter-clockwise from -pi.

    Sectors share the square |x| + |y| = 1 and not the circle: no arc tangent is needed.
    """
    along = y / (abs(x) + abs(y))
    if x < 0.0:
        along = 2.0 - along if y >= 0.0 else -2.0 - along
    return min(int((along + 2.0) * (_SECTORS / 4)), _SECTORS - 1)


@compiled
def _round_outline(
    x: float, y: float, radius: float, left: np.ndarray, right: np.ndarray
) -> float:
    """Distance to a circle around (x, y), and the directions of its tangents."""
    square = x * x + y * y - radius * radius
    if square <= 0.0:
        return 0.0
    length = np.sqrt(square)
    left[0], left[1] = x * length - y * radius, y * length + x * radius
    right[0], right[1] = x * length + y * radius, y * length - x * radius
    return np.sqrt(x * x + y * y) - radius


@compiled
def _box_outline(
    x: float,
    y: float,
    cos: float,
    sin: float,
    size: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
) -> float:
    """Distance to a rectangle around (x, y), and the directions of its outermost corners.

    Seen from outside it spans less than pi: of two corners, the cross product tells which is left.
    """
    half_x, half_y = size[0] + _MARGIN, size[1] + _MARGIN
    outside_x = max(abs(cos * x + sin * y) - half_x, 0.0)
    outside_y = max(abs(cos * y - sin * x) - half_y, 0.0)
    near = np.sqrt(outside_x * outside_x + outside_y * outside_y)
    if near == 0.0:
        return 0.0
    for corner in range(4):
        along = half_x if corner & 1 else -half_x
        across = half_y if corner & 2 else -half_y
        corner_x, corner_y = x + cos * along - sin * across, y + sin * along + cos * across
        if corner == 0 or left[0] * corner_y - left[1] * corner_x > 0.0:
            left[0], left[1] = corner_x, corner_y
        if corner == 0 or right[0] * corner_y - right[1] * corner_x < 0.0:
            right[0], right[1] = corner_x, corner_y
    return near


@compiled
def _cast(
    origin: np.ndarray,
    rays: np.ndarray,
    reach: float,
    scene: _Scene,
    sectors: _Sectors,
    hits: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    """Fill the hits: geoms, distances and normals of all rays."""
    near, slots, counts = sectors
    geoms, distances, normals = hits
    for ray in range(len(rays)):
        dx, dy, dz = rays[ray]
        level = np.sqrt(dx * dx + dy * dy)
        best, geom, normal = reach, -1, (0.0, 0.0, 0.0)
        down = _floor_distance(origin, dx, dy, dz, scene.places[scene.floor], scene.floor_size)
        if 0.0 <= down <= best:
            best, geom, normal = down, scene.floor, (0.0, 0.0, 1.0)
        sector = _sector(dx, dy) if level > 0.0 else 0
        for slot in range(counts[sector]):
            i = slots[sector, slot]
            if near[i] > best * level:
                break
            place, turn = scene.places[scene.solids[i]], scene.turns[scene.solids[i]]
            x, y, z = origin[0] - place[0], origin[1] - place[1], origin[2] - place[2]
            if scene.shapes[i] == _CYLINDER:
                hit, side = _cylinder_hit(x, y, z, dx, dy, dz, scene.sizes[i])
            else:
                hit, side = _box_hit(x, y, z, dx, dy, dz, turn[0], turn[3], scene.sizes[i])
            if 0.0 <= hit < best:
                best, geom, normal = hit, scene.solids[i], side
        geoms[ray] = geom
        distances[ray] = best if geom >= 0 else -1.0
        normals[ray] = normal


@compiled
def _floor_distance(
    origin: np.ndarray, dx: float, dy: float, dz: float, place: np.ndarray, size: np.ndarray
) -> float:
    """Along the ray to the floor, seen from above only and only where it is; or -1."""
    if dz >= 0.0:
        return -1.0
    t = (place[2] - origin[2]) / dz
    x, y = origin[0] + t * dx - place[0], origin[1] + t * dy - place[1]
    return t if abs(x) <= size[0] and abs(y) <= size[1] else -1.0


@compiled
def _slab(position: float, direction: float, half: float) -> tuple[float, float]:
    """Where a ray enters and leaves |coordinate| <= half; an empty interval if it never does."""
    if direction == 0.0:
        return (-np.inf, np.inf) if abs(position) <= half else (np.inf, -np.inf)
    one, other = (-half - position) / direction, (half - position) / direction
    return min(one, other), max(one, other)


@compiled
def _box_hit(
    x: float,
    y: float,
    z: float,
    dx: float,
    dy: float,
    dz: float,
    cos: float,
    sin: float,
    half: np.ndarray,
) -> _Hit:
    """Distance along the ray, or -1, and the normal there. (x, y, z): from the centre to the eye.

    From inside it is the way out that is hit.
    """
    along_x, along_y = cos * dx + sin * dy, cos * dy - sin * dx
    in_x, out_x = _slab(cos * x + sin * y, along_x, half[0])
    in_y, out_y = _slab(cos * y - sin * x, along_y, half[1])
    in_z, out_z = _slab(z, dz, half[2])
    enter, leave = max(in_x, in_y, in_z), min(out_x, out_y, out_z)
    if enter > leave or leave < 0.0:
        return -1.0, (0.0, 0.0, 0.0)
    side = -1.0
    if enter < 0.0:
        enter, in_x, in_y, side = leave, out_x, out_y, 1.0
    if enter == in_x:
        sign = np.copysign(1.0, side * along_x)
        return enter, (sign * cos, sign * sin, 0.0)
    if enter == in_y:
        sign = np.copysign(1.0, side * along_y)
        return enter, (-sign * sin, sign * cos, 0.0)
    return enter, (0.0, 0.0, np.copysign(1.0, side * dz))


@compiled
def _cylinder_hit(
    x: float, y: float, z: float, dx: float, dy: float, dz: float, size: np.ndarray
) -> _Hit:
    """As _box_hit, for a cylinder of radius size[0] and half height size[1]."""
    radius, half = size[0], size[1]
    square, mixed = dx * dx + dy * dy, x * dx + y * dy
    root = mixed * mixed - square * (x * x + y * y - radius * radius)
    if root < 0.0:
        return -1.0, (0.0, 0.0, 0.0)
    in_side, out_side = -np.inf, np.inf
    if square > 0.0:
        in_side, out_side = (-mixed - np.sqrt(root)) / square, (-mixed + np.sqrt(root)) / square
    in_z, out_z = _slab(z, dz, half)
    enter, leave = max(in_side, in_z), min(out_side, out_z)
    if enter > leave or leave < 0.0:
        return -1.0, (0.0, 0.0, 0.0)
    side = -1.0
    if enter < 0.0:
        enter, in_side, side = leave, out_side, 1.0
    if enter == in_side:
        return enter, ((x + enter * dx) / radius, (y + enter * dy) / radius, 0.0)
    return enter, (0.0, 0.0, np.copysign(1.0, side * dz))
