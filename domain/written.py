"""What people write to the gateway, checked once for every edge: numbers, reasons, other words."""

from typing import Final

from domain.errors import InvalidRequest, TooManyRecipients
from domain.published import (
    CREDITS_MAX,
    NUMBER_MAX,
    PER_MINUTE_MAX,
    REASON_CHARACTERS_MAX,
    RECIPIENTS_MAX,
    USE_CASE_CHARACTERS_MAX,
)
from domain.segments import check_text
from domain.values import Credits

_DIGITS_MAX: Final = len(str(NUMBER_MAX))


def read_whole(written: object) -> int | None:
    """Give a whole number: one already, or its digits 0 to 9, after a minus at most; else None."""
    if isinstance(written, int) and not isinstance(written, bool):
        return written
    digits = written.removeprefix("-") if isinstance(written, str) else ""
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS_MAX:
        return int(str(written))
    return None


def check_whole(written: object, field: str, *, least: int, most: int) -> int:
    """Give a whole number that lies within bounds.

    Raises:
        InvalidRequest: with ``field``: it is none, or lies outside.
    """
    number = read_whole(written)
    if number is None or not least <= number <= most:
        msg = f"The {field} must be a whole number from {least} to {most}, in digits 0 to 9."
        raise InvalidRequest(msg, field=field)
    return number


def check_credits(written: object) -> Credits:
    """Give a signed number of credits.

    Raises:
        InvalidRequest: with field ``credits``: it is none, or beyond any wallet.
    """
    return Credits(check_whole(written, "credits", least=-CREDITS_MAX, most=CREDITS_MAX))


def check_limit(written: object, name: str) -> int:
    """Give an account's own limit; ``name`` as in its event. 0 is no limit.

    Raises:
        InvalidRequest: with field ``name``: it is none, or too high.
    """
    most = CREDITS_MAX if name == "daily_credits" else PER_MINUTE_MAX
    return check_whole(written, name, least=0, most=most)


def check_words(written: str, field: str) -> str:
    """Give a text that can be kept and shown as it is.

    Raises:
        InvalidRequest: with ``field``: it contains NUL, ESC or half of a surrogate pair.
    """
    try:
        check_text(written)
    except InvalidRequest as error:
        msg = str(error).replace("The message", f"The {field}")
        raise InvalidRequest(msg, field=field) from error
    return written


def check_reason(written: str) -> str:
    """Give why somebody did something, without the spaces around it.

    Raises:
        InvalidRequest: with field ``reason``: blank, too long, or not to be kept.
    """
    reason = check_words(written, "reason").strip()
    if not 1 <= len(reason) <= REASON_CHARACTERS_MAX:
        msg = f"The reason must have 1 to {REASON_CHARACTERS_MAX} characters."
        raise InvalidRequest(msg, field="reason")
    return reason


def check_use_case(written: str) -> str:
    """Give what a sender ID is wanted for, as it is.

    Raises:
        InvalidRequest: with field ``use_case``: too long, or not to be kept.
    """
    if len(check_words(written, "use_case")) > USE_CASE_CHARACTERS_MAX:
        msg = f"The use_case has at most {USE_CASE_CHARACTERS_MAX} characters."
        raise InvalidRequest(msg, field="use_case")
    return written


def check_recipients(count: int) -> None:
    """Refuse a bulk to more than one bulk can have.

    Raises:
        TooManyRecipients: it is.
    """
    if count > RECIPIENTS_MAX:
        msg = f"A bulk has at most {RECIPIENTS_MAX} recipients; this one has {count}."
        raise TooManyRecipients(msg)
