import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from sensor_msgs.msg import CompressedImage

from liquid_control.messages import CompressedImageSettings, MessageError
from liquid_control.messages.compressed import MAX_BYTES, read_compressed_image
from liquid_control.policy import CameraSpec

SPEC = CameraSpec(width=16, height=12)
GREY = CameraSpec(width=16, height=12, channels=1)
PIXELS = np.random.default_rng(0).integers(0, 256, (12, 16, 3), np.uint8)


def smooth(height, width):
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    return (255 * np.stack((x, y, 1 - x), axis=2)).astype(np.uint8)


def packed(pixels, kind='PNG', **options):
    data = io.BytesIO()
    Pillow.fromarray(pixels).save(data, kind, **options)
    return data.getvalue()


def compressed(data):
    return CompressedImage(format='rgb8; jpeg compressed bgr8', data=data)


def refusal(data, spec=SPEC, settings=None):
    with pytest.raises(MessageError) as error:
        read_compressed_image(compressed(data), spec, settings)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_a_png_is_read_pixel_by_pixel():
    read = read_compressed_image(compressed(packed(PIXELS)), SPEC)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, PIXELS)


@pytest.mark.parametrize('size', [(12, 16), (48, 64), (120, 160), (480, 640)])
def test_a_jpeg_of_any_size_shows_the_same(size):
    data = packed(smooth(*size), 'JPEG', quality=95)
    read = read_compressed_image(compressed(data), SPEC)
    blocks = smooth(480, 640).reshape(12, 40, 16, 40, 3).mean(axis=(1, 3))
    assert np.abs(read - blocks).max() < 20  # the smallest have hardly a pixel for each
    assert np.abs(read - blocks).mean() < 6


def test_a_large_jpeg_is_as_good_as_one_decoded_in_full():
    pixels = np.random.default_rng(1).integers(0, 256, (30, 40, 3), np.uint8)
    pixels = pixels.repeat(16, axis=0).repeat(16, axis=1)
    data = packed(pixels, 'JPEG', quality=95)
    full = np.asarray(Pillow.open(io.BytesIO(data)).convert('RGB'))
    wanted = full.reshape(12, 40, 16, 40, 3).mean(axis=(1, 3))
    read = read_compressed_image(compressed(data), SPEC)
    assert np.abs(read - wanted).mean() < 2.0


def test_transparency_palettes_and_grey_become_colours():
    alpha = np.concatenate((PIXELS, np.full((12, 16, 1), 99, np.uint8)), axis=2)
    np.testing.assert_array_equal(read_compressed_image(compressed(packed(alpha)), SPEC), PIXELS)
    grey = PIXELS[..., 0]
    read = read_compressed_image(compressed(packed(grey)), SPEC)
    np.testing.assert_array_equal(read, grey[..., None].repeat(3, axis=2))
    palette = io.BytesIO()
    Pillow.fromarray(np.full((12, 16, 3), 200, np.uint8)).quantize(4).save(palette, 'PNG')
    assert (read_compressed_image(compressed(palette.getvalue()), SPEC) == 200).all()


@pytest.mark.parametrize('kind', ['JPEG', 'PNG'])
def test_a_grey_policy_takes_colours_by_their_brightness(kind):
    green = np.zeros((120, 160, 3), np.uint8)
    green[..., 1] = 200
    read = read_compressed_image(compressed(packed(green, kind)), GREY)
    assert read.shape == (12, 16, 1)
    assert np.abs(read.astype(int) - 117).max() <= 2


@pytest.mark.parametrize(
    'data', [b'', b'\xff\xd8\xff', b'not an image', packed(PIXELS, 'GIF'), packed(PIXELS, 'BMP')]
)
def test_anything_but_jpeg_and_png_is_refused(data):
    assert refusal(data).startswith('image cannot be decoded as JPEG or PNG')


@pytest.mark.parametrize('kind', ['JPEG', 'PNG'])
def test_a_file_cut_short_is_refused(kind):
    data = packed(np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8), kind)
    assert refusal(data[: len(data) // 2]).startswith('image cannot be decoded')


@given(st.sampled_from(['JPEG', 'PNG']), st.data())
def test_damaged_files_are_read_or_refused_and_nothing_else(kind, data):
    raw = bytearray(packed(smooth(24, 32), kind))
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MessageError):
        assert read_compressed_image(compressed(bytes(raw)), SPEC).shape == SPEC.shape


def declared(width, height):
    """A PNG that says it is this large, and is a few bytes long."""

    def chunk(name, body):
        return (
            struct.pack('>I', len(body)) + name + body + struct.pack('>I', zlib.crc32(name + body))
        )

    header = chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
    return b'\x89PNG\r\n\x1a\n' + header + chunk(b'IDAT', zlib.compress(bytes(999)))


@pytest.mark.parametrize('size', [(2049, 2048), (60000, 45000), (2**31 - 1, 2**31 - 1)])
def test_a_decompression_bomb_is_refused_by_the_size_it_declares(size):
    said = refusal(declared(*size))
    assert 'wanted 4194304 at most' in said or 'decompression bomb' in said


def test_a_jpeg_that_walks_over_its_pixels_again_and_again_is_refused():
    data = packed(smooth(480, 640), 'JPEG', progressive=True)
    assert read_compressed_image(compressed(data), SPEC).shape == SPEC.shape
    scans = data[data.rindex(b'\xff\xda') : -2]
    said = refusal(data[:-2] + 60 * scans + data[-2:])
    assert said == 'image is a JPEG of 70 scans, wanted 16 at most'


def test_a_message_of_absurd_length_is_refused_unread():
    message = CompressedImage()
    message.data = bytes(MAX_BYTES + 1)
    with pytest.raises(MessageError, match='image has 16777217 bytes, wanted 16777216 at most'):
        read_compressed_image(message, SPEC)


def test_a_png_of_16_bits_is_refused():
    deep = packed(np.full((12, 16), 40000, np.uint16))
    assert refusal(deep) == 'image has more than 8 bits a channel, wanted 8'


def test_sizes_and_frames_are_checked_as_of_any_image():
    assert refusal(packed(PIXELS[:6, :8])) == 'image is 8x6, but the policy wants 16x12 or larger'
    said = refusal(packed(PIXELS), settings=CompressedImageSettings(frame_id='front'))
    assert said == "image is in frame '', wanted 'front'"
