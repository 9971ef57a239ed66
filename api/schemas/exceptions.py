"""What finance asks about receipts and exceptions, and is answered."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.money import AmountNgwee, TopUpId
from api.schemas.staff import PersonName, Reason
from api.schemas.words import Credits, Time
from domain.matching import Rule, Trouble
from domain.receipt.known import PARTS_MAX
from domain.written import NUMBER_MAX

ReceiptName = Annotated[
    str,
    Meta(
        description="Our wallet and the provider's own id of the transaction.",
        examples=["mtn/main/1234567890"],
    ),
]


AccountNumber = Annotated[int, Meta(ge=1, le=NUMBER_MAX, examples=[7])]

IntoOpen = Annotated[bool, Meta(description="Of a line of a locked day: let it count today.")]


class ExceptionShown(Struct, frozen=True, kw_only=True):
    """Something that has to be explained; ``what`` is a receipt or a top-up."""

    kind: Trouble
    what: str
    wallet: str
    amount_ngwee: AmountNgwee
    since: Time
    age_s: int
    cause: str | None
    account_id: int | None
    owner: int | None
    note: str | None
    noted_by: PersonName | None
    done: bool
    meaning: str


class ExceptionsAnswer(Struct, frozen=True, kw_only=True):
    """Exceptions, oldest first; ``to_match`` counts lines that wait for matching."""

    status: Literal["success"] = "success"
    as_of: Time
    count: int
    to_match: int
    data: list[ExceptionShown]


class MatchRequest(Struct, kw_only=True):
    """Which wallets are matched; all unless it says so."""

    provider: str | UnsetType = UNSET
    wallet: str | UnsetType = UNSET
    dry_run: bool | UnsetType = UNSET


class MatchFound(Struct, frozen=True, kw_only=True):
    """What a line is about: the rule and evidence of its match, or its trouble."""

    receipt: ReceiptName
    amount_ngwee: AmountNgwee
    rule: Rule | None
    evidence: list[str]
    shows: list[str]
    trouble: Trouble | None


class MatchHint(Struct, frozen=True, kw_only=True):
    """A payment that a line may be about; a person decides."""

    receipt: ReceiptName
    reference: str
    score: int
    evidence: list[str]


class MatchedWallet(Struct, frozen=True, kw_only=True):
    """What matching a wallet came to; ``found`` and ``hints`` have the first thousand."""

    wallet: str
    lines: int
    until: Time
    dry_run: bool
    recorded: dict[str, int]
    rules: dict[str, int]
    troubles: dict[str, int]
    found: list[MatchFound]
    hints: list[MatchHint]


class MatchAnswer(Struct, frozen=True, kw_only=True):
    """Wallets that had lines to match."""

    status: Literal["success"] = "success"
    data: list[MatchedWallet]


class AssignRequest(Struct, kw_only=True):
    """Money that credited nobody, and the account that it is for."""

    receipt: ReceiptName
    account_id: AccountNumber
    into_open: IntoOpen | UnsetType = UNSET
    reason: Reason


class WriteOffRequest(Struct, kw_only=True):
    """What is open of a receipt is given up."""

    receipt: ReceiptName
    into_open: IntoOpen | UnsetType = UNSET
    reason: Reason


class MatchLineRequest(Struct, kw_only=True):
    """Whose confirmed money a line shows: all that is left of it, or a part of one receipt."""

    line: ReceiptName
    receipts: Annotated[
        list[ReceiptName],
        Meta(min_length=1, max_length=PARTS_MAX, examples=[["mtn/main/9876543210"]]),
    ]
    amount_ngwee: AmountNgwee | UnsetType = UNSET
    into_open: IntoOpen | UnsetType = UNSET
    reason: Reason


class MatchedLine(Struct, frozen=True, kw_only=True):
    """The numbers of the parts that were matched."""

    status: Literal["success"] = "success"
    line: ReceiptName
    parts: list[int]


class UnmatchRequest(Struct, kw_only=True):
    """A match that is taken back, by its number."""

    line: ReceiptName
    part: Annotated[int, Meta(ge=1, le=NUMBER_MAX, examples=[1])]
    into_open: IntoOpen | UnsetType = UNSET
    reason: Reason


class NoteRequest(Struct, kw_only=True):
    """What is known about a receipt, a top-up or a callback, and whose work it is."""

    what: Annotated[str, Meta(examples=["mtn/main/1234567890", "top_7", "cb_7"])]
    owner: AccountNumber | UnsetType = UNSET
    note: Reason | UnsetType = UNSET
    done: bool | UnsetType = UNSET


class PaidOutRequest(Struct, kw_only=True):
    """A refund that was paid by hand."""

    topup_id: TopUpId
    reason: Reason


class FinanceDone(Struct, frozen=True, kw_only=True):
    """It is done."""

    status: Literal["success"] = "success"
    what: str


class ReceiptMatch(Struct, frozen=True, kw_only=True):
    """A match that is in force; ``of`` says how many receipts it names."""

    part: int
    amount_ngwee: AmountNgwee
    fee_ngwee: AmountNgwee
    of: int


class ReceiptShown(Struct, frozen=True, kw_only=True):
    """What is known of a receipt."""

    receipt: ReceiptName
    known_since: Time
    said_ngwee: AmountNgwee | None
    line_ngwee: AmountNgwee | None
    fee_ngwee: AmountNgwee | None
    row: int | None
    account_id: int | None
    credits: Credits | None
    held: str | None
    in_clearing_ngwee: AmountNgwee
    reversed_ngwee: AmountNgwee | None
    settled: bool
    matches: list[ReceiptMatch]


class ReceiptAnswer(Struct, frozen=True, kw_only=True):
    """One receipt."""

    status: Literal["success"] = "success"
    data: ReceiptShown


class CallbackShown(Struct, frozen=True, kw_only=True):
    """What a provider called about that is no payment of ours, as it said it."""

    callback: Annotated[str, Meta(examples=["cb_7"])]
    said: str


class CallbackAnswer(Struct, frozen=True, kw_only=True):
    """One callback."""

    status: Literal["success"] = "success"
    data: CallbackShown
