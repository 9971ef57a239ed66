"""Idempotency keys: what one may be, and how long the answer under it is kept."""

import re
from typing import Final

from domain.errors import InvalidRequest

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""What clients call it."""
IDEMPOTENCY_KEY_CHARACTERS_MAX: Final = 255
IDEMPOTENCY_KEPT_S: Final = 24 * 3600
"""How long the answer under a key is kept (contract decision 7)."""

_KEY: Final = re.compile(rf"[\x21-\x7e]{{1,{IDEMPOTENCY_KEY_CHARACTERS_MAX}}}")


def check_idempotency_key(key: str) -> str:
    """Give an idempotency key as it is.

    Raises:
        InvalidRequest: with field ``Idempotency-Key``: empty, too long, or not visible ASCII.
    """
    if _KEY.fullmatch(key) is None:
        msg = (
            f"The {IDEMPOTENCY_KEY} must be 1 to {IDEMPOTENCY_KEY_CHARACTERS_MAX} visible ASCII "
            "characters."
        )
        raise InvalidRequest(msg, field=IDEMPOTENCY_KEY)
    return key
