"""What matching says: matches, what stays to be explained, and whom a person might ask about."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Rule(StrEnum):
    """Why a line is taken for what we expected."""

    RECEIPT = "receipt"
    REFERENCE = "reference"
    NARRATION = "narration"
    PAYER = "payer"
    GROUP = "group"
    REVERSAL = "reversal"
    BY_HAND = "by_hand"
    FEE = "fee"
    """It is a fee alone, and shows nobody's money."""


class Trouble(StrEnum):
    """What a person of finance must explain."""

    MISSING_ON_STATEMENT = "missing_on_statement"
    MISSING_IN_LEDGER = "missing_in_ledger"
    AMOUNT_MISMATCH = "amount_mismatch"
    DUPLICATE_PAYMENT = "duplicate_payment"
    DUPLICATE_ROW = "duplicate_row"
    FEE_MISMATCH = "fee_mismatch"
    REVERSED_AFTER_CREDIT = "reversed_after_credit"
    LATE_AFTER_EXPIRY = "late_after_expiry"
    PAID_AFTER_FAILED = "paid_after_failed"
    WRONG_WALLET = "wrong_wallet"
    UNKNOWN_CALLBACK = "unknown_callback"
    CURRENCY_MISMATCH = "currency_mismatch"
    STALE_PENDING = "stale_pending"
    REFUND_NOT_ON_STATEMENT = "refund_not_on_statement"
    SETTLEMENT_SHORTFALL = "settlement_shortfall"
    AMBIGUOUS = "ambiguous"


_T = Trouble

WORDS: Final[Mapping[Trouble, str]] = MappingProxyType(
    {
        _T.MISSING_ON_STATEMENT: "We count it as paid, and no line shows its money.",
        _T.MISSING_IN_LEDGER: "The money came, and credited nobody.",
        _T.AMOUNT_MISMATCH: "The line shows another amount than we expected.",
        _T.DUPLICATE_PAYMENT: "Another line pays the same payment already.",
        _T.DUPLICATE_ROW: "An earlier row shows the same transaction.",
        _T.FEE_MISMATCH: "The provider kept another fee than agreed.",
        _T.REVERSED_AFTER_CREDIT: "The provider took back what credited an account.",
        _T.LATE_AFTER_EXPIRY: "It was paid after it had expired here.",
        _T.PAID_AFTER_FAILED: "It was paid although the provider said that it failed.",
        _T.WRONG_WALLET: "It came into another wallet of ours than was asked.",
        _T.UNKNOWN_CALLBACK: "The provider called about a payment that is not ours.",
        _T.CURRENCY_MISMATCH: "It was paid in another currency.",
        _T.STALE_PENDING: "For too long nobody knows whether it was paid.",
        _T.REFUND_NOT_ON_STATEMENT: "We paid it back, and no line shows that.",
        _T.SETTLEMENT_SHORTFALL: "A sum of many payments is not the sum of ours.",
        _T.AMBIGUOUS: "More than one pairing is possible, and nothing tells which is right.",
    }
)
"""What each says to a person. The payment flow finds wrong wallets, currencies and callbacks."""


class Match(NamedTuple):
    """Lines and expectations, by their places, that account for one another.

    Each line and each expectation is in one match at most. A reversal names what it takes back as
    ``original`` (the place of a line), when that is in a match of its own.
    """

    rule: Rule
    lines: tuple[int, ...]
    expected: tuple[int, ...]
    evidence: tuple[str, ...]
    original: int | None = None


class Finding(NamedTuple):
    """A trouble with a line, an expectation or both, by their places.

    ``difference_ngwee`` is what the statement shows less what we expected: neither sign is right.
    """

    trouble: Trouble
    line: int | None
    expected: int | None
    difference_ngwee: int = 0


class Suggestion(NamedTuple):
    """What a line may be about; never taken without a person. ``score`` goes up to 100."""

    line: int
    expected: int
    score: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that matching says, in the order of its stages and of the lines."""

    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]
    suggestions: tuple[Suggestion, ...]
    in_transit: tuple[int, ...]
    """Places of what is confirmed later than the statements reach."""
