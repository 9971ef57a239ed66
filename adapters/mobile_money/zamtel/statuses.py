"""The codes of Zamtel's REST front, as open clients of it list them; there is no public table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.meaning import Meaning, Says

CODES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "0": Meaning(Says.PAID),
        "2006": Meaning(Says.FAILED, say.NO_FUNDS),
        "E8003": Meaning(Says.FAILED, say.WRONG_PIN),
        "E8027": Meaning(Says.UNCLEAR, say.NETWORK_FAULT),
        "-1": Meaning(Says.UNCLEAR, say.NETWORK_FAULT),
    }
)
"""Any other code leaves it open whether money was taken."""
