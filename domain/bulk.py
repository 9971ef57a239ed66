"""A bulk: one text to many recipients, and to how many at most."""

from typing import Final

from domain.errors import TooManyRecipients

RECIPIENTS_MAX: Final = 500
"""Entries in the list of one bulk."""


def check_recipients(count: int) -> None:
    """Refuse a bulk to more than one bulk can have.

    Raises:
        TooManyRecipients: it is.
    """
    if count > RECIPIENTS_MAX:
        msg = f"A bulk has at most {RECIPIENTS_MAX} recipients; this one has {count}."
        raise TooManyRecipients(msg)
