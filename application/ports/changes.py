"""What a save changes beside the event log: one class for each kind of change.

A row is a change too: it is kept, in place of the one that stands under its key. What each
class does to the tables is written down once, in the stores.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self

from domain.contents import ContentKind
from domain.repeats import REPEATS_KEPT_S
from domain.values import SECOND, Instant


class Change:
    """Base of the changes. Those of a save are carried out in the order of ``Save.changes``."""

    __slots__ = ()


# -- contents ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ContentRow(Change):
    """Personal data and typed text, beside the log; erasing a row leaves every proof whole."""

    kind: ContentKind
    number: int
    salt: bytes
    msisdn: str | None = None
    body: str | None = None
    sender: str | None = None
    folded: str | None = None

    def without_text(self) -> Self:
        """Give what is left of it when its text is erased."""
        return replace(self, body=None, folded=None)


@dataclass(frozen=True, slots=True)
class TextErased(Change):
    """A content loses its text for good: only salt, number and sender stay."""

    kind: ContentKind
    number: int


@dataclass(frozen=True, slots=True)
class ContentErased(Change):
    """A content goes for good."""

    kind: ContentKind
    number: int


# -- requests that may come again (contract decision 8) ------------------------------------------


@dataclass(frozen=True, slots=True)
class Repeatable(Change):
    """An acceptance that was answered 503: the same request, as a keyed digest, is it again."""

    digest: bytes
    first_number: int
    count: int
    answered_at: Instant
    """When it was answered 503 last."""
    batch: int | None = None

    @property
    def numbers(self) -> Sequence[int]:
        """Number its messages."""
        return range(self.first_number, self.first_number + self.count)

    def is_recent(self, at: Instant) -> bool:
        """Whether it is known whatever became of its messages."""
        return at < self.answered_at + REPEATS_KEPT_S * SECOND


@dataclass(frozen=True, slots=True)
class RepeatableForgotten(Change):
    """The acceptance to which message ``number`` belongs is no longer known by its request."""

    number: int

    def forgets(self, known: Repeatable) -> bool:
        """Whether ``known`` is forgotten by this."""
        return self.number in known.numbers


# -- API keys ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CredentialRow(Change):
    """An API key's hash; the key itself is stored nowhere. A key's row is kept only once."""

    key_id: str
    account: int
    name: str
    hash: str
    issued_at: Instant
    revoked_at: Instant | None = None
    scopes: str = ""
    """What it may do, words with a space between them; empty is all that a key can do."""
    sources: str = ""
    """Addresses and networks that it may come from, with a space between; empty is anywhere."""
    used_at: Instant | None = None
    """When it was used last, as a coarse time that is now and then written down."""
    tag: str = ""
    """By which the gateway knows that it wrote it (``application.books.writing``)."""


@dataclass(frozen=True, slots=True)
class SnapshotsForgotten(Change):
    """All snapshots go: they are made anew of events."""

    version: int = 0
    """After this one."""


@dataclass(frozen=True, slots=True)
class CredentialTagged(Change):
    """A key's row gets a tag."""

    key_id: str
    tag: str


@dataclass(frozen=True, slots=True)
class CredentialRevoked(Change):
    """A key ended."""

    key_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class KeyUsed(Change):
    """When a key was used last."""

    key_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class KeysUnnamed(Change):
    """An account's keys lose what people typed: their names, and where they may come from."""

    account: int


# -- SIMs ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lease(Change):
    """Who may drive a SIM until when; a higher ``fence`` beats a lower one for good."""

    sim: int
    network: str
    modem: str
    holder: str
    fence: int
    expires_at: Instant
    answered_at: Instant


# -- payments ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaymentPoll(Change):
    """When a payment's provider is asked next; a later one of the same payment replaces it."""

    number: int
    payment: str
    """The payment's id, in hex."""
    provider: str
    round: int
    """How often its turn came: in round 0 the money is asked for, after that how it stands."""
    due_at: Instant | None
    """None: not before something calls for it."""
    asked_at: Instant
    """When its turn came last."""
    callbacks: int = 0
    """How many callbacks of it were kept."""

    def is_due_at(self, at: Instant) -> bool:
        """Whether its turn has come."""
        return self.due_at is not None and self.due_at <= at


