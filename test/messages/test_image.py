import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import Image

from liquid_control.messages import (
    DepthImageSettings,
    ImageSettings,
    MessageError,
    read_depth_image,
    read_image,
)
from liquid_control.messages.pixels import MAX_PIXELS
from liquid_control.policy import CameraSpec, DepthSpec

SPEC = CameraSpec(width=10, height=8)
GREY = CameraSpec(width=10, height=8, channels=1)
DEPTH = DepthSpec(width=10, height=8)
PIXELS = np.random.default_rng(0).integers(0, 256, (8, 10, 3), np.uint8)


def image(pixels, encoding='rgb8', padding=0):
    """pixels: [height, width, channels] or [height, width], of the bytes that go on the wire."""
    height, width = pixels.shape[:2]
    raw = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, -1)
    message = Image(encoding=encoding, height=height, width=width, step=raw.shape[1] + padding)
    rows = np.full((height, message.step), 7, np.uint8)
    rows[:, : raw.shape[1]] = raw
    message.data = rows.tobytes()
    return message


def with_alpha(pixels):
    return np.concatenate((pixels, np.full((*pixels.shape[:2], 1), 99, np.uint8)), axis=2)


def refusal(message, spec=SPEC, read=read_image, settings=None):
    with pytest.raises(MessageError) as error:
        read(message, spec, settings)
    assert '\n' not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize('padding', [0, 1, 64])
@pytest.mark.parametrize(
    ('encoding', 'encode'),
    [
        ('rgb8', lambda rgb: rgb),
        ('bgr8', lambda rgb: rgb[..., ::-1]),
        ('rgba8', with_alpha),
        ('bgra8', lambda rgb: with_alpha(rgb[..., ::-1])),
    ],
)
def test_images_of_all_colour_encodings_and_any_step_are_rgb(encoding, encode, padding):
    read = read_image(image(encode(PIXELS), encoding, padding), SPEC)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, PIXELS)


def test_grey_stands_for_all_colours():
    read = read_image(image(PIXELS[..., 0], 'mono8', 3), SPEC)
    np.testing.assert_array_equal(read, PIXELS[..., :1].repeat(3, axis=2))


def test_a_grey_policy_takes_grey_as_it_is_and_colours_by_their_brightness():
    np.testing.assert_array_equal(
        read_image(image(PIXELS[..., 0], 'mono8'), GREY), PIXELS[..., :1]
    )
    colours = np.zeros((8, 10, 3), np.uint8)
    colours[..., 1] = 200
    assert (read_image(image(colours[..., ::-1], 'bgr8'), GREY) == 117).all()


def area_average(pixels, height, width):
    """In float64 and the plainest form: every pixel of the source weighs with its area."""

    def weights(source, target):
        edges = np.arange(target + 1)[:, None] * source / target
        covered = np.clip(edges - np.arange(source), 0.0, 1.0)
        return (covered[:-1] - covered[1:]) * target / source

    down, across = weights(pixels.shape[0], height), weights(pixels.shape[1], width)
    return np.einsum('ih,jw,hwc->ijc', down, across, pixels.astype(float))


@pytest.mark.parametrize('size', [(80, 100), (48, 60), (16, 20), (40, 50), (20, 25), (9, 11)])
def test_a_larger_image_is_averaged_over_the_area_of_each_pixel(size):
    pixels = np.random.default_rng(1).integers(0, 256, (*size, 3), np.uint8)
    rows, columns = min(size[0], round(size[1] * 0.8)), min(size[1], round(size[0] * 1.25))
    top, left = (size[0] - rows) // 2, (size[1] - columns) // 2
    wanted = area_average(pixels[top : top + rows, left : left + columns], 8, 10)
    got = read_image(image(pixels, padding=2), SPEC)
    assert np.abs(got - wanted).max() <= 0.5 + 1e-3


@given(st.integers(8, 120), st.integers(10, 150), st.integers(0, 255))
def test_the_mean_of_one_colour_is_that_colour_at_any_size(height, width, value):
    shape = min(height / 8, width / 10)
    if (8 * shape) * (10 * shape) > 0.55 * height * width:
        pixels = np.full((height, width), value, np.uint8)
        assert (read_image(image(pixels, 'mono8'), GREY) == value).all()


def test_an_image_of_another_shape_is_cut_on_both_sides_alike():
    wide = np.zeros((8, 16), np.uint8)
    wide[:, 3:13] = PIXELS[..., 0]
    np.testing.assert_array_equal(read_image(image(wide, 'mono8'), GREY)[..., 0], PIXELS[..., 0])
    high = np.zeros((12, 10), np.uint8)
    high[2:10] = PIXELS[..., 0]
    np.testing.assert_array_equal(read_image(image(high, 'mono8'), GREY)[..., 0], PIXELS[..., 0])


