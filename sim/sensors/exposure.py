"""How a camera turns light into pixel values: gains that change while it looks."""

import numpy as np

_MIDDLE = 0.45 * 255.0
"""What auto-exposure makes of the mean of an image."""
_STRONGEST = 4.0
_DRIFT_TIME = 3.0
_CAST_PERIOD = 6.0, 20.0


class Exposure:
    """The gain of each channel at each moment; 1 unless something is configured.

    lag: seconds that auto-exposure is behind; None for a fixed exposure. Its gain g follows
        log g <- log g + (1 - exp(-dt / lag)) (log(middle / mean) - log g),   1/4 <= g <= 4
    drift: standard deviation of the logarithm of a gain that wanders within seconds.
    cast: amplitude of each channel's own slow sine.
    """

    def __init__(
        self, lag: float | None, drift: float, cast: float, rng: np.random.Generator
    ) -> None:
        self._lag, self._drift, self._cast, self._rng = lag, drift, cast, rng
        self._phases = rng.uniform(0.0, 2 * np.pi, 3)
        self._turns = 2 * np.pi / rng.uniform(*_CAST_PERIOD, 3)
        self._wandered = rng.normal(0.0, drift)
        self._automatic: float | None = None
        self._seconds = 0.0

    def gains(self, image: np.ndarray, seconds: float) -> np.ndarray:
        """Of red, green and blue, float32 [3], for an image in pixel values taken at this time."""
        passed, self._seconds = max(seconds - self._seconds, 0.0), seconds
        cast = 1.0 + self._cast * np.sin(self._turns * seconds + self._phases)
        gain = np.exp(self._follow(image, passed) + self._wander(passed))
        return (gain * cast).astype(np.float32)

    def _follow(self, image: np.ndarray, passed: float) -> float:
        if self._lag is None:
            return 0.0
        limit = np.log(_STRONGEST)
        wanted = float(np.clip(np.log(_MIDDLE / max(image.mean(), 1.0)), -limit, limit))
        if self._automatic is None:
            self._automatic = wanted
        self._automatic += (1.0 - np.exp(-passed / self._lag)) * (wanted - self._automatic)
        return self._automatic

    def _wander(self, passed: float) -> float:
        """An Ornstein-Uhlenbeck process, which neither runs away nor depends on the frame rate."""
        if self._drift > 0.0:
            kept = np.exp(-passed / _DRIFT_TIME)
            self._wandered *= kept
            self._wandered += self._rng.normal(0.0, self._drift * np.sqrt(1.0 - kept * kept))
        return self._wandered
