"""A thread that beats on the steady clock, whatever the executor and the policy are doing."""

import threading
import time
from collections.abc import Callable


class Heartbeat:
    """Calls beat() every period_s from start() to stop().

    A beat that raises is handed to failed() and the next one comes all the same: a robot without
    a heartbeat could not be stopped. period_s may be changed at any time.
    """

    def __init__(
        self, beat: Callable[[], None], failed: Callable[[Exception], None], period_s: float
    ) -> None:
        self.period_s = period_s
        self._beat = beat
        self._failed = failed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name='heartbeat', daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """After this no beat is under way or comes."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.is_set():
            try:
                self._beat()
            except Exception as error:  # noqa: BLE001 - handed on
                self._failed(error)
            due = max(due + self.period_s, time.monotonic())
            self._stop.wait(due - time.monotonic())
