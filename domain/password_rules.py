"""What people may choose as a password, and type as the code of a second factor."""

import re
import unicodedata
from typing import Final

from domain.errors import InvalidRequest

PASSWORD_CHARACTERS_MIN: Final = 10
PASSWORD_CHARACTERS_MAX: Final = 128
"""A longer password would only cost time: it is hashed slowly."""
CODE_CHARACTERS_MAX: Final = 40
"""What may stand for the six digits of a second factor, or a recovery code, spaces and all."""
RECOVERY_CODES: Final = 10
"""How many an account is given at a time."""
RECOVERY_BYTES: Final = 10
"""What a recovery code is drawn from; in base32 (RFC 4648) these are 16 characters."""
RECOVERY_CHARACTERS: Final = 16
RECOVERY_GROUP: Final = 4
RECOVERY_PATTERN: Final = "-".join(
    [f"[A-Z2-7]{{{RECOVERY_GROUP}}}"] * (RECOVERY_CHARACTERS // RECOVERY_GROUP)
)
"""How a recovery code is shown."""
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
        msg = f"The code has six digits; a recovery code has {RECOVERY_CHARACTERS} characters."
        raise InvalidRequest(msg, field="code")
    return "".join(code.split())


def written_recovery_code(code: str) -> str:
    """Give a recovery code as it is shown: ``ABCD-EFGH-2345-6723``."""
    return "-".join(code[at : at + RECOVERY_GROUP] for at in range(0, len(code), RECOVERY_GROUP))


def read_recovery_code(typed: str) -> str | None:
    """Give a recovery code in the form in which they are compared; None when it is none."""
    code = typed.replace("-", "")
    is_one = re.fullmatch(f"[A-Za-z2-7]{{{RECOVERY_CHARACTERS}}}", code)
    return code.upper() if is_one else None
