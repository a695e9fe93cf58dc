"""Files that are there whole or not at all, whenever the process that writes them dies."""

import os
from collections.abc import Mapping
from pathlib import Path


def write_whole(files: Mapping[Path, bytes]) -> None:
    """Write files of one folder. When this returns they are on disk, also after a loss of power.

        a.part, b.part written    a, b as before
        a.part -> a               for an instant, a is new and b is not
        b.part -> b               both are new

    Until then each is as it was before. A `.part` that a dead process left is written over.
    """
    parts = {path.with_name(f'{path.name}.part'): path for path in files}
    try:
        for part, path in parts.items():
            with part.open('wb') as file:
                file.write(files[path])
                file.flush()
                os.fsync(file.fileno())
        for part, path in parts.items():
            part.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)
    for folder in {path.parent for path in files}:
        _flush(folder)


def _flush(folder: Path) -> None:
    """Put on disk which files it has."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
