"""What can become of a payment between us and a statement, as data: each case knows its truth."""

from dataclasses import dataclass
from typing import Final

ODD_NGWEE: Final = 137
"""By how much amounts are wrong: no right amount differs from another by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """What we have in our books."""

    standing: str = "confirmed"
    knows_receipt: bool = False
    is_refund: bool = False
    truth: tuple[str, ...] = ()
    """What is wrong with it, beyond its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the statement shows."""

    of: int | None = 0
    """Which of ours it shows; None when the file cannot tell, or none."""
    kind: str = "payment"
    names: str = ""
    """Where it gives our id: "column" or "words"."""
    is_receipt_of: bool = True
    """Whether it bears the receipt that we know, if we know one."""
    is_by_another: bool = False
    """Whether another number paid than was asked."""
    repeats: bool = False
    """Whether it is the first row once more, under the same receipt."""
    undoes: bool = False
    """Whether it gives the receipt of the first row as what it takes back."""
    share: int = 1
    """How many parts of the amount there are; this is one of them."""
    extra_ngwee: int = 0
    fee_extra_ngwee: int = 0
    delay_s: int = 60
    truth: tuple[str, ...] = ()
    suggests: bool = False
    """Whether a person should be led to the first of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One story: what we hold, and which rows there are."""

    name: str
    ours: tuple[Ours, ...]
    rows: tuple[Row, ...]
    providers: tuple[str, ...] = ("mtn", "airtel", "zamtel", "pawapay")


_WORDY: Final = ("airtel", "zamtel")
_KNOWN: Final = Ours(knows_receipt=True)
_SILENT: Final = Ours()
_DAY_S: Final = 24 * 3600

BY_RECEIPT: Final = Case(name="by receipt", ours=(_KNOWN,), rows=(Row(),))
IN_A_BATCH: Final = Case(name="in a batch", ours=(_SILENT,), rows=(), providers=("zamtel",))

PLAIN: Final = (
    BY_RECEIPT,
    Case(name="by id", ours=(_SILENT,), rows=(Row(names="column"),), providers=("mtn",)),
    Case(name="in words", ours=(_SILENT,), rows=(Row(names="words"),), providers=_WORDY),
    Case(
        name="in words by another payer",
        ours=(_SILENT,),
        rows=(Row(names="words", is_by_another=True),),
        providers=_WORDY,
    ),
    Case(name="by payer", ours=(_SILENT,), rows=(Row(),), providers=_WORDY),
    Case(
        name="in parts",
        ours=(_SILENT,),
        rows=(Row(names="column", share=2), Row(names="column", share=2, delay_s=90)),
        providers=("mtn",),
    ),
    Case(
        name="refunded",
        ours=(_KNOWN, Ours(knows_receipt=True, is_refund=True)),
        rows=(Row(), Row(of=1, kind="refund", delay_s=600)),
        providers=("mtn", "airtel"),
    ),
)
"""Nothing is wrong."""

ANOMALIES: Final = (
    Case(
        name="missing row",
        ours=(Ours(knows_receipt=True, truth=("missing_on_statement",)),),
        rows=(),
    ),
    Case(name="extra row", ours=(), rows=(Row(of=None, truth=("missing_in_ledger",)),)),
    Case(
        name="row twice",
        ours=(_KNOWN,),
        rows=(Row(), Row(of=None, repeats=True, truth=("duplicate_row",))),
    ),
    Case(
        name="paid twice",
        ours=(_KNOWN,),
        rows=(
            Row(names="column"),
            Row(of=None, names="column", is_receipt_of=False, truth=("duplicate_payment",)),
        ),
        providers=("mtn",),
    ),
    Case(
        name="paid twice in words",
        ours=(_KNOWN,),
        rows=(
            Row(names="words"),
            Row(of=None, names="words", is_receipt_of=False, truth=("duplicate_payment",)),
        ),
        providers=_WORDY,
    ),
    Case(name="high fee", ours=(_KNOWN,), rows=(Row(fee_extra_ngwee=7, truth=("fee_mismatch",)),)),
    Case(
        name="low fee",
        ours=(_KNOWN,),
        rows=(Row(fee_extra_ngwee=-3, truth=("fee_mismatch",)),),
        providers=("mtn", "airtel"),
    ),
    Case(
        name="too much",
        ours=(_KNOWN,),
        rows=(Row(extra_ngwee=ODD_NGWEE, truth=("amount_mismatch",)),),
    ),
    Case(
        name="too little",
        ours=(_SILENT,),
        rows=(Row(names="column", extra_ngwee=-ODD_NGWEE, truth=("amount_mismatch",)),),
        providers=("mtn",),
    ),
    Case(
        name="another amount and no id",
        ours=(Ours(truth=("missing_on_statement",)),),
        rows=(Row(of=None, extra_ngwee=ODD_NGWEE, truth=("missing_in_ledger",), suggests=True),),
        providers=_WORDY,
    ),
    Case(
        name="late",
        ours=(Ours(standing="expired"),),
        rows=(Row(names="column", delay_s=25 * 3600, truth=("late_after_expiry",)),),
        providers=("mtn",),
    ),
    Case(
        name="paid though failed",
        ours=(Ours(standing="failed"),),
        rows=(Row(names="words", truth=("paid_after_failed",)),),
        providers=_WORDY,
    ),
    Case(
        name="paid and never confirmed",
        ours=(Ours(standing="open"),),
        rows=(Row(truth=("missing_in_ledger",)),),
        providers=("zamtel",),
    ),
    Case(name="stale", ours=(Ours(standing="open", truth=("stale_pending",)),), rows=()),
    Case(
        name="reversed",
        ours=(_KNOWN,),
        rows=(
            Row(),
            Row(kind="reversal", undoes=True, delay_s=_DAY_S, truth=("reversed_after_credit",)),
        ),
    ),
    Case(
        name="reversed without a name",
        ours=(_KNOWN,),
        rows=(Row(), Row(kind="reversal", delay_s=_DAY_S, truth=("reversed_after_credit",))),
        providers=_WORDY,
    ),
    Case(
        name="refund missing",
        ours=(
            _KNOWN,
            Ours(knows_receipt=True, is_refund=True, truth=("refund_not_on_statement",)),
        ),
        rows=(Row(),),
        providers=("mtn", "airtel"),
    ),
)
"""One thing is wrong."""

_UNCLEAR: Final = ("ambiguous",)

OVERLAPS: Final = (
    Case(
        name="twins",
        ours=(Ours(truth=_UNCLEAR), Ours(truth=_UNCLEAR)),
        rows=(Row(of=None, truth=_UNCLEAR), Row(of=None, delay_s=80, truth=_UNCLEAR)),
        providers=_WORDY,
    ),
    Case(
        name="twins of which one is known",
        ours=(_KNOWN, _SILENT),
        rows=(Row(), Row(of=1, delay_s=80)),
        providers=_WORDY,
    ),
    Case(
        name="twins of which one paid",
        ours=(Ours(truth=_UNCLEAR), Ours(truth=_UNCLEAR)),
        rows=(Row(of=None, truth=_UNCLEAR),),
        providers=_WORDY,
    ),
    Case(
        name="row twice with another fee",
        ours=(_KNOWN,),
        rows=(
            Row(),
            Row(
                of=None,
                repeats=True,
                fee_extra_ngwee=5,
                truth=("duplicate_row", "fee_mismatch"),
            ),
        ),
    ),
    Case(
        name="row twice with another amount",
        ours=(Ours(knows_receipt=True, truth=_UNCLEAR),),
        rows=(
            Row(of=None, truth=_UNCLEAR),
            Row(of=None, repeats=True, extra_ngwee=ODD_NGWEE, truth=_UNCLEAR),
        ),
    ),
    Case(
        name="reversal of what is held",
        ours=(),
        rows=(Row(of=None), Row(of=None, kind="reversal", undoes=True, delay_s=_DAY_S)),
    ),
    Case(
        name="reversal of one of two",
        ours=(_KNOWN, _KNOWN),
        rows=(
            Row(),
            Row(of=1, delay_s=80),
            Row(of=None, kind="reversal", delay_s=_DAY_S, truth=_UNCLEAR),
        ),
        providers=_WORDY,
    ),
    Case(
        name="late and too little",
        ours=(Ours(standing="expired"),),
        rows=(
            Row(
                names="column",
                extra_ngwee=-ODD_NGWEE,
                delay_s=25 * 3600,
                truth=("amount_mismatch", "late_after_expiry"),
            ),
        ),
        providers=("mtn",),
    ),
)
"""Two things at once, or what the file cannot tell."""
