"""Who people are to the gateway: the names, addresses, passwords and codes that it takes."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidRequest
from domain.published import (
    CODE_CHARACTERS_MAX,
    EMAIL_CHARACTERS_MAX,
    EMAIL_LOCAL_CHARACTERS_MAX,
    NAME_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MAX,
    PASSWORD_CHARACTERS_MIN,
)

DECOMPOSED_MAX: Final = 4
"""Into how many characters one can be taken apart at most (Unicode TR 15, table 10)."""

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


def normalised(password: str) -> str:
    """Give the form in which passwords are compared: NFC (RFC 8265, 4.2.2; nothing else changes).

    What is too long for any password stays as it is: to normalise it could take long.
    """
    if len(password) > PASSWORD_CHARACTERS_MAX * DECOMPOSED_MAX:
        return password
    return unicodedata.normalize("NFC", password)


def check_password(password: str, *, email: str, field: str = "password") -> str:
    """Give a new password, normalised, unless it is too short, too long, or the address itself.

    Raises:
        InvalidRequest: it is.
    """
    password = normalised(password)
    if not PASSWORD_CHARACTERS_MIN <= len(password) <= PASSWORD_CHARACTERS_MAX:
        msg = (
            f"The {field} must have {PASSWORD_CHARACTERS_MIN} to {PASSWORD_CHARACTERS_MAX} "
            "characters."
        )
        raise InvalidRequest(msg, field=field)
    if password.casefold() in {email.casefold(), email.casefold().partition("@")[0]}:
        msg = f"The {field} must not be the e-mail address."
        raise InvalidRequest(msg, field=field)
    if not password.isprintable():
        msg = f"The {field} must consist of printable characters."
        raise InvalidRequest(msg, field=field)
    return password


def check_code(code: str) -> str:
    """Give what may be a code of a second factor; apps show it with spaces, which do not count.

    Raises:
        InvalidRequest: with field ``code``: it is too long for one.
    """
    if len(code) > CODE_CHARACTERS_MAX:
        msg = "The code has six digits."
        raise InvalidRequest(msg, field="code")
    return "".join(code.split())
