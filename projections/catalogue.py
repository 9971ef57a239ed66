"""The list of all projections; whatever has to know them all looks here."""

from collections.abc import Sequence
from typing import Final

from projections.approvals import Approvals
from projections.balances import Balances
from projections.directory import Directory
from projections.dispatch.fold import Dispatch
from projections.fleet import Fleet
from projections.idempotency import Idempotency
from projections.message_log import MessageLog
from projections.projection import Projection
from projections.retention import RetentionDates

PROJECTIONS: Final[Sequence[Projection]] = (
    MessageLog(),
    Balances(),
    Idempotency(),
    Dispatch(),
    Directory(),
    Approvals(),
    Fleet(),
    RetentionDates(),
)
