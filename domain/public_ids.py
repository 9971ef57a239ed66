"""How ids and times are written: both dialects' forms of one number, and UTC in microseconds."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple

from domain.errors import InvalidRequest
from domain.values import SECOND, Instant

BASE_36: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NUMBER_CHARACTERS_MIN: Final = 4

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - written without its zone twice as fast
_MICROSECOND: Final = timedelta(microseconds=1)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_WILCYBERTEK: Final = re.compile(r"MSG-([0-9]{1,12})-([0-9A-Z]{4,12})")
_TOP_UP: Final = re.compile(r"(?:top_)?([1-9][0-9]{0,17})")
_CALLBACK: Final = re.compile(r"cb_([1-9][0-9]{0,17})")
_INBOUND: Final = re.compile(r"(?:in_)?([1-9][0-9]{0,17})")
_BATCH: Final = re.compile(r"(?:batch_)?([1-9][0-9]{0,17})")
_UPLOAD: Final = re.compile(r"(?:up_)?([1-9][0-9]{0,17})")
_FELTECH: Final = re.compile(r"(?:msg_)?([0-9]{1,18})")


class MessageRef(NamedTuple):
    """What an id says: the message's number and, in dialect wilcybertek, when it was accepted."""

    number: int
    accepted_s: int | None

    def is_of(self, accepted_at: Instant) -> bool:
        """Whether the id's time part, if it has one, is that of the message."""
        return self.accepted_s is None or self.accepted_s == accepted_at // SECOND


def wilcybertek_id(number: int, accepted_at: Instant) -> str:
    """Give ``MSG-<unix seconds of acceptance>-<number in base 36, at least 4 characters>``."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = BASE_36[digit] + digits
    return f"MSG-{accepted_at // SECOND}-{digits:0>{NUMBER_CHARACTERS_MIN}}"


def feltech_id(number: int) -> str:
    """Give ``msg_<number>``."""
    return f"msg_{number}"


def batch_id(number: int | None) -> str:
    """Give ``batch_<number>``."""
    return f"batch_{number}"


def parse_batch_id(text: str) -> int | None:
    """Read ``batch_<number>`` or the number alone; None when it is neither."""
    match = _BATCH.fullmatch(text)
    return int(match[1]) if match else None


def top_up_id(number: int) -> str:
    """Give ``top_<number>``."""
    return f"top_{number}"


def parse_top_up_id(text: str) -> int | None:
    """Read ``top_<number>`` or the number alone; None when it is neither."""
    match = _TOP_UP.fullmatch(text)
    return int(match[1]) if match else None


def callback_id(number: int) -> str:
    """Give ``cb_<number>``: of a callback about no payment of ours."""
    return f"cb_{number}"


def parse_callback_id(text: str) -> int | None:
    """Read ``cb_<number>``; None when it is none (a number alone is a top-up's)."""
    match = _CALLBACK.fullmatch(text)
    return int(match[1]) if match else None


def inbound_id(number: int) -> str:
    """Give ``in_<number>``: of a message that came in."""
    return f"in_{number}"


def parse_inbound_id(text: str) -> int | None:
    """Read ``in_<number>`` or the number alone; None when it is neither."""
    match = _INBOUND.fullmatch(text)
    return int(match[1]) if match else None


def upload_id(number: int) -> str:
    """Give ``up_<number>``: of an uploaded list."""
    return f"up_{number}"


def parse_upload_id(text: str) -> int | None:
    """Read ``up_<number>`` or the number alone; None when it is neither."""
    match = _UPLOAD.fullmatch(text)
    return int(match[1]) if match else None


def parse_message_id(text: str) -> MessageRef | None:
    """Read either form, or the number alone, as bulk answers and logs give it.

    None when it is none of them, or not as the gateway would write it.
    """
    if match := _FELTECH.fullmatch(text):
        number = int(match[1])
        return MessageRef(number, None) if text in {feltech_id(number), str(number)} else None
    if match := _WILCYBERTEK.fullmatch(text):
        accepted_s, number = int(match[1]), int(match[2], 36)
        written = wilcybertek_id(number, Instant(accepted_s * SECOND))
        return MessageRef(number, accepted_s) if written == text else None
    return None


def iso_time(at: Instant) -> str:
    """Give ISO 8601 in UTC with six decimals and ``Z``."""
    second, microseconds = divmod(at, SECOND)
    return f"{_to_the_second(second)}.{microseconds:06}Z"


@lru_cache(maxsize=4_096)
def _to_the_second(second: int) -> str:
    """Give the same without decimals: what is shown together happened together, mostly."""
    return (_NAIVE_EPOCH + timedelta(seconds=second)).isoformat()


def check_iso_time(written: str, *, field: str) -> Instant:
    """Read an ISO 8601 time with its zone: ``2026-12-01T00:00+02:00``.

    Raises:
        InvalidRequest: with ``field``: it is none, has no zone, or is of no year from 1970 to 9999.
    """
    try:
        at = (datetime.fromisoformat(written) - _EPOCH) // _MICROSECOND
    except (ValueError, TypeError, OverflowError):  # TypeError: it has no zone
        at = -1
    if not 0 <= at <= _LAST:
        msg = f"The {field} is a time with its zone, for example 2026-12-01T00:00+02:00."
        raise InvalidRequest(msg, field=field)
    return Instant(at)


def iso_time_or_none(at: Instant | None) -> str | None:
    """Give the time, or None for what has not happened."""
    return None if at is None else iso_time(at)
