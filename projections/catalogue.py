"""The list of all read models; whatever has to know them all looks here."""

from collections.abc import Sequence
from typing import Final

from projections import (
    approvals,
    balances,
    directory,
    fleet,
    idempotency,
    ledger,
    looks,
    message_log,
    retention,
)
from projections.dispatch import tables as dispatch
from projections.model import ReadModel

MODELS: Final[Sequence[ReadModel]] = (
    message_log.MODEL,
    balances.MODEL,
    idempotency.MODEL,
    dispatch.MODEL,
    directory.MODEL,
    approvals.MODEL,
    looks.MODEL,
    fleet.MODEL,
    retention.MODEL,
    ledger.MODEL,
)
