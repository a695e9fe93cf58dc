"""Configuration at the border: JSON and YAML become validated dataclasses, or one error that names
the field.
"""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass
from typing_extensions import dataclass_transform

T = TypeVar('T')

Count = Annotated[int, Field(ge=1, le=65536)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


@dataclass_transform(frozen_default=True)
def configured(cls: type[T]) -> type[T]:
    """A frozen dataclass whose fields are validated on creation and that knows no other fields."""
    make: Any = dataclass(frozen=True, config=ConfigDict(extra='forbid'))
    return make(cls)


class ConfigError(ValueError):
    """A configuration that cannot be used; the message is one line: where, which field, what it
    got and wants.
    """


def validated(kind: type[T], data: Any, source: str) -> T:
    """`data` (plain dicts, lists and scalars) as an instance of `kind`.

    source: a file's path, for the message of the ConfigError.
    """
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors()[0]
        problem = {
            'unexpected_keyword_argument': 'is not a known field',
            'missing': 'is missing',
        }.get(first['type'], f'is {_short(first["input"])}: {first["msg"]}')
        raise ConfigError(f'{source}: {_field(data, first["loc"])} {problem}') from None


def read_yaml(path: Path) -> Any:
    """A YAML file as plain dicts, lists and scalars. Raises ConfigError naming the file."""
    try:
        return yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(f'{path}: {error.strerror}') from None
    except yaml.YAMLError as error:
        raise ConfigError(
            f'{path}: not readable as YAML: {" ".join(str(error).split())}'
        ) from None


def plain(value: Any) -> Any:
    """The inverse: a configured dataclass as plain dicts, lists and scalars."""
    return TypeAdapter(type(value)).dump_python(value, mode='json')


def _short(value: Any) -> str:
    """As Python writes it; the beginning of what is long."""
    text = repr(value)
    return text if len(text) <= 100 else f'{text[:90]} ...'


def _field(data: Any, location: tuple[int | str, ...]) -> str:
    """The dotted path of a field as the user wrote it: without the names of the types tried."""
    path = []
    for part in location[:-1]:
        if (isinstance(data, dict) and part in data) or isinstance(part, int):
            path.append(str(part))
            data = data[part]
    return '.'.join([*path, *map(str, location[-1:])]) or 'the file'
