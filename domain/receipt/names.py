"""How people name a receipt: our wallet and the provider's own id, ``mtn/main/1234567890``."""

from typing import Final, NamedTuple

from domain.errors import InvalidRequest
from domain.provider_account import ProviderAccount, provider_account

TRANSACTION_ID_CHARACTERS_MAX: Final = 200
_PARTS: Final = 3


class ReceiptName(NamedTuple):
    """Which transaction, in which wallet of ours."""

    provider_account: ProviderAccount
    transaction_id: str

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{self.provider_account}/{self.transaction_id}"


def parse_receipt_name(text: str, *, field: str = "receipt") -> ReceiptName:
    """Read ``provider/wallet/transaction id``; slashes in the last are its own.

    Raises:
        InvalidRequest: with ``field``: it is no such name.
    """
    parts = text.split("/", _PARTS - 1)
    try:
        if len(parts) == _PARTS and 0 < len(parts[-1]) <= TRANSACTION_ID_CHARACTERS_MAX:
            return ReceiptName(provider_account(parts[0], parts[1]), parts[2])
    except InvalidRequest:
        pass
    msg = f"The {field} is named provider/wallet/transaction id, for example mtn/main/1234567890."
    raise InvalidRequest(msg, field=field)
