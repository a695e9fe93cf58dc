import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import PointCloud2, PointField

from liquid_control.messages import (
    MessageError,
    PointCloud2Settings,
    Resampler,
    read_cloud,
)
from liquid_control.messages.cloud import FORMATS, MAX_FIELDS
from liquid_control.policy import LidarSpec

DATATYPES = {name: number for number, name in FORMATS.items()}


def cloud(points, kind='f4', order='<', height=1, gaps=(0, 0)):
    """points: [n, 3], in any layout. gaps: bytes in front of x in each point, behind each row."""
    points = np.asarray(points, float)
    size = np.dtype(kind).itemsize
    width = len(points) // height
    message = PointCloud2(height=height, width=width, is_bigendian=order == '>')
    message.point_step = gaps[0] + 3 * size
    message.row_step = width * message.point_step + gaps[1]
    raw = np.full((height, message.row_step), 7, np.uint8)
    cells = raw[:, : width * message.point_step].reshape(height, width, message.point_step)
    values = points.astype(order + kind).view(np.uint8).reshape(height, width, 3 * size)
    cells[..., gaps[0] :] = values
    message.data = raw.tobytes()
    message.fields = [
        PointField(name=name, offset=gaps[0] + i * size, datatype=DATATYPES[kind], count=1)
        for i, name in enumerate('xyz')
    ]
    return message


FLOOR = [
    [9 * math.cos(angle), 9 * math.sin(angle), -0.2]
    for angle in np.radians(np.arange(-179.9, 180, 0.5))
]


