import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from liquid_control.messages import MessageError, Resampler, Scan
from liquid_control.policy import LidarSpec

SPEC = LidarSpec(beams=91, angle_min=-math.pi / 4, angle_max=math.pi / 4, pool=7)
SPACING = math.radians(1.0)


def scan(ranges, start, increment):
    return Scan(np.array(ranges, np.float32), start, increment, range_min=0.1)


def around(beams, width, middle=0.0, far=5.0):
    """A scan of nothing but `far`, `width` rad wide."""
    increment = width / (beams - 1)
    return scan(np.full(beams, far), middle - width / 2, increment)


def resample(scan, spec=SPEC, max_invalid_ratio=1.0):
    return Resampler(spec, max_invalid_ratio).resample(scan)


def refusal(scan, spec=SPEC, max_invalid_ratio=0.5):
    with pytest.raises(MessageError) as error:
        resample(scan, spec, max_invalid_ratio)
    assert '\n' not in str(error.value)
    return str(error.value)


def test_the_scan_that_the_policy_was_trained_on_passes_bit_by_bit():
    spec = LidarSpec()
    ranges = np.random.default_rng(0).uniform(0.1, 9.9, 720).astype(np.float32)
    ranges[:4] = np.inf, -np.inf, np.nan, 0.1
    start, increment = np.float32(spec.angle_min), np.float32(math.radians(270) / 719)
    got = resample(scan(ranges, float(start), float(increment)), spec)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, ranges)


def test_a_denser_scan_keeps_its_nearest_return():
    dense = around(2000, math.radians(120))
    for beam in range(300, 1700, 13):
        dense.ranges[:] = 5.0
        dense.ranges[beam] = 0.3
        got = resample(dense)
        hit = np.flatnonzero(got == np.float32(0.3))
        assert len(hit) >= 1
        direction = SPEC.angle_min + hit * SPACING
        assert np.abs(direction - dense.angles[beam]).max() <= SPACING / 2 + 1e-5


def test_a_sparser_scan_repeats_its_beams_and_leaves_no_hole():
    sparse = around(60, math.radians(118))
    sparse.ranges[:] = np.arange(60)
    got = resample(sparse)
    assert not np.isnan(got).any()
    directions = np.linspace(SPEC.angle_min, SPEC.angle_max, SPEC.beams)
    nearest = np.rint((directions - sparse.angle_min) / sparse.angle_increment)
    assert np.abs(got - nearest).max() <= 1  # of two beams as near, the shorter
    assert set(got) >= set(range(8, 52))


def test_a_scan_from_zero_to_two_pi_is_seen_in_front_too():
    turn = scan(np.arange(360), 0.0, math.tau / 360)
    got = resample(turn)
    assert got[45] == 0
    assert got[44] == 359
    assert got[46] == 1
    assert got[0] == 315


def test_beams_behind_of_a_turned_lidar_are_in_front():
    backwards = scan(np.arange(360), math.pi, math.tau / 360)
    assert resample(backwards)[45] == 180


def test_clear_is_only_what_all_beams_of_a_sector_call_clear():
    dense = around(901, math.pi / 2)
    dense.ranges[440:461] = np.inf
    dense.ranges[445] = np.nan
    assert resample(dense)[45] == np.inf
    dense.ranges[448] = 4.0
    assert resample(dense)[45] == 4.0
    dense.ranges[452] = -np.inf
    assert resample(dense)[45] == -np.inf


def test_what_the_lidar_does_not_see_is_nan():
    got = resample(around(61, math.radians(60)))
    assert np.isnan(got[:15]).all()
    assert np.isnan(got[76:]).all()
    assert (got[15:76] == 5.0).all()


