"""A colour camera by ray casting: no OpenGL, the same pixels on every machine."""

from typing import NamedTuple

import numpy as np
from pydantic import NonNegativeFloat, PositiveFloat
from scipy.ndimage import gaussian_filter

from liquid_control.schema import configured
from liquid_control_sim.physics import Physics
from liquid_control_sim.sensors.clock import Clock
from liquid_control_sim.sensors.delivery import Latency
from liquid_control_sim.sensors.exposure import Exposure
from liquid_control_sim.sensors.rays import Rays, compiled
from liquid_control_sim.sensors.weather import Rain, extinction
from liquid_control_sim.worlds import BEACON, Layout

CLOCK = Clock(15.0, jitter=0.002, latency=Latency(0.030, 0.040), dropout=0.02)

_NOISE_BANK = 65_536
_FOG_GREY, _RAIN_GREY = 0.78, 0.9


@configured
class CameraConfig:
    """A pinhole looking forward; fov is the horizontal field of view, radians.

    far: what is farther is sky, metres.
    brightness: range of the light's strength, drawn once per episode; night is 0.05 to 0.2.
    tint: standard deviation of a colour channel's gain, drawn likewise.
    fog: visibility, metres; None for clear air. A surface at d has the share
        exp(-extinction(fog) d) of its colour, the rest is the fog's (Koschmieder).
    rain: streaks that an image shows in the mean.
    blur: standard deviation of the lens's blur, pixels.
    shutter: seconds that it is open; what turns by in this time is smeared.
    exposure_lag, exposure_drift, colour_cast: see `Exposure`.
    noise: standard deviation of a pixel, in [0, 1]. dark_noise: what complete darkness adds to
        it, and half the light half of this.
    """

    clock: Clock = CLOCK
    width: int = 64
    height: int = 48
    fov: float = 1.9198621771937625
    far: float = 30.0
    brightness: tuple[NonNegativeFloat, NonNegativeFloat] = (0.65, 1.15)
    tint: NonNegativeFloat = 0.03
    fog: PositiveFloat | None = None
    rain: NonNegativeFloat = 0.0
    blur: NonNegativeFloat = 0.0
    shutter: NonNegativeFloat = 0.0
    exposure_lag: PositiveFloat | None = None
    exposure_drift: NonNegativeFloat = 0.0
    colour_cast: NonNegativeFloat = 0.0
    noise: NonNegativeFloat = 0.012
    dark_noise: NonNegativeFloat = 0.0

    @property
    def focal(self) -> float:
        """Pixels from the pinhole to the image."""
        return self.width / 2 / np.tan(self.fov / 2)


class Camera:
    """Renders flat colours in the light of one sun, tiles on the floor, and a sky; from where the
    physics last located it.
    """

    def __init__(
        self, config: CameraConfig, physics: Physics, layout: Layout, rng: np.random.Generator
    ) -> None:
        self._config, self._physics, self._rng = config, physics, rng
        self._beacon = physics.model.geom(BEACON).id
        brightness = rng.uniform(*config.brightness)
        light = 255.0 * brightness * rng.normal(1.0, config.tint, 3)
        self._paint = _paint_of(config, physics, layout, light, rng.uniform(-np.pi, np.pi))
        noise = config.noise + config.dark_noise * max(1.0 - brightness, 0.0)
        self._noise = rng.normal(0.0, 255.0 * noise, _NOISE_BANK).astype(np.float32)
        weather, exposure = rng.spawn(2)
        self._rain = Rain(config.rain, (_RAIN_GREY * light).astype(np.float32), weather)
        self._exposure = Exposure(
            config.exposure_lag, config.exposure_drift, config.colour_cast, exposure
        )
        self._pixels = pinhole(config)
        self._rays = Rays(physics, 'camera', len(self._pixels))
        self._image = np.empty((config.height, config.width, 3), np.float32)

    def measure(self) -> tuple[np.ndarray, int]:
        """The image, uint8 [height, width, 3] RGB, row 0 on top; and how many show the beacon."""
        config, image = self._config, self._image
        origin, rays = self._rays.cast(self._pixels, config.far)
        hits = self._rays.geoms, self._rays.distances, self._rays.normals
        _colour(origin, rays, hits, self._paint, image.reshape(-1, 3))
        if config.rain > 0.0:
            self._rain.fall(image)
        image = self._blurred(image)
        image *= self._exposure.gains(image, self._physics.now_ns * 1e-9)
        image += self._grain(image.size).reshape(image.shape)
        return np.clip(image, 0.0, 255.0, out=image).astype(np.uint8), self._beacon_pixels()

    def _blurred(self, image: np.ndarray) -> np.ndarray:
        """A smear of n pixels has the spread of a Gaussian of n / sqrt(12)."""
        config = self._config
        smear = config.focal * config.shutter * self._physics.twist[1]
        sideways = np.hypot(config.blur, smear / np.sqrt(12.0))
        if sideways == 0.0:
            return image
        return gaussian_filter(image, (config.blur, sideways, 0.0), mode='nearest', truncate=2.5)

    def _grain(self, size: int) -> np.ndarray:
        """Pixel noise: a piece of a fixed supply; drawing it anew would be slow."""
        begin = int(self._rng.integers(_NOISE_BANK - size))
        return self._noise[begin : begin + size]

    def _beacon_pixels(self) -> int:
        """Those on it; beyond the fog's visibility nobody can tell."""
        shown = self._rays.geoms == self._beacon
        if self._config.fog is not None:
            shown &= self._rays.distances <= self._config.fog
        return int(np.count_nonzero(shown))


