"""Who people are to the gateway: the names and e-mail addresses that it takes."""

import re
from typing import Final

from domain.errors import InvalidRequest

NAME_CHARACTERS_MAX: Final = 100
"""Of an account or of a key."""
EMAIL_CHARACTERS_MAX: Final = 254
"""RFC 5321, 4.5.3.1.3, without the angle brackets."""
EMAIL_LOCAL_CHARACTERS_MAX: Final = 64

_EMAIL: Final = re.compile(  # the form of HTML's e-mail fields
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+"
    r"@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)


def check_name(name: str) -> str:
    """Give the name of a person, a business or a key, without the spaces around it.

    Raises:
        InvalidRequest: with field ``name``: blank, too long, or with unprintable characters.
    """
    found = name.strip()
    if not 1 <= len(found) <= NAME_CHARACTERS_MAX or not found.isprintable():
        msg = f"The name must have 1 to {NAME_CHARACTERS_MAX} printable characters."
        raise InvalidRequest(msg, field="name")
    return found


def check_email(email: str) -> str:
    """Give an e-mail address without the spaces around it.

    Raises:
        InvalidRequest: with field ``email``: it is no address that mail can go to.
    """
    found = email.strip()
    local = found.partition("@")[0]
    is_short = len(found) <= EMAIL_CHARACTERS_MAX and len(local) <= EMAIL_LOCAL_CHARACTERS_MAX
    if not is_short or _EMAIL.fullmatch(found) is None:
        msg = "The email must be an address such as you@example.com."
        raise InvalidRequest(msg, field="email")
    return found
