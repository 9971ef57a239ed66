"""A wallet of ours at a provider of mobile money, as one word: ``mtn/main``."""

import re
from typing import Final, NewType

from domain.errors import InvalidRequest

ProviderAccount = NewType("ProviderAccount", str)
"""The provider's name in the settings, a slash, and which of our wallets there."""

_PART: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


def provider_account(provider: str, wallet: str) -> ProviderAccount:
    """Name a wallet at a provider; both parts also name accounts of the ledger.

    Raises:
        InvalidRequest: with field ``provider`` or ``wallet``: it is no such name.
    """
    for field, part in (("provider", provider), ("wallet", wallet)):
        if not _PART.fullmatch(part):
            msg = f"The {field} is named by at most 32 of a to z, 0 to 9 and dashes."
            raise InvalidRequest(msg, field=field)
    return ProviderAccount(f"{provider}/{wallet}")
