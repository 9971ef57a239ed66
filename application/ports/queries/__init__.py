"""What can be read: rows of the projections as values, and the questions that may be asked.

Every question about customers' data takes the account first. Times are instants
(microseconds), credits are integers, and personal data comes from ``contents`` at the moment
of reading: a row whose content was erased has None there.
"""

from typing import Protocol

from application.ports.queries.accounts import AccountQueries, AccountRow, KeyRow, SenderIdRow
from application.ports.queries.days import AgeRow, DayQueries, OpenRow, PeriodRow, ShownLine
from application.ports.queries.entries import EntryQueries, EntryRow
from application.ports.queries.feed import AttemptRow, FeedQueries, FeedRow, WebhookRow
from application.ports.queries.inbox import InboundRow, InboxQueries
from application.ports.queries.kept import ErasedRow, Kept, KeptQueries, Place
from application.ports.queries.ledger import (
    BooksRead,
    JournalRow,
    LedgerBalance,
    LedgerQueries,
    LedgerRead,
    LotRow,
    PostingRow,
)
from application.ports.queries.looks import LookQueries, LookRow
from application.ports.queries.messages import (
    PUBLIC_STATUS,
    ActivityRow,
    BatchRow,
    LogEntry,
    LogFilter,
    LogPage,
    MessageFilter,
    MessageQueries,
    MessageRow,
    TrafficRow,
)
from application.ports.queries.ported_numbers import PortedQueries, PortedRow
from application.ports.queries.progress import ProgressQueries, ProjectionStatus
from application.ports.queries.receipts import (
    CallbackRow,
    CaseRow,
    ConfirmedRow,
    ImportRow,
    KnownLine,
    LineRow,
    OddityRow,
    OpenItem,
    PaymentRow,
    ReceiptQueries,
)
from application.ports.queries.reports import ReportPair, ReportQueries
from application.ports.queries.sims import (
    AirtimeRow,
    BegunRow,
    PhoneRow,
    SimQueries,
    SimRow,
)
from application.ports.queries.suppressions import SuppressionQueries, SuppressionRow
from application.ports.queries.threads import (
    NEWEST,
    Older,
    Said,
    Thread,
    ThreadList,
    ThreadPage,
    ThreadQueries,
)
from application.ports.queries.topups import TopUpQueries, TopUpRow
from application.ports.queries.uploads import UploadQueries, UploadRow
from application.ports.queries.waiting import Ahead, Backlog, Waiting, WaitingQueries
from application.ports.queries.wallets import Balance, Statement, StatementLine, WalletQueries

__all__ = [
    "NEWEST",
    "PUBLIC_STATUS",
    "AccountRow",
    "ActivityRow",
    "AgeRow",
    "Ahead",
    "AirtimeRow",
    "AttemptRow",
    "Backlog",
    "Balance",
    "BatchRow",
    "BegunRow",
    "BooksRead",
    "CallbackRow",
    "CaseRow",
    "ConfirmedRow",
    "EntryRow",
    "ErasedRow",
    "FeedRow",
    "ImportRow",
    "InboundRow",
    "JournalRow",
    "Kept",
    "KeyRow",
    "KnownLine",
    "LedgerBalance",
    "LedgerRead",
    "LineRow",
    "LogEntry",
    "LogFilter",
    "LogPage",
    "LookRow",
    "LotRow",
    "MessageFilter",
    "MessageRow",
    "OddityRow",
    "Older",
    "OpenItem",
    "OpenRow",
    "PaymentRow",
    "PeriodRow",
    "PhoneRow",
    "Place",
    "PortedRow",
    "PostingRow",
    "ProjectionStatus",
    "Queries",
    "ReportPair",
    "Said",
    "SenderIdRow",
    "ShownLine",
    "SimRow",
    "Statement",
    "StatementLine",
    "SuppressionRow",
    "Thread",
    "ThreadList",
    "ThreadPage",
    "TopUpRow",
    "TrafficRow",
    "UploadRow",
    "Waiting",
    "WebhookRow",
]


class Queries(
    MessageQueries,
    WalletQueries,
    LedgerQueries,
    AccountQueries,
    EntryQueries,
    LookQueries,
    SimQueries,
    WaitingQueries,
    KeptQueries,
    TopUpQueries,
    ReportQueries,
    InboxQueries,
    SuppressionQueries,
    ThreadQueries,
    PortedQueries,
    ReceiptQueries,
    DayQueries,
    FeedQueries,
    UploadQueries,
    ProgressQueries,
    Protocol,
):
    """Every question that the read models answer."""
