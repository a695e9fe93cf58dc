import numpy as np
import pytest

from liquid_control.messages import MessageError
from liquid_control.nodes.frozen import Frozen

VALUE = np.full(720, 3.0, np.float32)


def test_too_many_identical_measurements_in_a_row_are_no_measurements():
    frozen = Frozen({'lidar': 3})
    for _ in range(3):
        frozen.check('lidar', VALUE)
    with pytest.raises(MessageError, match='lidar is frozen: 4 identical measurements in a row'):
        frozen.check('lidar', VALUE)


def test_a_measurement_that_differs_begins_the_count_anew():
    frozen = Frozen({'lidar': 2})
    for measured in (VALUE, VALUE, VALUE + 1.0, VALUE, VALUE):
        frozen.check('lidar', measured)


def test_a_limit_of_zero_takes_any():
    frozen = Frozen({'lidar': 0})
    for _ in range(1000):
        frozen.check('lidar', VALUE)
