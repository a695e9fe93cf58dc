"""A command under way in processes of its own, and what is left of them when it is killed."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

_SLOW_DISK = Path(__file__).parent / 'slow_disk'
_MARK = 'LIQUID_CONTROL_KILLS'
"""In the environment of a session's processes, which hand it on to theirs."""
POLL_S = 0.002
LINGER_S = 60.0
"""Whoever is still there so long after the main process has missed its end."""


class Session:
    """`liquid_control ARGUMENTS`, from its start to its end or to its death.

    said: what it printed on stdout.
    """

    def __init__(self, arguments: Sequence[str], folder: Path) -> None:
        """folder: where its log goes, and where it works."""
        self._mark = secrets.token_hex(8)
        self._log = folder / 'stdout.log'
        self._errors = folder / 'stderr.log'
        with self._log.open('wb') as log, self._errors.open('wb') as errors:
            self._process = subprocess.Popen(
                [sys.executable, '-m', 'liquid_control_sim.cli', *arguments],
                cwd=folder,
                env={**os.environ, **self._environment()},
                stdout=log,
                stderr=errors,
                start_new_session=True,
            )
        self._began = time.monotonic()

    @property
    def said(self) -> str:
        return self._log.read_text()

    @property
    def over(self) -> bool:
        return self._process.poll() is not None

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._began

    def wait_until(self, so: Callable[[], bool], seconds: float) -> bool:
        """False if it has not come to it in that time, or has ended before. Raises RuntimeError
        if it failed.
        """
        give_up = time.monotonic() + seconds
        while not so():
            if self._process.poll() is not None:
                self._check()
                return False
            if time.monotonic() > give_up:
                return False
            time.sleep(POLL_S)
        return True

    def end(self) -> None:
        """Let it come to its own end. Raises RuntimeError if it failed."""
        self._process.wait()
        self._check()

    def kill_all(self) -> float:
        """SIGKILL to all of its processes. Returns the seconds until the last of them was gone,
        LINGER_S if one was not; it is then ended.
        """
        os.killpg(self._process.pid, signal.SIGKILL)
        return self._seconds_until_gone()

    def kill_main(self) -> float:
        """As `kill_all`, but of the main process alone."""
        self._process.send_signal(signal.SIGKILL)
        return self._seconds_until_gone()

    def processes(self) -> list[int]:
        """All that still run of it and of those that it started."""
        wanted = f'{_MARK}={self._mark}'.encode()
        running = (path for path in Path('/proc').iterdir() if path.name.isdigit())
        return [int(path.name) for path in running if _has(path, wanted)]

    def _environment(self) -> dict[str, str]:
        paths = [str(_SLOW_DISK), *filter(None, [os.environ.get('PYTHONPATH')])]
        return {
            _MARK: self._mark,
            'PYTHONPATH': os.pathsep.join(paths),
            'OMP_NUM_THREADS': '1',
        }

    def _seconds_until_gone(self) -> float:
        self._process.wait()
        died = time.monotonic()
        while others := self.processes():
            if time.monotonic() - died > LINGER_S:
                for pid in others:
                    os.kill(pid, signal.SIGKILL)
                return LINGER_S
            time.sleep(POLL_S)
        return time.monotonic() - died

    def _check(self) -> None:
        if self._process.returncode:
            raise RuntimeError(
                f'exit status {self._process.returncode}: {self._errors.read_text()[-2000:]}'
            )


def _has(process: Path, wanted: bytes) -> bool:
    """Whether it is in a living process's environment; a zombie has none."""
    try:
        return wanted in (process / 'environ').read_bytes()
    except OSError:
        return False
