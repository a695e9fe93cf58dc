import numpy as np
import pytest
import torch

from liquid_control.policy import (
    CameraSpec,
    DepthSpec,
    GoalSpec,
    ImuSpec,
    LidarSpec,
    OdometrySpec,
)
from liquid_control.policy.encoders import build_encoder
from liquid_control.policy.plain import plain

RNG = np.random.default_rng(0)
DEPTH = np.where(RNG.random((1, 48, 64)) < 0.2, np.nan, RNG.uniform(0.0, 12.0, (1, 48, 64)))
CASES = [
    (LidarSpec(), RNG.uniform(0.0, 12.0, (1, 720))),
    (LidarSpec(beams=360, pool=4), RNG.uniform(0.0, 12.0, (1, 360))),
    (ImuSpec(), RNG.normal(0.0, 5.0, (1, 6))),
    (CameraSpec(), RNG.integers(0, 256, (1, 48, 64, 3))),
    (CameraSpec(width=50, height=31, channels=1), RNG.integers(0, 256, (1, 31, 50, 1))),
    (CameraSpec(stride=4), RNG.integers(0, 256, (1, 48, 64, 3))),
    (DepthSpec(), DEPTH),
    (DepthSpec(stride=4), DEPTH),
    (OdometrySpec(), RNG.normal(0.0, 1.0, (1, 2))),
    (GoalSpec(), np.array([[3.0, -1.2]])),
]


@pytest.mark.parametrize(('spec', 'values'), CASES)
def test_it_gives_the_numbers_of_torch(spec, values):
    torch.manual_seed(0)
    encoder = build_encoder(spec).eval()
    prepared = encoder.prepare(values.astype(spec.dtype))
    with torch.no_grad():
        expected = encoder(torch.from_numpy(prepared)).numpy()
    features = plain(encoder)(prepared)
    assert features.dtype == np.float32
    assert features.shape == expected.shape
    np.testing.assert_allclose(features, expected, atol=1e-5)