def test_an_image_that_would_be_mostly_cut_off_is_refused():
    said = refusal(image(np.zeros((8, 21, 3), np.uint8)))
    assert said == 'image is 21x8, but the policy wants 10x8: most of it would be cut off'


def test_an_image_smaller_than_the_policys_is_refused():
    said = refusal(image(np.zeros((4, 5, 3), np.uint8)))
    assert said == 'image is 5x4, but the policy wants 10x8 or larger'


@pytest.mark.parametrize(
    ('fields', 'said'),
    [
        ({'encoding': 'yuv422'}, "image has encoding 'yuv422', wanted one of rgb8, bgr8, rgba8"),
        ({'encoding': '16UC1'}, "image has encoding '16UC1', wanted one of rgb8"),
        ({'encoding': 'x' * 10**6}, "image has encoding '" + 48 * 'x' + "'..., wanted one of"),
        ({'encoding': 'a\nb'}, "image has encoding 'a\\nb'"),
        ({'width': 0}, 'image has 0x8 pixels, wanted some'),
        ({'step': 0}, 'image has step 0, but 10 pixels a row need 30'),
        ({'step': 29}, 'image has step 29, but 10 pixels a row need 30'),
        ({'height': 9}, 'image has 240 bytes, wanted step 30 * height 9 = 270'),
        ({'height': 2**32 - 1}, f'image has 10x4294967295 pixels, wanted {MAX_PIXELS} at most'),
        ({'step': 2**32 - 1}, 'image has 240 bytes, wanted step 4294967295 * height 8'),
        ({'data': b''}, 'image has 0 bytes'),
    ],
)
def test_an_image_that_contradicts_itself_is_refused_by_field(fields, said):
    message = image(np.zeros((8, 10, 3), np.uint8))
    for name, value in fields.items():
        setattr(message, name, value)
    assert refusal(message).startswith(said)


def test_an_image_of_another_frame_is_refused_if_one_is_wanted():
    message = image(PIXELS)
    message.header.frame_id = 'rear'
    said = refusal(message, settings=ImageSettings(frame_id='front'))
    assert said == "image is in frame 'rear', wanted 'front'"


@pytest.mark.parametrize('order', ['<', '>'])
@pytest.mark.parametrize('padding', [0, 1, 6])
@pytest.mark.parametrize(('kind', 'encoding'), [('u2', '16UC1'), ('f4', '32FC1')])
def test_depth_of_any_kind_is_metres(kind, encoding, order, padding):
    metres = np.random.default_rng(2).uniform(0.2, 9.0, (8, 10))
    values = metres * 1000 if kind == 'u2' else metres
    message = image(values.astype(order + kind), encoding, padding)
    message.is_bigendian = int(order == '>')
    read = read_depth_image(message, DEPTH)
    assert read.dtype == np.float32
    np.testing.assert_allclose(read, metres, atol=0.001)


def test_depth_keeps_the_meaning_that_rep_118_gives_it():
    depth = np.full((8, 10), 2.0, np.float32)
    depth[0, :5] = math.inf, -math.inf, math.nan, 0.0, -1.0
    read = read_depth_image(image(depth, '32FC1'), DEPTH)
    wanted = np.float32([math.inf, -math.inf, math.nan, math.nan, math.nan, 2.0])
    np.testing.assert_array_equal(read[0, :6], wanted)
    far = np.full((8, 10), 65535, np.uint16)
    far[0, 0] = 0
    read = read_depth_image(image(far, '16UC1'), DEPTH)
    assert math.isnan(read[0, 0])
    assert read[0, 1] == np.float32(65.535)


@pytest.mark.parametrize('size', [(80, 100), (20, 25), (18, 20)])
def test_a_larger_depth_image_keeps_the_nearest_of_each_pixel(size):
    depth = np.full(size, 5.0, np.float32)
    depth[: size[0] // 2] = math.nan
    depth[size[0] // 2 + 1, size[1] // 2] = 0.5
    read = read_depth_image(image(depth, '32FC1'), DEPTH)
    assert np.isnan(read[:3]).all()
    assert not np.isnan(read[5:]).any()
    assert np.nanmin(read[4:6, 4:6]) == 0.5


def test_a_depth_image_is_refused_when_too_much_of_it_is_invalid():
    depth = np.zeros((8, 10), np.uint16)
    depth[0] = 1000
    settings = DepthImageSettings(max_invalid_ratio=0.8)
    said = refusal(image(depth, '16UC1'), DEPTH, read_depth_image, settings)
    assert said == 'image is 88% invalid, at most 80% may be'


def test_a_colour_image_is_not_taken_for_depth():
    said = refusal(image(PIXELS), DEPTH, read_depth_image)
    assert said == "image has encoding 'rgb8', wanted 16UC1 or 32FC1"
