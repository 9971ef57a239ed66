"""Reads what staff send: numbers in paths, pages, reasons, choices and limits."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.http.presence import missing, read_text, require
from api.http.wire import Call
from domain.errors import InvalidRequest, NotFound
from domain.page_sizes import LIST_PAGE, LIST_PAGE_MAX
from domain.rate_limits import check_limit
from domain.reasons import check_reason
from domain.written import NUMBER_MAX, check_whole, read_whole


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
    number = read_whole(call.params["number"])
    if number is None or not 1 <= number <= NUMBER_MAX:
        msg = f"No such {what}."
        raise NotFound(msg)
    return number


def read_after(query: Mapping[str, str]) -> int:
    """Read the number after which a page begins; absent is the beginning.

    Raises:
        InvalidRequest: it is no such number.
    """
    return check_whole(query.get("after") or "0", "after", least=0, most=NUMBER_MAX)


def read_account_id(query: Mapping[str, str]) -> int | None:
    """Read whose entries are wanted; None: everybody's.

    Raises:
        InvalidRequest: it is no such number.
    """
    if not query.get("account_id"):
        return None
    return check_whole(query["account_id"], "account_id", least=1, most=NUMBER_MAX)


def read_before(query: Mapping[str, str]) -> int:
    """Read the number before which a page begins, from the newest on; absent is the newest.

    Raises:
        InvalidRequest: it is no such number.
    """
    return check_whole(query.get("before") or NUMBER_MAX, "before", least=1, most=NUMBER_MAX)


def read_page_size(query: Mapping[str, str]) -> int:
    """Read how many a page holds.

    Raises:
        InvalidRequest: it is no such number.
    """
    return check_whole(query.get("limit") or LIST_PAGE, "limit", least=1, most=LIST_PAGE_MAX)


def read_reason(fields: Mapping[str, Any], *, is_required: bool = True) -> str:
    """Read why; "" when there is none and none is needed.

    Raises:
        InvalidRequest: it is not text, blank where it is needed, or too long.
    """
    if missing(fields, "reason") and not is_required:
        return ""
    require(fields, "reason")
    return check_reason(read_text(fields, "reason"))


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


def read_yes(fields: Mapping[str, Any], name: str) -> bool:
    """Read a yes or no; absent is no.

    Raises:
        InvalidRequest: it is neither.
    """
    value = fields.get(name) or False
    if not isinstance(value, bool):
        msg = f"The {name} is true or false."
        raise InvalidRequest(msg, field=name)
    return value


def read_limit(fields: Mapping[str, Any], name: str) -> int | None:
    """Read a limit; null is none of the account's own.

    Raises:
        InvalidRequest: it is no number from 0 on.
    """
    value = fields[name]
    return None if value is None else check_limit(value, name)
