"""The list of all read models and their versions; whatever has to know them all looks here."""

from collections.abc import Sequence
from typing import Final, NamedTuple


class ReadModel(NamedTuple):
    """One read model, as ``projection_positions`` knows it.

    Its tables and questions stand in the file of its name, and ``projections/folds/`` has the
    projection that makes it of events.
    """

    name: str
    version: int
    """Raise it when the tables or the fold change: the read model is then rebuilt."""


MESSAGE_LOG: Final = ReadModel("message_log", version=5)
BALANCES: Final = ReadModel("balances", version=3)
IDEMPOTENCY: Final = ReadModel("idempotency", version=1)
DISPATCH: Final = ReadModel("dispatch", version=5)
DIRECTORY: Final = ReadModel("directory", version=3)
APPROVALS: Final = ReadModel("approvals", version=3)
LOOKS: Final = ReadModel("looks", version=1)
FLEET: Final = ReadModel("fleet", version=6)
RETENTION: Final = ReadModel("retention", version=3)
LEDGER: Final = ReadModel("ledger", version=1)
RECEIPTS: Final = ReadModel("receipts", version=3)
TOP_UPS: Final = ReadModel("topups", version=1)
REPORTS: Final = ReadModel("reports", version=2)
INBOX: Final = ReadModel("inbox", version=1)
SUPPRESSIONS: Final = ReadModel("suppressions", version=1)
PORTED_NUMBERS: Final = ReadModel("ported_numbers", version=1)
DAYS: Final = ReadModel("days", version=2)
FEED: Final = ReadModel("account_feed", version=3)
UPLOADS: Final = ReadModel("uploads", version=1)

MODELS: Final[Sequence[ReadModel]] = (
    MESSAGE_LOG,
    BALANCES,
    IDEMPOTENCY,
    DISPATCH,
    DIRECTORY,
    APPROVALS,
    LOOKS,
    FLEET,
    RETENTION,
    LEDGER,
    TOP_UPS,
    REPORTS,
    INBOX,
    SUPPRESSIONS,
    PORTED_NUMBERS,
    RECEIPTS,
    DAYS,
    FEED,
    UPLOADS,
)
