"""Questions about an account's messages."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from domain.message_states import REFUNDED, SPENT, State
from domain.values import Instant, Lane, Network

PUBLIC_STATUS: Mapping[State, str] = {
    **dict.fromkeys(State, "queued"),
    **dict.fromkeys(SPENT, "sent"),
    **dict.fromkeys(REFUNDED, "failed"),
}
"""The three public words for the ten states: queued, sent, failed."""

NEAR_MAX: Final = 10_000
"""How far down a page of a log is found without looking through much."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One message as its account sees it."""

    number: int
    position: int
    recipient: str | None
    text: str | None
    sender_id: str | None
    sender_used: str | None
    client_reference: str | None
    network: Network
    state: State
    encoding: str
    segments: int
    credits: int
    credits_refunded: int
    batch: int | None
    queued_at: Instant
    sent_at: Instant | None
    delivered_at: Instant | None
    failure_code: str | None

    @property
    def status(self) -> str:
        """The public word: queued, sent or failed."""
        return PUBLIC_STATUS[self.state]

    @property
    def delivery(self) -> str | None:
        """What the network reported: delivered, undelivered or None."""
        return self.state if self.state in {State.DELIVERED, State.UNDELIVERED} else None


@dataclass(frozen=True, slots=True)
class BatchRow:
    """How the messages of one bulk stand; ``sent`` counts those that were delivered, too."""

    batch: int
    accepted: int
    queued: int
    sent: int
    delivered: int
    failed: int
    cancelled: int
    credits_used: int
    credits_refunded: int


@dataclass(frozen=True, slots=True)
class TrafficRow:
    """What ever became of the messages to one network, tests apart.

    One that was delivered was sent, too. What failed, expired or was cancelled was refunded.
    """

    network: Network
    accepted: int
    sent: int
    delivered: int
    undelivered: int
    failed: int
    expired: int
    cancelled: int
    credits_refunded: int


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """How many of an account's messages of one day in Lusaka, to one network, stand alike.

    ``day`` counts days since 1970-01-01.
    """

    day: int
    network: Network
    state: State
    messages: int


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of the log, newest first; ``total`` counts all that match."""

    entries: Sequence[LogEntry]
    total: int


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which messages: a public status, a search text, and the page by offset or ``before``."""

    status: str | None = None
    search: str | None = None
    offset: int = 0
    limit: int = 50
    before: int | None = None
    """Only messages older than this message number's place in the log."""

    @property
    def is_slow(self) -> bool:
        """Whether much has to be looked through: a search, or a page far down."""
        return bool(self.search) or self.offset > NEAR_MAX


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """Which messages staff want to see: newest first, with a number below ``before``."""

    before: int
    limit: int
    states: frozenset[State] = frozenset(State)
    account: int | None = None
    network: Network | None = None
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as staff see it, whosever it is; the last four only while it is open."""

    number: int
    account: int
    network: Network
    state: State
    batch: int | None
    credits: int
    credits_refunded: int
    queued_at: Instant
    sent_at: Instant | None
    failure_code: str | None
    lane: Lane | None
    expires_at: Instant | None
    sim: int | None
    last_attempt_at: Instant | None


class MessageQueries(Protocol):
    """Messages: an account's own, and for staff all of them.

    Where an account is asked for, the number of its log of tests (``domain/mode.py``) may stand.
    """

    def messages(self, wanted: MessageFilter) -> Sequence[MessageRow]:
        """List messages of all accounts, newest first."""

    def log(
        self, account: int, wanted: LogFilter, *, gives_up: Callable[[], bool] | None = None
    ) -> LogPage:
        """List an account's messages, newest first; a search ``gives_up`` when nobody waits.

        Raises:
            InvalidRequest: a search that takes too long, or that nobody waits for.
        """

    def activity(self, account: int, first_day: int) -> Sequence[ActivityRow]:
        """Give how many of an account's messages stand how, by day and network, from a day on."""

    def traffic(self) -> Sequence[TrafficRow]:
        """Say what ever became of messages, by network; the counts are kept."""

    def log_entry(self, account: int, number: int) -> LogEntry | None:
        """Find one message of an account."""

    def batch(self, account: int, batch: int) -> BatchRow | None:
        """Count how the messages of an account's bulk stand; None when it has no such bulk."""

    def open_of_batch(self, account: int, batch: int) -> Sequence[int]:
        """Number the messages of an account's bulk that have not ended."""

    def due_rehearsals(self, now: Instant, *, limit: int) -> Sequence[int]:
        """Number the test messages whose time has come, longest due first."""

    def messages_of(self, account: int, *, after: int, limit: int) -> Sequence[tuple[int, int]]:
        """List an account's messages after a log position: position and number, oldest first."""
