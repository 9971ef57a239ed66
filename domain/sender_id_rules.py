"""What may stand as the sender of a message (contract decision 9), and where a request stands."""

import re
from enum import StrEnum
from typing import Final

from domain.errors import InvalidRequest
from domain.written import check_words

SENDER_ID_CHARACTERS_MAX: Final = 11
"""What an alphanumeric address can hold (3GPP 23.040 9.1.2.5)."""
USE_CASE_CHARACTERS_MAX: Final = 1_000
"""What an account may say of the sender ID that it asks for."""
PENDING_SENDER_IDS_MAX: Final = 20
"""Sender IDs of one account that may wait for a decision."""
SENDER_ID_PATTERN: Final = rf"(?=.*[A-Za-z])[A-Za-z0-9 ]{{1,{SENDER_ID_CHARACTERS_MAX}}}"

_SENDER_ID: Final = re.compile(SENDER_ID_PATTERN)
_ILLEGAL: Final = re.compile(r"[^A-Za-z0-9 ]")
_SPACES: Final = re.compile(" +")


class SenderIdStatus(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"


def check_sender_id(name: str) -> str:
    """Give a name that is well formed, each run of spaces in it one, and none around it.

    Raises:
        InvalidRequest: with field ``sender_id``: not 1 to 11 of ``A-Z a-z 0-9`` and space, or
            no letter among them.
    """
    found = _one_space(name.strip())
    if _SENDER_ID.fullmatch(found) is None:
        raise InvalidRequest(
            f"A sender ID has at most {SENDER_ID_CHARACTERS_MAX} characters, only A-Z, a-z, 0-9 "
            "and space, and at least one letter.",
            field="sender_id",
        )
    return found


def _one_space(name: str) -> str:
    return _SPACES.sub(" ", name)


def check_use_case(written: str) -> str:
    """Give what a sender ID is wanted for, as it is.

    Raises:
        InvalidRequest: with field ``use_case``: too long, or not to be kept.
    """
    if len(check_words(written, "use_case")) > USE_CASE_CHARACTERS_MAX:
        msg = f"The use_case has at most {USE_CASE_CHARACTERS_MAX} characters."
        raise InvalidRequest(msg, field="use_case")
    return written


def folded(name: str) -> str:
    """Give the form under which two spellings of one sender ID are the same: case is ignored."""
    return name.casefold()


def default_sender(account_name: str, fallback: str) -> str:
    """Give the sender ID of an account that chose none: its name, cut to what is legal.

    ``fallback`` (the setting ``default_sender_id``) stands in when no letter is left.
    Spaces at the ends, left over from the cut, are dropped.
    """
    legal = _one_space(_ILLEGAL.sub("", account_name)).strip()[:SENDER_ID_CHARACTERS_MAX].rstrip()
    return legal if _SENDER_ID.fullmatch(legal) else fallback
