"""Where a result or a policy comes from: what a reader needs to get it again."""

import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from typing import Any

from liquid_control_sim.paths import share

_PACKAGES = ('liquid_control', 'torch', 'mujoco', 'numpy', 'gymnasium', 'numba')


def origin(launcher: Sequence[str] = ('liquid_control',)) -> dict[str, Any]:
    """Of this process: the command, the time (UTC), the versions, and git's revision if any.

    launcher: what the arguments were given to.
    """
    return {
        'command': shlex.join([*launcher, *sys.argv[1:]]),
        'started': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        'revision': _revision(),
        'versions': {
            'python': platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
    }


def _revision() -> str:
    """`-dirty` at the end: files were changed since. Empty where there is no git, or where it is
    not the package that it keeps.
    """
    try:
        _git('ls-files', '--error-unmatch', 'package.xml')
        return _git('describe', '--always', '--dirty', '--abbrev=12')
    except (OSError, subprocess.CalledProcessError):
        return ''


def _git(*arguments: str) -> str:
    command = ['git', '-C', str(share()), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
