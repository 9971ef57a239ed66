"""Moments of the log as people give them: a position, a day in Lusaka, or a time."""

from typing import TYPE_CHECKING, Final

from domain.errors import InvalidRequest
from domain.span import read_span
from domain.written import read_whole

if TYPE_CHECKING:
    from application.ports import Store

POINT: Final = "POSITION|TIME"
"""How such an option's value is called in help."""


def upto(store: "Store", written: str | None, *, field: str) -> int:
    """Give the position of the last event up to a moment; a day counts to its end, None is now.

    Raises:
        InvalidRequest: it is no moment, or a position that the log has not reached.
    """
    if written is None:
        return store.head()
    position = read_whole(written)
    if position is not None:
        return _in_log(store, position, field)
    from application.audit.points import position_before

    until = read_span(None, written).until
    return store.head() if until is None else position_before(store, until)


def before(store: "Store", written: str | None, *, field: str) -> int:
    """Give the position after which a stretch begins; a day counts from its beginning, None is 0.

    Raises:
        InvalidRequest: it is no moment, or a position that the log has not reached.
    """
    if written is None:
        return 0
    position = read_whole(written)
    if position is not None:
        return _in_log(store, position, field)
    from application.audit.points import position_before

    since = read_span(written, None).since
    return 0 if since is None else position_before(store, since)


def _in_log(store: "Store", position: int, field: str) -> int:
    head = store.head()
    if not 0 <= position <= head:
        msg = f"The log has positions 1 to {head}; {field} is {position}."
        raise InvalidRequest(msg, field=field)
    return position
