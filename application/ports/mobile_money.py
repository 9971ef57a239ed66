"""Mobile money: what top-ups ask of a provider, and everything that it may answer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from domain.fees import FeeSchedule
from domain.money import Ngwee
from domain.msisdn import Msisdn
from domain.values import Instant, Network

# -- what is asked for ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One payment to be asked of a payer, who confirms it on the phone."""

    reference: str
    """Our id, as ``ProviderTraits.write_reference`` writes it; stored before it leaves."""
    amount_ngwee: Ngwee
    payer: Msisdn
    network: Network
    label: str
    """What payer and statement show, for example ``TOPUP-123``; only letters, digits, dashes and
    spaces of it are sent."""
    callback_url: str | None = None
    """Where to tell the end, of a provider that takes it with each request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money that goes back to the payer of a collection."""

    reference: str
    """Our id of the refund, stored before it leaves."""
    of_reference: str
    """Our id of the collection."""
    of_receipt: str
    """The provider's id of the collection."""
    of_amount_ngwee: Ngwee
    amount_ngwee: Ngwee
    label: str

    @property
    def is_whole(self) -> bool:
        """Whether everything goes back."""
        return self.amount_ngwee == self.of_amount_ngwee


# -- what a request comes to ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """The provider has it, now or since an earlier attempt: ``status`` tells how it ends."""

    is_repeated: bool = False
    """Whether the provider had this reference before."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The provider has told the end at once."""

    status: "PaymentStatus"


@dataclass(frozen=True, slots=True)
class Declined:
    """The provider surely did not take it, and says why; the same again would be refused again."""

    code: str
    """The provider's own."""
    words: str
    """A sentence for whoever pays."""


@dataclass(frozen=True, slots=True)
class NotAsked:
    """Nothing has left, or a token was not to be had: the same reference may be tried again."""

    words: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It may have been taken or not: never a failure, ``status`` has to tell."""

    words: str
    """What was seen instead of an answer, for operators."""


AskOutcome = Asked | Settled | Declined | NotAsked | Ambiguous


class PaymentState(StrEnum):
    """How far a payment is, as its provider says it."""

    PENDING = "pending"
    """Neither the payer nor the network has decided."""
    PAID = "paid"
    """The money is ours; there is a receipt."""
    FAILED = "failed"
    """It ended for good and nothing was taken."""
    NOT_FOUND = "not_found"
    """The provider does not know the reference: not yet, or it never arrived."""
    UNKNOWN = "unknown"
    """The provider did not say, or cannot: ask again, or wait for the statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStatus:
    """What a provider says of one payment; None is what it does not say."""

    state: PaymentState
    reference: str | None = None
    """Our id, as the provider repeats it."""
    receipt: str | None = None
    """Its own id of the money, which statements and the payer's message show; never None if
    PAID."""
    amount_ngwee: Ngwee | None = None
    currency: str | None = None
    payer: str | None = None
    """In E.164, with the plus."""
    code: str | None = None
    """The provider's own code of a failure."""
    words: str = ""
    """A sentence for people: why it failed, or why nothing is known."""


# -- callbacks -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedCallback:
    """A request of a provider, as it arrived; whether its path is right, the caller has seen."""

    method: str
    path: str
    """With the query, if there was one."""
    headers: Mapping[str, str]
    """By their names in lower case."""
    body: bytes


class Authenticity(StrEnum):
    """Whether a callback is shown to be the provider's."""

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    """This provider signs none, or is not set up to."""
    UNCHECKED = "unchecked"
    """It is signed, and the key to check it with could not be had."""


@dataclass(frozen=True, slots=True)
class CallbackNotice:
    """A hint that something has happened: what is true is what ``status`` says."""

    claim: PaymentStatus
    authenticity: Authenticity


class CallbackRefused(Exception):
    """A callback that must not be believed even as a hint; says why, without quoting it."""


class CallbackMalformed(CallbackRefused):
    """It cannot be read as what this provider sends."""


class CallbackForged(CallbackRefused):
    """Its signature is wrong, or is missing where there has to be one."""


# -- providers -----------------------------------------------------------------------------------


class Refunds(StrEnum):
    """What a provider can give back."""

    NONE = "none"
    WHOLE = "whole"
    PARTS = "parts"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTraits:
    """What a use case has to know of a provider: the settings say it, and no key is needed."""

    name: str
    """Of the platform, as the settings call it; stored with each payment."""
    networks: frozenset[Network]
    answer_s: float
    """How long ``collect`` may keep a thread: one provider waits for the payer."""
    write_reference: Callable[[bytes], str]
    """Writes 16 random bytes as an id that the provider takes."""
    currency: str = "ZMW"
    callback_url: str | None = None
    """Where callbacks reach us, as the settings say it."""
    callback_per_payment: bool = False
    """Whether it takes a URL with each request; otherwise one is registered with it."""
    tells_status: bool = True
    """Whether it can be asked about a payment."""
    refunds: Refunds = Refunds.NONE
    fees: FeeSchedule | None = None
    """What it keeps of a payment, as agreed; None when no fee of it is wrong."""
    first_poll_s: float = 5.0
    """How long to wait before it is asked about a payment."""


class MobileMoney(Protocol):
    """One account with one provider. Safe to call from several threads; waits are bounded.

    Nothing but ``read_callback`` raises. Every answer that is not understood is Ambiguous, or
    UNKNOWN.
    """

    @property
    def traits(self) -> ProviderTraits:
        """What it can do."""

    def collect(self, collection: Collection) -> AskOutcome:
        """Ask a payer for money."""

    def status(self, reference: str) -> PaymentStatus:
        """Ask how a collection stands, by our id."""

    def read_callback(self, callback: ReceivedCallback) -> CallbackNotice:
        """Check a callback over its received bytes, and read it.

        Raises:
            CallbackMalformed: it cannot be read.
            CallbackForged: its signature is not the provider's.
        """

    def refund(self, refund: Refund) -> AskOutcome:
        """Give money back; Declined where ``traits.refunds`` does not allow it."""

    def refund_status(self, reference: str) -> PaymentStatus:
        """Ask how a refund stands, by our id; its receipt is the refund's own."""

    def close(self) -> None:
        """Let go of the connections."""


class MobileMoneyAccounts(Mapping[str, MobileMoney]):
    """Our accounts with providers, by name, in the order of the settings.

    To look one up opens it, which may fail: InvalidRequest, where its key cannot be read.
    """

    traits: Mapping[str, ProviderTraits]
    """What is known of each without opening it."""


# -- what was said on the wire -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WireExchange:
    """One request and its answer, without secrets and with masked numbers."""

    at: Instant
    provider: str
    reference: str
    """The payment's, or empty: tokens and keys belong to none."""
    purpose: str
    """collect, status, refund, refund status, token, keys or callback."""
    request: str
    """Method, address, headers and body, a line each."""
    answer: str
    """Status, headers and body; or what happened instead."""
    took_ms: int


class WireLog(Protocol):
    """Keeps the newest exchanges with providers, for people who ask what was said."""

    def note(self, exchange: WireExchange) -> None:
        """Keep one; never raises."""

    def of(self, reference: str) -> Sequence[WireExchange]:
        """Give what is kept of a payment, oldest first."""