class _Paint(NamedTuple):
    """colours: of all geoms, then the sky's and that of every second tile, float32 [geoms + 2, 3].
    fog: its colour, float32 [3]. extinction: per metre; 0 for clear air. sun: where it is.
    """

    colours: np.ndarray
    floor: int
    sun: np.ndarray
    far: float
    fog: np.ndarray
    extinction: float


def _paint_of(
    config: CameraConfig, physics: Physics, layout: Layout, light: np.ndarray, sun: float
) -> _Paint:
    geoms = physics.model.geom_rgba[:, :3]
    colours = np.vstack([geoms, layout.look.sky, layout.look.floor[1]])
    return _Paint(
        (colours * light).astype(np.float32),
        physics.model.geom('floor').id,
        np.array([0.6 * np.cos(sun), 0.6 * np.sin(sun), 0.8]),
        config.far,
        (_FOG_GREY * light).astype(np.float32),
        extinction(config.fog) if config.fog is not None else 0.0,
    )


@compiled
def _colour(
    origin: np.ndarray,
    rays: np.ndarray,
    hits: tuple[np.ndarray, np.ndarray, np.ndarray],
    paint: _Paint,
    image: np.ndarray,
) -> None:
    """Fill the image [rays, 3]: colour of the surface, its shade, and the fog before it.

    shade = 0.7 + 0.3 max(normal . sun, 0); the sky shines of itself.
    """
    geoms, distances, normals = hits
    sky = len(paint.colours) - 2
    for ray in range(len(rays)):
        surface, distance = geoms[ray], distances[ray]
        shade = 1.0
        if surface < 0:
            surface, distance = sky, paint.far
        else:
            normal = normals[ray]
            cosine = normal[0] * paint.sun[0] + normal[1] * paint.sun[1] + normal[2] * paint.sun[2]
            shade = 0.7 + 0.3 * max(cosine, 0.0)
        if surface == paint.floor:
            tile_x = int(np.floor(origin[0] + rays[ray, 0] * distance))
            tile_y = int(np.floor(origin[1] + rays[ray, 1] * distance))
            if (tile_x + tile_y) & 1:
                surface = sky + 1
        for channel in range(3):
            image[ray, channel] = paint.colours[surface, channel] * np.float32(shade)
        if paint.extinction > 0.0:
            passed = np.float32(np.exp(-paint.extinction * distance))
            for channel in range(3):
                fog = paint.fog[channel]
                image[ray, channel] = fog + passed * (image[ray, channel] - fog)


def pinhole(config: CameraConfig) -> np.ndarray:
    """Unit vectors [height * width, 3] in the camera's frame: x forward, y left, z up."""
    left = (config.width - 1) / 2 - np.arange(config.width)
    up = (config.height - 1) / 2 - np.arange(config.height)
    y, z = np.meshgrid(left, up)
    rays = np.stack([np.full_like(y, config.focal), y, z], axis=-1).reshape(-1, 3)
    return rays / np.linalg.norm(rays, axis=1, keepdims=True)