# -- webhooks ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WebhookSet(Change):
    """A webhook is to be told; a new one what comes after a sequence."""

    account: int
    epoch: int
    types: str
    """Of what, words with a space between them; empty is all."""
    after: int
    at: Instant


@dataclass(frozen=True, slots=True)
class WebhookReplayed(Change):
    """A webhook is told once more all after a sequence."""

    account: int
    epoch: int
    after: int
    at: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookStanding(Change):
    """How far a webhook is and in which state, if nothing was decided since epoch ``was``."""

    account: int
    was: int
    epoch: int
    state: str
    delivered: int
    tries: int
    due_at: Instant
    attempts: int


@dataclass(frozen=True, slots=True)
class WebhookForgotten(Change):
    """An account has no webhook any more."""

    account: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAttempt(Change):
    """One attempt to tell; it takes the place of the one ``ATTEMPTS_KEPT`` before it."""

    account: int
    slot: int
    number: int
    event: str
    type: str
    sequence: int
    at: Instant
    took_ms: int
    status: int | None
    error: str | None
    answer: str

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the event."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class AttemptsForgotten(Change):
    """What is known of an account's attempts goes."""

    account: int


# -- time ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClockMark(Change):
    """What time it was by a clock that was believed; a later mark of a writer replaces it."""

    writer: str
    """A host, or one of the words below, which no host has."""
    at: Instant
    booted_at: Instant
    """When that clock's host began to count: the same for as long as nobody sets the clock."""
    actor: str = ""
    """Who vouched for it, when a person did."""

    OPERATOR: ClassVar[str] = "(operator)"
    """A person says that it is this time."""
    BEFORE: ClassVar[str] = "(before)"
    """The newest event of a store in which no clock had been noted yet."""
    RETENTION: ClassVar[str] = "(retention)"
    """Up to this time, what has served its time may have been erased."""


@dataclass(frozen=True, slots=True)
class ClockMarksForgotten(Change):
    """What hosts noted before a time was vouched for is believed no more."""

    kept: str = ClockMark.RETENTION


# -- people --------------------------------------------------------------------------------------


class SecretKind(StrEnum):
    """What stands beside the log and never in it: secrets of people, of SIMs and of phones."""

    PASSWORD = "password"  # noqa: S105 - a kind; key: the account's number, value: its slow hash
    SESSION = "session"  # key: the token's keyed digest, value: JSON, ends at its absolute end
    RESET = "reset"  # key: the token's keyed digest, value: nothing
    SECOND_FACTOR = "second_factor"  # key: the account's number, value: JSON, its seed sealed
    PHONE_CODE = "phone_code"  # key: the code's keyed digest, value: the slots, ends after an hour
    PHONE = "phone"  # key: the token's keyed digest, account: the phone's number, value: its device
    SIM_PIN = "sim_pin"  # key: a card's keyed digest, value: that of the PIN that it did not take
    WEBHOOK = "webhook"  # key: the account's number, value: JSON, its address and secrets sealed


@dataclass(frozen=True, slots=True)
class SecretRow(Change):
    """One secret of an account, by kind and key; a later one under the same key replaces it."""

    kind: SecretKind
    key: str
    account: int
    value: str
    at: Instant
    ends_at: Instant | None = None
    tag: str = ""
    """By which the gateway knows that it wrote it (``application.books.writing``)."""


@dataclass(frozen=True, slots=True)
class SecretsForgotten(Change):
    """The secret under a key goes or, without one, all of an account's of this kind."""

    kind: SecretKind
    account: int
    key: str | None = None

    def forgets(self, row: SecretRow) -> bool:
        """Whether ``row`` is forgotten by this."""
        same = (row.kind, row.account) == (self.kind, self.account)
        return same and self.key in {None, row.key}
