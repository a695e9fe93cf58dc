"""How benchmarks tell what they measured."""

import json
from pathlib import Path


def report(figures: object, file: Path | None) -> None:
    """Print them as JSON, and keep the same."""
    print(json.dumps(figures, indent=2))
    keep(figures, file)


def keep(figures: object, file: Path | None) -> None:
    """Write them as JSON, if there is a file to write."""
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + '\n')
