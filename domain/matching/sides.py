"""The two sides that are matched: what we expect of a provider, and what its statement lists.

They are named tuples, since hundreds of thousands are made at once. Amounts are whole ngwee,
signed as our wallet sees them; a text that is not known is empty.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from domain.fees import FeeSchedule
from domain.values import SECOND, Instant


class Standing(StrEnum):
    """What we believe of what we expect."""

    CONFIRMED = "confirmed"
    """The provider's API said that it was paid, and credits were issued."""
    HELD = "held"
    """The API said so, and nothing was credited: a person looks at it."""
    OPEN = "open"
    """Nobody knows yet."""
    FAILED = "failed"
    EXPIRED = "expired"


class Expected(NamedTuple):
    """A payment that an account asked for or, with a negative amount, a refund of ours."""

    reference: str
    """The id under which we asked the provider."""
    provider_reference: str
    """The provider's id of the asking."""
    receipt: str
    """The provider's id of the money, once its API told it."""
    amount_ngwee: int
    payer: str
    """A key that is the same for the same number."""
    at: Instant
    standing: Standing


class LineKind(StrEnum):
    """What a line says that it is."""

    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"
    BATCH = "batch"
    """Many payments of one day as one sum."""
    FEE = "fee"
    SETTLEMENT = "settlement"
    """Between our wallet and our bank."""


class Line(NamedTuple):
    """A row of a statement: it moves our wallet by ``amount_ngwee - fee_ngwee``."""

    receipt: str
    reference: str
    """Our id, where the file has a column for it."""
    amount_ngwee: int
    fee_ngwee: int
    payer: str
    at: Instant
    kind: LineKind
    narration: str = ""
    original: str = ""
    """The receipt that a reversal takes back, where the file says so."""


class Past(NamedTuple):
    """What is in the books already, by its places on both sides: it explains, and is not matched.

    ``pairs`` gives the expectation that a line of it shows alone.
    """

    lines: Collection[int] = ()
    expected: Collection[int] = ()
    pairs: Mapping[int, int] = MappingProxyType({})


NO_PAST: Final = Past()


HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By which bounds two sides are taken for the same."""

    until: Instant
    """Up to when the statements reach; what we expect after that is in transit."""
    window_s: int = HOUR_S
    """How far the times of a payment and its line lie apart when nothing but the payer tells."""
    reversal_s: int = 30 * 24 * HOUR_S
    """How long after a payment a reversal that names nothing can be its own."""
    suggestion_s: int = 24 * HOUR_S
    stale_s: int = 24 * HOUR_S
    """After how long a payment of which nobody knows the end is an exception."""
    fees: FeeSchedule | None = None
    """None when fees are not agreed, and none is wrong."""

    @property
    def window(self) -> int:
        """``window_s`` as a span of instants."""
        return self.window_s * SECOND
