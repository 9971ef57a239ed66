"""What the text of a message may be: how long at most, and of what."""

import re
from typing import Final

from domain.errors import InvalidRequest, MessageTooLong
from domain.segments import ESCAPE, Text

MESSAGE_CHARACTERS_MAX: Final = 1_600
"""Unicode code points in one message (contract decision 5)."""
MESSAGE_SEGMENTS_MAX: Final = 11
"""Segments in one message: 11, so that 1,600 GSM-7 characters pass (contract decision 5)."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def is_blank(text: str) -> bool:
    """Say whether nothing, or only white space, would be sent."""
    return not text or text.isspace()


def check_text(text: str) -> None:
    """Refuse what cannot be sent as given: NUL, ESC and lone surrogates (contract decision 5).

    Raises:
        InvalidRequest: with field ``message``.
    """
    if "\0" in text:
        raise InvalidRequest("The message contains the control character NUL.", field="message")
    if ESCAPE in text:
        raise InvalidRequest("The message contains the control character ESC.", field="message")
    if not text.isascii() and _SURROGATE.search(text):
        raise InvalidRequest("The message contains half of a surrogate pair.", field="message")


def is_within_limits(text: Text) -> bool:
    """Whether it has at most 1,600 code points and 11 segments (contract decision 5)."""
    return len(text.value) <= MESSAGE_CHARACTERS_MAX and text.segments <= MESSAGE_SEGMENTS_MAX


def check_length(text: Text) -> None:
    """Refuse a text above either limit.

    Raises:
        MessageTooLong: it is.
    """
    if not is_within_limits(text):
        raise MessageTooLong(
            f"The message has {len(text.value)} characters in {text.segments} segments; "
            f"the limits are {MESSAGE_CHARACTERS_MAX:,} characters and "
            f"{MESSAGE_SEGMENTS_MAX} segments.",
            characters=len(text.value),
            segments=text.segments,
        )