def test_a_scan_is_refused_when_it_does_not_see_what_the_policy_wants():
    narrow = around(61, math.radians(60))
    assert len(resample(narrow, max_invalid_ratio=0.34)) == 91
    assert refusal(narrow, max_invalid_ratio=0.3) == (
        'scan says nothing of 33% of the beams that the policy wants, at most 30% may be: it '
        'covers -30.0 to 30.0 deg, the policy was trained on -45.0 to 45.0 deg'
    )
    behind = around(61, math.radians(60), middle=math.pi)
    assert refusal(behind).startswith('scan says nothing of 100%')


def test_a_scan_is_refused_when_too_much_of_it_is_invalid():
    half = around(91, math.pi / 2)
    half.ranges[::2] = np.nan
    assert refusal(half, max_invalid_ratio=0.4) == 'scan is 51% invalid, at most 40% may be'
    assert len(resample(half, max_invalid_ratio=0.51)) == 91


def test_nan_beside_the_valid_beams_of_a_sector_count_too():
    dense = around(901, math.pi / 2)
    dense.ranges[np.arange(901) % 10 != 0] = np.nan
    assert not np.isnan(resample(dense)).any()
    assert refusal(dense) == 'scan is 90% invalid, at most 50% may be'


def test_nan_where_the_policy_does_not_look_do_not_count():
    turn = scan(np.full(360, 2.0), -math.pi, math.tau / 360)
    turn.ranges[:134] = np.nan
    turn.ranges[226:] = np.nan
    assert (resample(turn, max_invalid_ratio=0.0) == 2.0).all()


def test_a_scan_with_fewer_beams_than_the_policy_has_sectors_is_refused():
    said = refusal(around(10, math.radians(90)))
    assert said == 'scan has a beam every 10 deg, but the policy looks at every 7 deg'


def test_a_lidar_may_change_its_geometry_between_scans():
    resampler = Resampler(SPEC, 1.0)
    assert (resampler.resample(around(91, math.pi / 2, far=1.0)) == 1.0).all()
    assert (resampler.resample(around(720, 6.0, far=2.0)) == 2.0).all()
    assert (resampler.resample(around(91, math.pi / 2, far=3.0)) == 3.0).all()


@st.composite
def scans(draw):
    beams = draw(st.integers(1, 400))
    increment = draw(st.floats(1e-7, min(math.radians(6.9), math.tau / beams)))
    start = draw(st.floats(-math.pi, math.pi)) - (beams - 1) * increment / 2
    values = st.sampled_from([0.2, 1.0, 7.0, math.inf, -math.inf, math.nan])
    return scan(draw(st.lists(values, min_size=beams, max_size=beams)), start, increment)


@given(scans())
def test_each_beam_is_the_nearest_return_of_all_close_to_it(any_scan):
    """Against the definition, in the plainest form, for any geometry."""
    directions = np.linspace(SPEC.angle_min, SPEC.angle_max, SPEC.beams)
    reach = max(SPACING, any_scan.angle_increment) / 2
    apart = np.abs(any_scan.angles[None] - directions[:, None])
    apart = np.minimum(apart % math.tau, -apart % math.tau)
    got = resample(any_scan)
    for slack, at_least in ((-1e-5, True), (1e-5, False)):
        close = apart <= reach + slack
        nearest = [np.fmin.reduce(any_scan.ranges[row], initial=np.nan) for row in close]
        bound = np.nan_to_num(nearest, nan=np.inf)
        found = np.nan_to_num(got, nan=np.inf)
        assert (found <= bound).all() if at_least else (found >= bound).all()
    assert np.isnan(got[~(apart <= reach + 1e-5).any(axis=1)]).all()


@given(scans())
def test_no_return_in_the_policys_view_is_lost(any_scan):
    seen = np.abs(np.angle(np.exp(1j * any_scan.angles))) <= SPEC.angle_max
    if any_scan.angle_increment < SPACING and np.isfinite(any_scan.ranges[seen]).any():
        nearest = np.nanmin(any_scan.ranges[seen & np.isfinite(any_scan.ranges)])
        assert np.nanmin(resample(any_scan)) <= nearest
