"""A colour camera by ray casting: no OpenGL, the same pixels on every machine."""

import mujoco
import numpy as np

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock, Latency
from liquid_control_sim.worlds import BEACON, FLOOR_GROUP, SOLID_GROUP, Layout

_NOISE_BANK = 65_536


CLOCK = Clock(15.0, jitter=0.002, latency=Latency(0.030, 0.040), dropout=0.02)


@configured
class CameraConfig:
    """A pinhole looking forward; fov is the horizontal field of view, radians.

    brightness: range of the light's strength, drawn once per episode.
    tint: standard deviation of a colour channel's gain, drawn likewise.
    noise: standard deviation of a pixel, in [0, 1]. far: what is farther is sky, metres.
    """

    clock: Clock = CLOCK
    width: int = 64
    height: int = 48
    fov: float = 1.9198621771937625
    brightness: tuple[float, float] = (0.65, 1.15)
    tint: float = 0.03
    noise: float = 0.012
    far: float = 30.0


class Camera:
    """Renders flat colours in the light of one sun, tiles on the floor, and a sky."""

    def __init__(
        self, config: CameraConfig, physics: Physics, layout: Layout, rng: np.random.Generator
    ) -> None:
        self._config, self._physics, self._rng = config, physics, rng
        self._site = physics.model.site('camera').id
        self._beacon = physics.model.geom(BEACON).id
        self._floor = physics.model.geom('floor').id
        light = 255.0 * rng.uniform(*config.brightness) * rng.normal(1.0, config.tint, 3)
        geoms = physics.model.geom_rgba[:, :3]
        self._sky = len(geoms)
        colours = np.vstack([geoms, layout.look.sky, layout.look.floor[1]])
        self._colours = (colours * light).astype(np.float32)
        sun = rng.uniform(-np.pi, np.pi)
        self._sun = np.array([0.6 * np.cos(sun), 0.6 * np.sin(sun), 0.8])
        self._noise = rng.normal(0.0, 255.0 * config.noise, _NOISE_BANK).astype(np.float32)
        self._rays = _pinhole(config)
        self._groups = np.zeros(6, np.uint8)
        self._groups[[SOLID_GROUP, FLOOR_GROUP]] = 1
        count = len(self._rays)
        self._geoms = np.empty(count, np.int32)
        self._distances = np.empty(count)
        self._normals = np.empty((count, 3))

    def measure(self) -> tuple[np.ndarray, int]:
        """The image, uint8 [height, width, 3] RGB, row 0 on top; and how many show the beacon."""
        data, config = self._physics.data, self._config
        origin = data.site_xpos[self._site]
        rays = self._rays @ data.site_xmat[self._site].reshape(3, 3).T
        mujoco.mj_multiRay(
            self._physics.model,
            data,
            origin,
            rays.ravel(),
            self._groups,
            True,
            -1,
            self._geoms,
            self._distances,
            self._normals.ravel(),
            len(rays),
            config.far,
        )
        colours = self._colours.take(self._surfaces(origin, rays), axis=0)
        colours *= self._shade()[:, None]
        colours += self._grain(colours.size).reshape(colours.shape)
        image = np.clip(colours, 0.0, 255.0, out=colours).astype(np.uint8)
        pixels = int(np.count_nonzero(self._geoms == self._beacon))
        return image.reshape(config.height, config.width, 3), pixels

    def _surfaces(self, origin: np.ndarray, rays: np.ndarray) -> np.ndarray:
        """Rows of the colour table: the geom's, or the dark one on every second tile of floor."""
        points = origin[:2] + rays[:, :2] * self._distances[:, None]
        tiles = np.floor(points).astype(np.intp)
        dark = (tiles[:, 0] + tiles[:, 1]) & 1
        surfaces = np.where(self._geoms < 0, self._sky, self._geoms)
        surfaces[(self._geoms == self._floor) & (dark == 1)] = self._sky + 1
        return surfaces

    def _shade(self) -> np.ndarray:
        """How bright each ray's surface is, float32; the sky shines of itself."""
        shade = 0.7 + 0.3 * np.maximum(self._normals @ self._sun, 0.0)
        shade[self._geoms < 0] = 1.0
        return shade.astype(np.float32)

    def _grain(self, size: int) -> np.ndarray:
        """Pixel noise: a piece of a fixed supply; drawing it anew would be slow."""
        begin = int(self._rng.integers(_NOISE_BANK - size))
        return self._noise[begin : begin + size]


def _pinhole(config: CameraConfig) -> np.ndarray:
    """Unit vectors [height * width, 3] in the camera's frame: x forward, y left, z up."""
    focal = config.width / 2 / np.tan(config.fov / 2)
    left = (config.width - 1) / 2 - np.arange(config.width)
    up = (config.height - 1) / 2 - np.arange(config.height)
    y, z = np.meshgrid(left, up)
    rays = np.stack([np.full_like(y, focal), y, z], axis=-1).reshape(-1, 3)
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)
