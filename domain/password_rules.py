"""What people may choose as a password, and type as the code of a second factor."""

import unicodedata
from typing import Final

from domain.errors import InvalidRequest

PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 128
"""A longer password would only cost time: it is hashed slowly."""
CODE_CHARACTERS_MAX: Final = 20
"""What may stand for the six digits of a second factor, spaces and all."""
DECOMPOSED_MAX: Final = 4
"""Into how many characters one can be taken apart at most (Unicode TR 15, table 10)."""


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