def nearest(message, **settings):
    """Direction in whole degrees to range in whole centimetres of all beams that hit something."""
    scan = read_cloud(message, PointCloud2Settings(**settings))
    hits = np.flatnonzero(np.isfinite(scan.ranges))
    return {int(np.degrees(scan.angles[i]) // 1): round(float(scan.ranges[i]), 2) for i in hits}


def refusal(message, **settings):
    with pytest.raises(MessageError) as error:
        read_cloud(message, PointCloud2Settings(**settings))
    assert '\n' not in str(error.value)
    return str(error.value)


@given(
    st.sampled_from(sorted(DATATYPES)),
    st.sampled_from('<>'),
    st.sampled_from([1, 2, 4]),
    st.tuples(st.integers(0, 9), st.integers(0, 9)),
)
def test_a_cloud_of_any_layout_is_the_same_scan(kind, order, height, gaps):
    points = [[3, 1, 1], [10, 90, 1], [60, 50, 1], [2, 0, 100]]
    settings = PointCloud2Settings(min_height=0.0, max_height=2.0)
    scan = read_cloud(cloud(points, kind, order, height, gaps), settings)
    wanted = read_cloud(cloud(points), settings)
    np.testing.assert_array_equal(scan.ranges, wanted.ranges)
    assert sorted(scan.ranges[np.isfinite(scan.ranges)]) == pytest.approx(
        [math.hypot(3, 1), math.hypot(60, 50), math.hypot(10, 90)]
    )


def test_each_beam_is_the_nearest_point_of_its_sector_and_clear_without_one():
    found = nearest(cloud([[2, 0.01, 0.5], [1, 0.005, 0.5], [-3, 0.01, 0.5], [0.02, -4, 0.5]]))
    assert found == {0: 1.0, 179: 3.0, -90: 4.0}


def test_points_straight_behind_are_not_lost_between_the_ends():
    for y in (0.0, -0.0, 1e-9, -1e-9):
        assert len(nearest(cloud([[-2.0, y, 0.5]]))) == 1


def test_points_above_and_below_the_slice_do_not_count():
    points = [[1, 0.01, 0.0], [2, 0.01, 0.5], [0.5, 0.01, 1.5]]
    assert nearest(cloud(points), min_height=0.1, max_height=1.0) == {0: 2.0}


def test_heights_are_above_the_base_not_above_the_sensor():
    points = [[2, 0.01, -0.5]]
    assert nearest(cloud(points)) == {}
    assert nearest(cloud(points), z=0.8) == {0: 2.0}


def test_a_cloud_in_an_optical_frame_is_turned_by_roll_and_yaw():
    right_down_ahead = cloud([[-0.02, -0.3, 2.0]])
    found = nearest(right_down_ahead, roll=-math.pi / 2, yaw=-math.pi / 2)
    assert found == {0: 2.0}


def test_a_camera_that_looks_down_finds_the_obstacle_and_not_the_floor():
    down = math.radians(30)
    c, s = math.cos(down), math.sin(down)
    floor, box = ([1.5 * c - h * s, 0.02, 1.5 * s + h * c] for h in (-1.0, -0.6))
    assert nearest(cloud([floor]), pitch=down, z=1.0) == {}
    assert nearest(cloud([floor, box]), pitch=down, z=1.0) == {0: 1.5}


def test_a_cloud_turned_on_the_base_has_its_yaw_added():
    assert nearest(cloud([[2, 0.01, 0.5]]), yaw=math.pi / 2) == {90: 2.0}


def test_outside_of_its_field_of_view_nothing_is_known():
    settings = PointCloud2Settings(angle_min=-0.5, angle_max=0.5)
    scan = read_cloud(cloud([*FLOOR, [2, 0, 0.5], [-2, 0, 0.5]]), settings)
    ranges = Resampler(LidarSpec(), 1.0).resample(scan)
    directions = np.linspace(-135, 135, 720)
    assert np.isnan(ranges[np.abs(directions) > 29]).all()
    assert not np.isnan(ranges[np.abs(directions) < 28]).any()
    assert np.nanmin(ranges) == pytest.approx(2.0)


def test_a_sector_is_clear_where_there_is_floor_and_unknown_where_there_is_nothing():
    some_floor = [point for point in FLOOR if point[0] > 0]
    ranges = read_cloud(cloud([*some_floor, [2.0, 0.01, 0.5]])).ranges
    assert ranges[180] == pytest.approx(2.0, abs=1e-3)
    assert np.isnan(ranges[:90]).all()
    assert np.isnan(ranges[270:]).all()
    assert np.count_nonzero(ranges == np.inf) == 179


def test_a_cloud_without_the_floor_can_be_clear_where_it_is_empty():
    settings = PointCloud2Settings(empty_is_clear=True)
    ranges = read_cloud(cloud([[2.0, 0.01, 0.5]]), settings).ranges
    assert np.count_nonzero(ranges == np.inf) == 359


def test_a_camera_set_up_as_if_it_saw_all_around_is_refused_by_a_policy_that_needs_that():
    ahead = cloud([point for point in FLOOR if point[0] > 6])
    with pytest.raises(MessageError, match=r'scan is 6.% invalid, at most 50% may be'):
        Resampler(LidarSpec(), 0.5).resample(read_cloud(ahead))


def test_a_field_of_view_may_be_given_in_any_turn():
    settings = PointCloud2Settings(angle_min=5.8, angle_max=6.2)
    scan = read_cloud(cloud([[2, -0.5, 0.5]]), settings)
    ranges = Resampler(LidarSpec(), 1.0).resample(scan)
    assert np.nanmin(ranges) == pytest.approx(math.hypot(2, 0.5))


def test_a_full_turn_of_points_is_a_full_turn_for_the_policy():
    angles = np.radians(np.arange(0, 360, 0.2))
    points = np.stack([3 * np.cos(angles), 3 * np.sin(angles), np.full(angles.shape, 0.5)], 1)
    spec = LidarSpec(beams=360, angle_min=-math.pi, angle_max=math.pi, pool=4)
    ranges = Resampler(spec, 0.0).resample(read_cloud(cloud(points)))
    np.testing.assert_allclose(ranges, 3.0, rtol=1e-5)


def test_points_that_are_none_do_not_count():
    bad = [[math.nan, 0, 0], [0, math.inf, 0], [1e30, 0, 0], [0, 0, 0]]
    assert nearest(cloud([*bad, [2, 0.01, 0.5]])) == {0: 2.0}
    said = 'cloud has no point that is finite and not nearer than range_min'
    for empty_is_clear in (False, True):
        assert refusal(cloud(bad), empty_is_clear=empty_is_clear) == said


def test_a_cloud_without_points_is_no_measurement():
    assert refusal(cloud(np.zeros((0, 3)))) == 'cloud has 0x1 points, wanted some'


@pytest.mark.parametrize(
    ('fields', 'said'),
    [
        ({'point_step': 0}, 'cloud has x at offset 0 of point_step 0'),
        ({'point_step': 11}, 'cloud has z at offset 8 of point_step 11, where it does not fit'),
        ({'row_step': 1}, 'cloud has row_step 1, but 4 points of point_step 12 need 48'),
        ({'width': 5}, 'cloud has row_step 48, but 5 points'),
        ({'height': 2}, 'cloud has 48 bytes, wanted row_step 48 * height 2 = 96'),
        ({'point_step': 2**32 - 1, 'row_step': 2**32 - 1}, 'cloud has row_step 4294967295, but'),
        ({'width': 2**32 - 1, 'height': 2**32 - 1}, 'cloud has 4294967295x4294967295 points'),
        ({'data': b''}, 'cloud has 0 bytes'),
        ({'fields': []}, 'cloud has 0 fields x, wanted one; it has none'),
        ({'fields': [PointField(name='x' * 9999)]}, "cloud has 0 fields x, wanted one; it has 'x"),
        ({'fields': [PointField()] * (MAX_FIELDS + 1)}, 'cloud has 65 fields, wanted 64 at most'),
    ],
)
def test_a_cloud_that_contradicts_itself_is_refused_by_field(fields, said):
    message = cloud(np.ones((4, 3)))
    for name, value in fields.items():
        setattr(message, name, value)
    assert refusal(message).startswith(said)


@pytest.mark.parametrize(
    ('fields', 'said'),
    [
        ({'datatype': 9}, 'cloud has x of datatype 9, wanted 1 to 8'),
        ({'count': 2**32 - 1}, 'cloud has 4294967295 x in a point, wanted one'),
        ({'offset': 2**32 - 1}, 'cloud has x at offset 4294967295 of point_step 12'),
        ({'name': 'y'}, "cloud has 0 fields x, wanted one; it has 'y' 'y' 'z'"),
    ],
)
def test_a_field_that_cannot_be_is_refused(fields, said):
    message = cloud(np.ones((4, 3)))
    for name, value in fields.items():
        setattr(message.fields[0], name, value)
    assert refusal(message).startswith(said)


def test_a_cloud_of_another_frame_is_refused_if_one_is_wanted():
    message = cloud([[1, 0, 0.5]])
    message.header.frame_id = 'camera'
    assert refusal(message, frame_id='velodyne') == "cloud is in frame 'camera', wanted 'velodyne'"
