"""What can be read: rows of the projections as values, and the questions that may be asked.

Every question about customers' data takes the account first. Times are instants
(microseconds), credits are integers, and personal data comes from ``contents`` at the moment
of reading: a row whose content was erased has None there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from domain.message import REFUNDED, SPENT, State
from domain.values import Instant, Lane, Network

PUBLIC_STATUS: Mapping[State, str] = {
    **dict.fromkeys(State, "queued"),
    **dict.fromkeys(SPENT, "sent"),
    **dict.fromkeys(REFUNDED, "failed"),
}
"""The three public words for the nine states: queued, sent, failed."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One message as its account sees it."""

    number: int
    position: int
    recipient: str | None
    text: str | None
    sender_id: str | None
    sender_used: str | None
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


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits of one account at one log position; spent + reserved + … add up (I4)."""

    account: int
    available: int
    reserved: int
    spent: int
    refunded: int
    position: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement of a wallet; ``credits`` is signed, ``kind`` the event's own word."""

    position: int
    at: Instant
    kind: str
    credits: int
    available: int
    number: int | None
    count: int | None
    batch: int | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class SenderIdRow:
    """A sender ID request."""

    number: int
    account: int
    name: str | None
    use_case: str | None
    status: str
    created_at: Instant
    reason: str | None = None
    """Why it was rejected, while it is."""


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the directory."""

    number: int
    name: str | None
    email: str | None
    suspended: bool
    registered_at: Instant
    single: int | None
    bulk: int | None
    read: int | None
    daily_credits: int | None = None
    roles: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    """What waits for a second person, or did; who is who is said as events say it."""

    number: int
    kind: str
    account: int
    credits: int | None
    role: str | None
    actor: str
    reason: str | None
    status: str
    approver: str | None
    """Who approved or rejected it."""
    remark: str | None
    """What was said when it was approved, rejected or withdrawn."""
    prepared_at: Instant
    decided_at: Instant | None


@dataclass(frozen=True, slots=True)
class KeyRow:
    """An API key of an account, without anything secret."""

    key_id: str
    account: int
    name: str | None
    issued_at: Instant
    revoked_at: Instant | None
    scopes: str | None = None
    """What it may do, words with a space between them; empty is all that a key can do."""
    sources: str | None = None
    """Where it may come from, with a space between; empty is anywhere."""
    used_at: Instant | None = None
    """When it was used last, to the hour."""


@dataclass(frozen=True, slots=True)
class SimRow:
    """A SIM of the fleet; ``online`` is design section 6.7's word at the moment of asking."""

    number: int
    network: Network
    modem: str | None
    msisdn: str | None
    iccid: str | None
    imsi: str | None
    imei: str | None
    host: str | None
    fence: int
    online: bool
    quarantined: bool
    reason: str | None
    since: Instant
    sent_segments: int
    sent_messages: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open message as the dispatcher sees it."""

    number: int
    account: int
    network: Network
    lane: Lane
    state: State
    position: int
    due_at: Instant
    expires_at: Instant
    sim: int | None
    bound_sim: int | None
    fence: int
    last_attempt_at: Instant | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages of a network are open, by state."""

    network: Network
    queued: int
    sending: int
    in_doubt: int


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """Where a projection stands; ``error`` names the event at which it stopped."""

    name: str
    position: int
    head: int
    error: str | None

    @property
    def lag(self) -> int:
        """Positions between it and the end of the log."""
        return max(self.head - self.position, 0)


class Kept(StrEnum):
    """What is kept of a message's content, as long as anything is."""

    ALL = "all"
    NUMBER = "number"


class Place(NamedTuple):
    """Where a message stands among those whose content is kept."""

    queued_at: Instant
    number: int


class Queries(Protocol):
    """Every question that the read models answer."""

    # -- customers --------------------------------------------------------------------------

    def log(self, account: int, wanted: LogFilter) -> LogPage:
        """List an account's messages, newest first."""

    def log_entry(self, account: int, number: int) -> LogEntry | None:
        """Find one message of an account."""

    def balance(self, account: int) -> Balance | None:
        """Give an account's balance row."""

    def statement(self, account: int, *, after: int, limit: int) -> Sequence[StatementLine]:
        """List the movements of an account's wallet after a log position, oldest first."""

    def sender_ids(self, account: int) -> Sequence[SenderIdRow]:
        """List an account's sender ID requests, oldest first."""

    def keys(self, account: int) -> Sequence[KeyRow]:
        """List an account's keys, oldest first."""

    # -- operators --------------------------------------------------------------------------

    def accounts(self, *, after: int, limit: int) -> Sequence[AccountRow]:
        """List accounts by number."""

    def account(self, account: int) -> AccountRow | None:
        """Find one account."""

    def staff(self, *, limit: int) -> Sequence[AccountRow]:
        """List the accounts that have a role, by number."""

    def entries(self, status: str | None, *, after: int, limit: int) -> Sequence[EntryRow]:
        """List what takes two people, by number; ``status`` None is every one."""

    def entry(self, number: int) -> EntryRow | None:
        """Find one of them."""

    def pending_sender_ids(self, *, limit: int) -> Sequence[SenderIdRow]:
        """List the requests that wait for staff, oldest first."""

    def sender_id(self, number: int) -> SenderIdRow | None:
        """Find one sender ID request of any account."""

    def sims(self, now: Instant) -> Sequence[SimRow]:
        """List the fleet."""

    def projections(self) -> Sequence[ProjectionStatus]:
        """Say where each projection stands."""

    def expired_answers(self, now: Instant, *, limit: int) -> Sequence[int]:
        """List the numbers of stored answers (contents of kind ``submission``) past their time."""

    def kept_contents(
        self, kept: Kept, *, before: Instant, after: Place | None, limit: int
    ) -> Sequence[Place]:
        """List messages accepted up to ``before`` of whose content this much is kept, by age."""

    def messages_of(self, account: int, *, after: int, limit: int) -> Sequence[tuple[int, int]]:
        """List an account's messages after a log position: position and number, oldest first."""

    def message_account(self, number: int) -> int | None:
        """Give the account of a message, for operators who know only its number."""

    # -- dispatching ------------------------------------------------------------------------

    def next_waiting(
        self, network: Network, *, sim: int, now: Instant, limit: int
    ) -> Sequence[Waiting]:
        """List due queued messages that SIM number ``sim`` may carry, best first.

        By lane, then fair between accounts (each account's oldest in turn), then by arrival.
        """

    def due_networks(self, now: Instant) -> Sequence[Network]:
        """List the networks that have at least one due queued message."""

    def overdue(self, now: Instant, *, limit: int) -> Sequence[Waiting]:
        """List queued messages past ``expires_at`` and doubts past their limit."""

    def held_by(self, sim: int) -> Sequence[Waiting]:
        """List messages in state Sending on a SIM."""

    def held_by_lapsed(self, now: Instant, *, limit: int) -> Sequence[Waiting]:
        """List messages in state Sending on SIMs whose lease has run out."""

    def backlog(self) -> Sequence[Backlog]:
        """Count open messages by network."""

    # -- reading what was just written --------------------------------------------------------

    def reached(self, position: int, *, timeout_s: float, projection: str) -> bool:
        """Wait until ``projection`` has handled log position ``position``; False at the limit."""
