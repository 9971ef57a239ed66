"""What the text of a message may be: how long at most."""

from typing import Final

from domain.errors import MessageTooLong
from domain.segments import Text

MESSAGE_CHARACTERS_MAX: Final = 1_600
"""Unicode code points in one message (contract decision 5)."""
MESSAGE_SEGMENTS_MAX: Final = 11
"""Segments in one message: 11, so that 1,600 GSM-7 characters pass (contract decision 5)."""


def is_blank(text: str) -> bool:
    """Say whether nothing, or only white space, would be sent."""
    return not text or text.isspace()


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
