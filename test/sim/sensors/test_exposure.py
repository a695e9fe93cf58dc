"""Auto-exposure follows the light, late."""

import numpy as np
import pytest

from liquid_control_sim.sensors.exposure import Exposure


def exposed(levels: list[float], lag: float, period: float = 0.1) -> np.ndarray:
    """Means of images of these brightnesses, as auto-exposure shows them."""
    exposure = Exposure(lag, 0.0, 0.0, np.random.default_rng(0))
    shown = []
    for index, level in enumerate(levels):
        image = np.full((2, 2, 3), level, np.float32)
        shown.append((image * exposure.gains(image, 10.0 + period * index)).mean())
    return np.array(shown)


def test_it_shows_any_light_in_the_middle_of_the_scale():
    assert exposed([40.0], lag=1.0) == pytest.approx([0.45 * 255], rel=1e-3)
    assert exposed([250.0], lag=1.0) == pytest.approx([0.45 * 255], rel=1e-3)


def test_after_a_change_of_light_it_is_behind_by_its_lag():
    shown = exposed([100.0] + [50.0] * 30, lag=1.0)
    error = np.log(shown / shown[0])
    assert error[1] == pytest.approx(np.log(0.5) * np.exp(-0.1), rel=1e-3)
    assert error[10] == pytest.approx(np.log(0.5) * np.exp(-1.0), rel=1e-3)
    assert error[30] == pytest.approx(np.log(0.5) * np.exp(-3.0), rel=1e-3)


def test_it_cannot_make_day_of_night():
    assert exposed([5.0] * 3, lag=0.1) == pytest.approx([20.0] * 3, rel=1e-3)


def test_a_fixed_exposure_leaves_everything_as_it_is():
    exposure = Exposure(None, 0.0, 0.0, np.random.default_rng(0))
    assert exposure.gains(np.full((2, 2, 3), 9.0), 3.0).tolist() == [1.0, 1.0, 1.0]
