"""What is observed of one sensor while the node drives: rate, latency, refusals. No ROS."""

import math
from collections import deque

import numpy as np

_NS = 1_000_000_000


class Window:
    """The last numbers, at most `length` of them."""

    def __init__(self, length: int = 4096) -> None:
        self._ring = np.empty(length)
        self._added = 0

    def add(self, value: float) -> None:
        self._ring[self._added % len(self._ring)] = value
        self._added += 1

    def values(self) -> np.ndarray:
        """In no order."""
        return self._ring[: self._added]


class Meter:
    """One sensor's figures since activation.

    latency_ms: from the header's stamp to the command it caused, on the node's ROS clock.
    step_ms: from receipt of the message to the command it caused, on the steady clock.
    received: all messages; rejected: those that were not a measurement; rejection: the last
    one's reason.
    """

    RATE_SPAN_S = 2.0

    def __init__(self) -> None:
        self.latency_ms = Window()
        self.step_ms = Window()
        self.received = 0
        self.rejected = 0
        self.rejection = ''
        self._receipts_ns: deque[int] = deque(maxlen=2048)

    def receive(self, receipt_ns: int) -> None:
        """A message came, usable or not, at receipt_ns of the steady clock."""
        self.received += 1
        self._receipts_ns.append(receipt_ns)

    def reject(self, reason: str) -> None:
        """It was not a measurement."""
        self.rejected += 1
        self.rejection = reason

    def rate(self, now_ns: int) -> float:
        """Messages per second over the last two seconds, usable or not."""
        since_ns = now_ns - int(self.RATE_SPAN_S * _NS)
        return sum(receipt_ns > since_ns for receipt_ns in self._receipts_ns) / self.RATE_SPAN_S


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """The 50th and 99th percentile, NaN of nothing."""
    if not len(values):
        return math.nan, math.nan
    p50, p99 = np.percentile(values, (50, 99))
    return float(p50), float(p99)
