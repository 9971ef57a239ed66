"""From what TOML, the environment or a flag gives to a setting's own type."""

import math
import re
from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Final, cast, get_args, get_origin

from adapters.settings.checks import one_of

_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?")
_BOOLEANS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def converted(hint: Any, value: Any) -> Any:
    """Give a value in the type that ``hint`` asks for; text is read as that type.

    Raises:
        ValueError: it cannot be read so; says what it must be.
    """
    if isinstance(hint, UnionType):
        (hint,) = [kind for kind in get_args(hint) if kind is not type(None)]
    if get_origin(hint) is tuple:
        return _words(value)
    if issubclass(hint, Enum):
        return _member(hint, value)
    if isinstance(value, hint) and not (hint is int and isinstance(value, bool)):
        return value
    return _READERS[hint](value)


def _member(hint: type[Enum], value: Any) -> Enum:
    if isinstance(value, hint):
        return value
    one_of([str(member.value) for member in hint])(str(value))
    return hint(str(value))


def _words(value: Any) -> tuple[str, ...]:
    given = value.split(",") if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(item, str) for item in given):
        msg = "must be a list of texts"
        raise ValueError(msg)
    return tuple(item.strip() for item in given)


def _boolean(value: Any) -> bool:
    found = _BOOLEANS.get(str(value).lower())
    if found is None:
        msg = "must be true or false"
        raise ValueError(msg)
    return found


def _whole(value: Any) -> int:
    if not isinstance(value, str) or _WHOLE.fullmatch(value) is None:
        msg = "must be a whole number"
        raise ValueError(msg)
    return int(value)


def _number(value: Any) -> float:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not is_number and not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        msg = "must be a number"
        raise ValueError(msg)
    found = float(cast("str | int", value))
    if not math.isfinite(found):
        msg = "must be a number"
        raise ValueError(msg)
    return found


def _text(value: Any) -> str:
    if isinstance(value, str | Path):
        return str(value)
    msg = "must be text"
    raise ValueError(msg)


_READERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    bool: _boolean,
    int: _whole,
    float: _number,
    str: _text,
    Path: lambda value: Path(_text(value)),
}
