"""Plain values: all that events and snapshots may hold, so that they come back as they were.

The encoder asks nothing: it would store a date, an Enum, a tuple or a NaN as something else,
without a word. So it is asked here, where an event is made, and in a way that costs next to
nothing: each class of event has one expression over its fields, compiled when it is first made.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, Final, cast, get_type_hints
from uuid import UUID

from eventsourcing.domain import ProgrammingError

from domain.values import INT_MAX

INT_MIN: Final = -INT_MAX - 1

_PLAIN: Final[Mapping[Any, str]] = {
    int: f"type({{0}}) is int and {INT_MIN} <= {{0}} <= {INT_MAX}",
    str: "type({0}) is str",
    bool: "type({0}) is bool",
    list[str]: "type({0}) is list and all(type(one) is str for one in {0})",
}
_TESTS: Final[Mapping[object, str]] = {
    **_PLAIN,
    **{kind | None: f"({{0}} is None or {test})" for kind, test in _PLAIN.items()},
    UUID: "type({0}) is UUID",
}
"""How a value shows that it is of a type, exactly: a StrEnum is no str, and True is no int."""

_LIBRARY: Final[Mapping[str, object]] = {
    "originator_id": UUID,
    "originator_version": int,
    "originator_topic": str,
    "timestamp": int,
}
"""Fields that every event has from the library; times are ``Instant``s here."""


class NotPlain(ProgrammingError):
    """An event or a snapshot would hold what cannot be read back as it was: a mistake of ours."""

    def __init__(self, owner: str, name: str, kind: object, value: object) -> None:
        """``value`` is not shown: it may be what nobody should read."""
        expected = kind.__name__ if isinstance(kind, type) else str(kind)
        given = type(value).__name__
        if type(value) is int and not INT_MIN <= value <= INT_MAX:
            given += " of more than 64 bits"
        super().__init__(f"{owner}.{name} takes {expected}, not {given}")


def require_plain(event: Any) -> None:
    """Refuse an event with a field that is not exactly of its declared type.

    Raises:
        NotPlain: with the event, the field, and both types.
    """
    kind: Any = type(event)
    if _check(kind)(event):
        return
    types = _types(kind)
    name = next(name for name in types if not _check_of(name, types[name])(event))
    raise NotPlain(kind.TOPIC, name, types[name], getattr(event, name))


def require_plain_state(owner: str, state: Mapping[str, object]) -> None:
    """Refuse a snapshot's state unless JSON can say it: plain values, lists and dictionaries.

    Raises:
        NotPlain: with the aggregate and its attribute.
    """
    for name, value in state.items():
        if not _is_json(value):
            raise NotPlain(owner, name, "what JSON can say", value)


def _is_json(value: object) -> bool:
    if type(value) is dict:
        return all(type(key) is str and _is_json(one) for key, one in value.items())
    if type(value) is list:
        return all(map(_is_json, value))
    if type(value) is int:
        return INT_MIN <= value <= INT_MAX
    return value is None or type(value) in {str, bool}


@cache
def _types(kind: type) -> Mapping[str, object]:
    """Give an event's fields with their types."""
    hints = get_type_hints(kind)
    return {one.name: _LIBRARY.get(one.name, hints[one.name]) for one in fields(kind)}


@cache
def _check(kind: type) -> Callable[[Any], bool]:
    return _compiled(_types(kind))


@cache
def _check_of(name: str, declared: object) -> Callable[[Any], bool]:
    return _compiled({name: declared})


def _compiled(types: Mapping[str, object]) -> Callable[[Any], bool]:
    """Make one expression that tells whether all these fields of an event are right."""
    tests = [_TESTS[declared].format(f"event.{name}") for name, declared in types.items()]
    return cast(
        "Callable[[Any], bool]",
        eval(f"lambda event: {' and '.join(tests)}", {"UUID": UUID}),  # noqa: S307 - our own names
    )
