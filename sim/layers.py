"""Configurations that are laid over others."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from liquid_control.schema import ConfigError, read_yaml

Plain = dict[str, Any]
"""Of scalars, lists and dicts, as YAML gives it."""


def read_layers(file: Path) -> Any:
    """A YAML file, laid over the one beside it that it names as its `base`, if it names one.

    Raises ConfigError naming the file.
    """
    return _read(file, ())


def laid_over(below: Plain, above: Mapping[str, Any]) -> Plain:
    """Dicts are merged; anything else replaces what was below."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = laid_over(merged[key], value)
        else:
            merged[key] = value
    return merged


def _read(file: Path, above: tuple[Path, ...]) -> Any:
    """above: the files that it is a base of."""
    data = read_yaml(file)
    if not isinstance(data, dict) or 'base' not in data:
        return data
    base = file.parent / str(data.pop('base'))
    above = (*above, file.resolve())
    if base.resolve() in above:
        raise ConfigError(f'{file}: base is {base.name}, which has this file as its own base')
    below = _read(base, above)
    if not isinstance(below, dict):
        raise ConfigError(f'{base}: holds no fields, and is the base of {file}')
    return laid_over(below, data)
