"""sensor_msgs/CompressedImage, JPEG or PNG, to the pixels that a policy takes.

Needs Pillow (python3-pil), and nothing else in the node does: so this module is imported where a
camera is configured for it.
"""

import io
from typing import Any

import numpy as np
from PIL import Image

from liquid_control.messages.error import MessageError, check_frame
from liquid_control.messages.image import in_channels
from liquid_control.messages.pixels import check_size, mean_pixels, window
from liquid_control.messages.settings import CompressedImageSettings
from liquid_control.policy import CameraSpec

MAX_BYTES = 2**24
MAX_PIXELS = 2**22  # decoded ones cost their sender next to nothing
MAX_JPEG_SCANS = 16
START_OF_SCAN = b'\xff\xda'
SPARE = 2  # a JPEG is decoded at no less than this many times the policy's size
PLACES = {'RGB': (0, 1, 2), 'L': (0,)}

Image.preinit()  # otherwise the first image waits for it


def read_compressed_image(
    message: Any, spec: CameraSpec, settings: CompressedImageSettings | None = None
) -> np.ndarray:
    """sensor_msgs/CompressedImage, JPEG or PNG of 8 bits, to uint8 [*spec.shape].

    What it is, its bytes say, not `format`. The size is known and checked before a pixel is
    decoded. A large JPEG is decoded at a fraction of its size, of which the rest is averaged.

    Raises MessageError for anything else, for damaged data, a size that cannot be made the
    policy's, or another frame.
    """
    check_frame('image', message, settings.frame_id if settings else '')
    if len(message.data) > MAX_BYTES:
        raise MessageError(f'image has {len(message.data)} bytes, wanted {MAX_BYTES} at most')
    data = bytes(message.data)
    try:
        pixels, places = _decoded(data, spec)
    except MessageError:
        raise
    except Exception as error:  # a decoder raises whatever damaged data lead it to
        text = ' '.join(str(error).split())[:120]
        raise MessageError(f'image cannot be decoded as JPEG or PNG: {text}') from error
    rows = pixels.reshape(len(pixels), -1)
    return in_channels(mean_pixels(rows, len(places), (spec.height, spec.width)), places, spec)


def _decoded(data: bytes, spec: CameraSpec) -> tuple[np.ndarray, tuple[int, ...]]:
    """Pixels uint8 [height, width(, 3)], and where red, green and blue are in each."""
    with Image.open(io.BytesIO(data), formats=('JPEG', 'PNG')) as image:
        width, height = image.size
        check_size(height, width, MAX_PIXELS)
        window(height, width, (spec.height, spec.width))
        if image.mode.startswith(('I', 'F')):
            raise MessageError('image has more than 8 bits a channel, wanted 8')
        mode = 'L' if spec.channels == 1 or image.mode in ('1', 'L', 'LA') else 'RGB'
        if image.format == 'JPEG':
            _check_scans(data)
            image.draft(mode, (SPARE * spec.width, SPARE * spec.height))
        return np.asarray(image.convert(mode)), PLACES[mode]


def _check_scans(data: bytes) -> None:
    """A progressive JPEG may walk over all its pixels for each few bytes of data."""
    scans = data.count(START_OF_SCAN)
    if scans > MAX_JPEG_SCANS:
        raise MessageError(f'image is a JPEG of {scans} scans, wanted {MAX_JPEG_SCANS} at most')
