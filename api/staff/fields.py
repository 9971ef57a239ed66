"""Reads what staff send: numbers in paths, pages, reasons, credits and limits."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.http.presence import missing, read_text, require
from api.http.wire import Call
from domain.errors import InvalidRequest, NotFound
from domain.values import Credits

NUMBER_MAX: Final = 2**63 - 1
CREDITS_MAX: Final = 10**12
LIMIT_MAX: Final = 1_000_000
REASON_CHARACTERS_MAX: Final = 1_000
PAGE_SIZE: Final = 100
PAGE_SIZE_MAX: Final = 1_000


def read_account(call: Call) -> int:
    """Read the account's number in the path.

    Raises:
        NotFound: it is none that an account could have.
    """
    return read_number(call, "account")


def read_number(call: Call, what: str) -> int:
    """Read the number in the path.

    Raises:
        NotFound: it is none that a ``what`` could have.
    """
    number = _whole(call.params["number"])
    if number is None or not 1 <= number <= NUMBER_MAX:
        msg = f"No such {what}."
        raise NotFound(msg)
    return number


def read_after(query: Mapping[str, str]) -> int:
    """Read the number after which a page begins; absent is the beginning.

    Raises:
        InvalidRequest: it is no such number.
    """
    return _in_range(query.get("after") or "0", "after", 0, NUMBER_MAX)


def read_page_size(query: Mapping[str, str]) -> int:
    """Read how many a page holds.

    Raises:
        InvalidRequest: it is no such number.
    """
    return _in_range(query.get("limit") or str(PAGE_SIZE), "limit", 1, PAGE_SIZE_MAX)


def read_reason(fields: Mapping[str, Any], *, is_required: bool = True) -> str:
    """Read why; "" when there is none and none is needed.

    Raises:
        InvalidRequest: it is not text, blank where it is needed, or too long.
    """
    if missing(fields, "reason") and not is_required:
        return ""
    require(fields, "reason")
    reason = read_text(fields, "reason").strip()
    if not reason or len(reason) > REASON_CHARACTERS_MAX:
        msg = f"The reason must have 1 to {REASON_CHARACTERS_MAX} characters."
        raise InvalidRequest(msg, field="reason")
    return reason


def read_choice(fields: Mapping[str, Any], name: str, choices: Sequence[str]) -> str:
    """Read one of a few words.

    Raises:
        InvalidRequest: it is none of them.
    """
    value = fields[name]
    if value not in choices:
        msg = f"The {name} must be one of {', '.join(choices)}."
        raise InvalidRequest(msg, field=name)
    return str(value)


def read_credits(fields: Mapping[str, Any]) -> Credits:
    """Read a signed number of credits.

    Raises:
        InvalidRequest: it is none, or beyond any wallet.
    """
    return Credits(_in_range(fields["credits"], "credits", -CREDITS_MAX, CREDITS_MAX))


def read_limit(fields: Mapping[str, Any], name: str) -> int | None:
    """Read a limit; null is none of the account's own.

    Raises:
        InvalidRequest: it is no number from 0 on.
    """
    most = CREDITS_MAX if name == "daily_credits" else LIMIT_MAX
    value = fields[name]
    return None if value is None else _in_range(value, name, 0, most)


def _in_range(value: Any, name: str, least: int, most: int) -> int:
    number = _whole(value)
    if number is None or not least <= number <= most:
        msg = f"The {name} must be a whole number from {least} to {most}."
        raise InvalidRequest(msg, field=name)
    return number


def _whole(value: Any) -> int | None:
    """Read a whole number as JSON or a form has it; None when it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = value.removeprefix("-") if isinstance(value, str) else ""
    if digits.isascii() and digits.isdecimal() and len(digits) <= len(str(NUMBER_MAX)):
        return int(value)
    return None
