"""What a webhook may be, and when it is tried again: the numbers that receivers go by."""

import re
from collections.abc import Sequence
from typing import Final

from domain.errors import InvalidRequest
from domain.feed import FeedType

URL_CHARACTERS_MAX: Final = 2_048
_PORT_MAX: Final = 65_535
RETRY_AFTER_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After one, two, … tries that failed: ten tries in 75.6 hours (Standard Webhooks)."""
TRIES: Final = len(RETRY_AFTER_S) + 1
PAUSED_ASK_EVERY_S: Final = 3_600
"""How often a receiver is asked that has paused."""
RETRY_AFTER_MAX_S: Final = 86_400
"""The longest wait that a receiver may ask for by Retry-After."""
OVERLAP_S: Final = 86_400
"""For how long a secret that was rotated still signs, beside the new one."""
SECRETS_MAX: Final = 3
"""Secrets that sign at the same time."""
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what the written form of any of them begins with
ATTEMPTS_KEPT: Final = 100
"""Attempts of an account that are kept: the newest."""
ANSWER_CHARACTERS_KEPT: Final = 500
"""Of what a receiver answered that did not take an event."""

_URL: Final = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?][!\"$-\[\]-~]*)?"
)
"""Printable ASCII, but # and the backslash, behind what can be read in one way only."""


def check_webhook_url(written: object, *, may_be_plain: bool) -> str:
    """Give an address that events can be posted to; whether it may be called is asked on calling.

    ``may_be_plain``: also without TLS, where the operator allows addresses within.

    Raises:
        InvalidRequest: it is none.
    """
    text = written if isinstance(written, str) else ""
    found = _URL.fullmatch(text) if len(text) <= URL_CHARACTERS_MAX else None
    if found is None or int(found["port"] or 1) not in range(1, _PORT_MAX + 1):
        msg = (
            f"The url must be an address of at most {URL_CHARACTERS_MAX:,} characters of ASCII,"
            " without user, password and fragment, such as https://example.com/ngoma."
        )
        raise InvalidRequest(msg, field="url")
    if found["scheme"] == "http" and not may_be_plain:
        msg = "The url must begin with https://."
        raise InvalidRequest(msg, field="url")
    return text


def check_webhook_events(written: object) -> Sequence[FeedType]:
    """Give the types that are wanted, each once; none is all of them.

    Raises:
        InvalidRequest: there is another among them.
    """
    known = [each.value for each in FeedType]
    if written is None:
        return ()
    if not isinstance(written, list) or any(one not in known for one in written):
        msg = f"The events must be a list of {', '.join(known)}."
        raise InvalidRequest(msg, field="events")
    return tuple(each for each in FeedType if each.value in written)
