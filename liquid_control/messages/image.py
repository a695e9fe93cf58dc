"""sensor_msgs/Image of colour, grey or depth to the pixels that a policy takes."""

from typing import Any

import numpy as np

from liquid_control.messages.error import MessageError, check_frame, shown
from liquid_control.messages.pixels import check_size, mean_pixels, nearest_pixels
from liquid_control.messages.settings import DepthImageSettings, ImageSettings
from liquid_control.policy import CameraSpec, DepthSpec

ENCODINGS = {
    'rgb8': (0, 1, 2),
    'bgr8': (2, 1, 0),
    'rgba8': (0, 1, 2, 3),
    'bgra8': (2, 1, 0, 3),
    'mono8': (0,),
}
"""Where red, green, blue and alpha are in a pixel."""
DEPTH_ENCODINGS = {'16UC1': 'u2', '32FC1': 'f4'}
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue, ITU-R BT.601."""


def read_image(
    message: Any, spec: CameraSpec, settings: ImageSettings | None = None
) -> np.ndarray:
    """sensor_msgs/Image of any step, rgb8, bgr8, rgba8, bgra8 or mono8, to uint8 [*spec.shape].

    A larger image is cut and averaged, see `pixels`. Alpha is left out. Grey stands for all three
    colours where the policy wants colours, and colours become grey where it wants that.

    Raises MessageError for another encoding, a size that cannot be made the policy's, a step or
    an amount of data that does not fit the size, or another frame.
    """
    check_frame('image', message, settings.frame_id if settings else '')
    if message.encoding not in ENCODINGS:
        known = ', '.join(ENCODINGS)
        raise MessageError(f'image has encoding {shown(message.encoding)}, wanted one of {known}')
    places = ENCODINGS[message.encoding]
    rows = _rows(message, len(places))
    return in_channels(mean_pixels(rows, len(places), (spec.height, spec.width)), places, spec)


def read_depth_image(
    message: Any, spec: DepthSpec, settings: DepthImageSettings | None = None
) -> np.ndarray:
    """sensor_msgs/Image of any step and endianness, 16UC1 (mm) or 32FC1 (m), to float32
    [*spec.shape], metres: +inf is clear, -inf too close, NaN says nothing (REP-118).

    A pixel of 0 or below is invalid. A larger image is cut and reduced to the nearest, see
    `pixels`.

    Raises MessageError as read_image does, and for more than max_invalid_ratio of invalid pixels.
    """
    settings = settings or DepthImageSettings()
    check_frame('image', message, settings.frame_id)
    if message.encoding not in DEPTH_ENCODINGS:
        known = ' or '.join(DEPTH_ENCODINGS)
        raise MessageError(f'image has encoding {shown(message.encoding)}, wanted {known}')
    order = '>' if message.is_bigendian else '<'
    kind = np.dtype(order + DEPTH_ENCODINGS[message.encoding])
    values = _rows(message, kind.itemsize).view(kind)
    depth = values.astype(np.float32)
    if kind.kind == 'u':
        depth *= np.float32(0.001)
    depth[(depth <= 0.0) & (depth > -np.inf)] = np.nan
    invalid = np.isnan(depth).mean()
    if invalid > settings.max_invalid_ratio:
        raise MessageError(
            f'image is {invalid:.0%} invalid, at most {settings.max_invalid_ratio:.0%} may be'
        )
    return nearest_pixels(depth, (spec.height, spec.width))


def in_channels(pixels: np.ndarray, places: tuple[int, ...], spec: CameraSpec) -> np.ndarray:
    """Pixels [height, width, len(places)] in the policy's channels."""
    if len(places) == 1:
        return np.repeat(pixels, spec.channels, axis=2)
    colours = pixels if places == (0, 1, 2) else np.ascontiguousarray(pixels[..., places[:3]])
    if spec.channels == 3:
        return colours
    return np.rint(colours @ LUMA)[..., np.newaxis].astype(np.uint8)


def _rows(message: Any, pixel_bytes: int) -> np.ndarray:
    """The message's own bytes, uint8 [height, width * pixel_bytes], without those between rows."""
    height, width, step = message.height, message.width, message.step
    check_size(height, width)
    if step < pixel_bytes * width:
        need = f'{width} pixels a row need {pixel_bytes * width}'
        raise MessageError(f'image has step {step}, but {need}')
    if len(message.data) != step * height:
        wanted = f'step {step} * height {height} = {step * height}'
        raise MessageError(f'image has {len(message.data)} bytes, wanted {wanted}')
    rows = np.frombuffer(message.data, dtype=np.uint8).reshape(height, step)
    return rows[:, : pixel_bytes * width]
