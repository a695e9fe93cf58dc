"""Sensors that say the same over and over: the driver lives, what it measures does not."""

from collections.abc import Mapping

import numpy as np

from liquid_control.messages import MessageError


class Frozen:
    """Counts identical measurements in a row.

    limits: by sensor, how many may be; 0: any.
    """

    def __init__(self, limits: Mapping[str, int]) -> None:
        self.limits = limits
        self._last: dict[str, bytes] = {}
        self._repeats: dict[str, int] = {}

    def check(self, sensor: str, value: np.ndarray) -> None:
        """Raises MessageError when this measurement completes too many identical ones."""
        limit = self.limits[sensor]
        if not limit:
            return
        content = value.tobytes()
        same = content == self._last.get(sensor)
        self._repeats[sensor] = self._repeats.get(sensor, 0) + 1 if same else 1
        self._last[sensor] = content
        if self._repeats[sensor] > limit:
            times = self._repeats[sensor]
            raise MessageError(f'{sensor} is frozen: {times} identical measurements in a row')
