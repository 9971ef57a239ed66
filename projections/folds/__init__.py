"""How each read model is made of events: one projection a file, and the list of them all.

Whoever only asks read models imports none of this, and so no class of an event.
"""

from collections.abc import Sequence
from typing import Final

from projections.folds.approvals import Approvals
from projections.folds.balances import Balances
from projections.folds.days import Days
from projections.folds.directory import Directory
from projections.folds.dispatch import Dispatch
from projections.folds.feed import Feed
from projections.folds.fleet import Fleet
from projections.folds.idempotency import Idempotency
from projections.folds.inbox import Inbox
from projections.folds.ledger import Ledger
from projections.folds.looks import Looks
from projections.folds.message_log import MessageLog
from projections.folds.ported_numbers import PortedNumbers
from projections.folds.receipts import Receipts
from projections.folds.reports import Reports
from projections.folds.retention import RetentionDates
from projections.folds.suppressions import Suppressions
from projections.folds.topups import TopUps
from projections.folds.uploads import Uploads
from projections.projection import Projection

PROJECTIONS: Final[Sequence[Projection]] = (
    MessageLog(),
    Balances(),
    Idempotency(),
    Dispatch(),
    Directory(),
    Approvals(),
    Looks(),
    Fleet(),
    RetentionDates(),
    Ledger(),
    TopUps(),
    Reports(),
    Inbox(),
    Suppressions(),
    PortedNumbers(),
    Receipts(),
    Days(),
    Feed(),
    Uploads(),
)
