"""The answers of what neither document has."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.words import BatchId, Credits, EstimatedTime, FeltechId, Time, WilcybertekId
from domain.values import Category, Encoding, Lane, Network


class Preview(Struct, frozen=True, kw_only=True):
    """What a send would do; ``accepted`` is false for a text that is too long."""

    status: Literal["success"] = "success"
    accepted: bool
    encoding: Encoding
    segments: int
    units: int
    remaining_in_segment: int
    parts: list[str]
    non_gsm_characters: list[str]
    recipient: str | None
    network: Network | None
    credits: Credits


class FullBalance(Struct, frozen=True, kw_only=True):
    """The wallet at one position of the log; ``as_of`` is the time up to which it is right."""

    status: Literal["success"] = "success"
    available: Credits
    reserved: Credits
    spent: Credits
    refunded: Credits
    position: int
    as_of: Time


class TimelineStep(Struct, frozen=True, kw_only=True):
    """One event of a message, in plain words; who did it and why, where a person did."""

    at: Time
    event: str
    description: str
    actor: str | None
    reason: str | None


class TimelineCharge(Struct, frozen=True, kw_only=True):
    """What the message cost, by which tariff, and where the credits are now."""

    credits: Credits
    segments: int
    encoding: Encoding
    tariff: str
    state: Annotated[str, Meta(extra_json_schema={"enum": ["reserved", "spent", "refunded"]})]
    description: str


class TimelineRoute(Struct, frozen=True, kw_only=True):
    """Which network carries the message, and which numbering plan chose it."""

    network: Network
    plan: str
    description: str


class LedgerPosting(Struct, frozen=True, kw_only=True):
    """One line of what an event posted: debit is plus; credits (SMSCR), or ngwee (ZMW)."""

    account: str
    unit: Literal["SMSCR", "ZMW"]
    amount: int


class LedgerEvent(Struct, frozen=True, kw_only=True):
    """One event of a message or of its credits, at its position in the log.

    `sealed` says whether the newest seal covers it.
    """

    position: int
    at: Time
    event: str
    postings: list[LedgerPosting]
    sealed: bool


class Timeline(Struct, frozen=True, kw_only=True):
    """Everything that happened to a message, with its charge, route and evidence."""

    message_id: FeltechId
    reference: WilcybertekId
    delivery_status: Literal["pending", "sent", "failed"]
    state: str
    recipient: str | None
    sender_id: str | None
    client_reference: str | None
    request_id: Annotated[
        str | None,
        Meta(description="The request that it came by, as the gateway's log has it."),
    ]
    lane: Lane
    category: Category
    send_at: Time | None
    held_until: Annotated[
        Time | None,
        Meta(description="The end of the account's quiet hours, while it waits for that."),
    ]
    estimated_send_at: EstimatedTime | None
    expires_at: Time
    summary: str
    charge: TimelineCharge
    route: TimelineRoute
    evidence: list[str]
    timeline: list[TimelineStep]
    ledger: list[LedgerEvent]


class MessageTimeline(Struct, frozen=True, kw_only=True):
    """The answer to a request for a message's timeline."""

    status: Literal["success"] = "success"
    data: Timeline


class Cancelled(Struct, frozen=True, kw_only=True):
    """A message that was taken back, and what came back with it."""

    message_id: FeltechId
    delivery_status: Literal["pending", "sent", "failed"]
    state: str
    credits_refunded: Credits


class CancelledMessage(Struct, frozen=True, kw_only=True):
    """The answer to taking a message back."""

    status: Literal["success"] = "success"
    data: Cancelled


class Batch(Struct, frozen=True, kw_only=True):
    """How the messages of a bulk stand: queued, sent, failed and cancelled make the accepted.

    `delivered` counts those of the sent that the network reported as delivered.
    """

    batch_id: BatchId
    accepted: int
    queued: int
    sent: int
    delivered: int
    failed: int
    cancelled: int
    credits_used: Credits
    credits_refunded: Credits


class BatchAnswer(Struct, frozen=True, kw_only=True):
    """The answer to a question about a bulk."""

    status: Literal["success"] = "success"
    data: Batch


class BatchCancelled(Struct, frozen=True, kw_only=True):
    """How many messages were taken back now, and how the bulk stands then."""

    status: Literal["success"] = "success"
    cancelled_now: int
    data: Batch


class StatementLine(Struct, frozen=True, kw_only=True):
    """One movement of a wallet: signed credits, what it was for, and who moved it by hand and why.

    `number` is that of the first of `count` messages; `entry` and `approver` are there when it
    took two people.
    """

    position: int
    at: Time
    kind: str
    credits: int
    available: int
    number: int | None
    count: int | None
    batch: int | None
    cause: str | None
    actor: str | None
    reason: str | None
    approver: str | None
    entry: int | None


class Statement(Struct, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """Movements of a wallet, oldest first; the opening balance and all of them make the closing.

    `next` asks for the next page as `after`; it is null on the last.
    """

    account_id: int
    since: Time | None
    until: Time | None
    opening: int
    closing: int
    lines: list[StatementLine]
    next: int | None


class StatementAnswer(Struct, frozen=True, kw_only=True):
    """A page of a statement."""

    status: Literal["success"] = "success"
    data: Statement
