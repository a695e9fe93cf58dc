"""What goes wrong is counted every time and logged now and then."""

import time

from rclpy.impl.rcutils_logger import RcutilsLogger

PERIOD_S = 10.0


class Complaints:
    """Warnings by subject, each at most once per PERIOD_S."""

    def __init__(self, logger: RcutilsLogger) -> None:
        self._logger = logger
        self._said_ns: dict[str, int] = {}

    def say(self, subject: str, text: str) -> None:
        """Log it, unless something was logged of this subject a moment ago."""
        now_ns = time.monotonic_ns()
        said_ns = self._said_ns.get(subject)
        if said_ns is None or now_ns - said_ns > PERIOD_S * 1e9:
            self._said_ns[subject] = now_ns
            self._logger.warning(text)

    def clear(self) -> None:
        """Nothing has been said."""
        self._said_ns.clear()
