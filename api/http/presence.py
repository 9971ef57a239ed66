"""Whether a request's fields are there, and hold text that can be used."""

from collections.abc import Mapping
from typing import Any

from api.http.lookalikes import lookalikes
from api.http.refusals import MissingFields
from domain.errors import InvalidRequest
from domain.message_text import is_blank
from domain.written import check_words


def missing(fields: Mapping[str, Any], *required: str) -> list[str]:
    """Name the required fields that are absent or empty; blank text is empty."""
    return [name for name in required if _is_empty(fields.get(name))]


def _is_empty(value: object) -> bool:
    return value is None or value == [] or (isinstance(value, str) and is_blank(value))


def require(fields: Mapping[str, Any], *required: str) -> None:
    """Refuse when a required field is absent or empty.

    Raises:
        MissingFields: names every one of them.
    """
    if missing(fields, *required):
        raise missing_fields(fields, *required)


def missing_fields(fields: Mapping[str, Any], *required: str) -> MissingFields:
    """Make the refusal that names every absent field, and what was given in its place."""
    absent = missing(fields, *required)
    given = (name for name in fields if name not in required)
    return MissingFields(absent, lookalikes(given, absent))


def read_text(fields: Mapping[str, Any], name: str) -> str:
    """Check that a field is a text that can be stored and sent as it is.

    Raises:
        InvalidRequest: it is not.
    """
    text = fields[name]
    if not isinstance(text, str):
        msg = f"The {name} must be a string."
        raise InvalidRequest(msg, field=name)
    return check_words(text, name)
