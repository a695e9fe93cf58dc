"""Node processes with an end: started with a log file, watched, stopped by their process id."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

_PATIENCE_S = 5.0


class NodeError(Exception):
    """A node that did not do its part; the message says which and why."""


class NodeProcess:
    """`python -m module --ros-args ...` as a child, from entering the context to leaving it.

    It is in a session of its own, so Ctrl-C in the terminal reaches only its parent, which then
    ends it: SIGINT, SIGTERM, SIGKILL, each with some seconds to obey.
    """

    def __init__(self, module: str, ros_arguments: Sequence[str], log: Path) -> None:
        self.name = module.rpartition('.')[2]
        self._command = [sys.executable, '-m', module, '--ros-args', *ros_arguments]
        self._log = log

    def __enter__(self) -> Self:
        with self._log.open('wb') as log:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                self._process.send_signal(number)
                self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raise NodeError with the end of its log if the process has ended."""
        code = self._process.poll()
        if code is not None:
            lines = self._log.read_text(errors='replace').strip().splitlines()[-5:]
            raise NodeError('\n'.join([f'{self.name} ended with {code}, see {self._log}', *lines]))

    def _wait(self) -> None:
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            return
