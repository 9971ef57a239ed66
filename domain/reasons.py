"""Reasons: why somebody did something, in their own words."""

from typing import Final

from domain.errors import InvalidRequest
from domain.written import check_words

REASON_CHARACTERS_MAX: Final = 1_000


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
