"""Reads a SIM's airtime from what its network says by USSD: one pattern an operator, as data."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from domain.values import Network

USSD_CODE: Final = r"[*#][0-9*#]{1,38}#"
"""What a network is asked: * or #, digits, and # at the end."""
_AMOUNT: Final = r"(\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(\d{1,2}))?"
PATTERNS: Final[Mapping[Network, Sequence[str]]] = {
    Network.MTN: (rf"balance(?: is|:)? (?:K|ZMW) ?{_AMOUNT}",),
    Network.AIRTEL: (rf"balance(?: is|:)? (?:K|ZMW) ?{_AMOUNT}",),
    Network.ZAMTEL: (rf"balance(?: is|:)? (?:K|ZMW)? ?{_AMOUNT}(?: Kwacha)?",),
}
"""The first that is found counts. Operators change their words: an answer that none fits is shown
as it is, and says nothing of the balance."""


def airtime_in(text: str, network: Network) -> int | None:
    """Give the balance in ngwee; None when the text does not tell it."""
    for pattern in PATTERNS[network]:
        if found := re.search(pattern, text, re.IGNORECASE):
            kwacha, ngwee = found[1].replace(",", ""), (found[2] or "").ljust(2, "0")
            return int(kwacha) * 100 + int(ngwee)
    return None
