"""Every answer as a type: the endpoints build these, and ``/openapi.json`` describes them."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from domain.values import Encoding, Network

Time = Annotated[
    str,
    Meta(
        description="UTC, ISO 8601 with six decimals.",
        examples=["2026-04-02T12:00:00.000000Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
WilcybertekId = Annotated[
    str,
    Meta(
        description="MSG-, the second of acceptance, the number in base 36.",
        pattern="^MSG-[0-9]+-[0-9A-Z]{4,}$",
        examples=["MSG-1712345678-A3F9"],
    ),
]
FeltechId = Annotated[
    str,
    Meta(description="msg_ and the number.", pattern="^msg_[0-9]+$", examples=["msg_42"]),
]
BatchId = Annotated[str, Meta(pattern="^batch_[0-9]+$", examples=["batch_7"])]
Credits = Annotated[int, Meta(description="SMS credits; one pays for one segment.")]
Delivery = Annotated[str, Meta(extra_json_schema={"enum": ["delivered", "undelivered"]})]


# -- dialect wilcybertek --------------------------------------------------------------------


class QueuedMessage(Struct, frozen=True, kw_only=True):
    """A message that was accepted and charged."""

    status: Literal["queued"] = "queued"
    message_id: WilcybertekId
    recipient: Annotated[str, Meta(examples=["260977000000"])]
    credits_used: Credits
    credits_remaining: Credits
    segments: int
    encoding: Encoding
    network: Network


class BulkMessage(Struct, frozen=True, kw_only=True):
    """One accepted recipient of a bulk; ``index`` and ``to`` as in the request."""

    index: int
    to: Any
    message_id: WilcybertekId
    recipient: str
    credits_used: Credits


class RejectedRecipient(Struct, frozen=True, kw_only=True):
    """One entry of a bulk that is not a usable number; it cost nothing."""

    index: int
    to: Any
    code: Literal["INVALID_RECIPIENT"] = "INVALID_RECIPIENT"
    message: str


class QueuedBulk(Struct, frozen=True, kw_only=True):
    """A bulk that was accepted and charged; ``queued`` counts its messages."""

    status: Literal["queued"] = "queued"
    batch_id: BatchId
    queued: int
    credits_used: Credits
    credits_remaining: Credits
    messages: list[BulkMessage]
    rejected: list[RejectedRecipient]
    duplicates: int
    offline: list[Network]


class GatewayUnavailable(Struct, frozen=True, kw_only=True):
    """Accepted, charged and queued while the network's SIMs are offline: do not send it again."""

    status: Literal["error"] = "error"
    code: Literal["GATEWAY_UNAVAILABLE"] = "GATEWAY_UNAVAILABLE"
    message: str
    queued: Literal[True] = True
    message_id: WilcybertekId
    recipient: str
    credits_used: Credits
    credits_remaining: Credits


class GatewayUnavailableForBulk(Struct, frozen=True, kw_only=True):
    """A whole bulk accepted while none of its networks is online: do not send it again."""

    status: Literal["error"] = "error"
    code: Literal["GATEWAY_UNAVAILABLE"] = "GATEWAY_UNAVAILABLE"
    message: str
    queued: Literal[True] = True
    batch_id: BatchId
    credits_used: Credits
    credits_remaining: Credits
    messages: list[BulkMessage]
    rejected: list[RejectedRecipient]
    duplicates: int
    offline: list[Network]


class CreditBalance(Struct, frozen=True, kw_only=True):
    """What is available now."""

    status: Literal["ok"] = "ok"
    balance: Credits
    currency: Literal["SMS_CREDITS"] = "SMS_CREDITS"


class Failure(Struct, frozen=True, kw_only=True):
    """Why a message was not sent."""

    code: str
    message: str


class WilcybertekLogEntry(Struct, frozen=True, kw_only=True):
    """One message; recipient and message are null once their content was erased."""

    message_id: WilcybertekId
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    network: Network
    status: Literal["QUEUED", "SENT", "FAILED"]
    delivery: Delivery | None
    credits_used: Credits
    credits_refunded: Credits
    segments: int
    queued_at: Time
    sent_at: Time | None
    delivered_at: Time | None
    failure: Failure | None


class WilcybertekLog(Struct, frozen=True, kw_only=True):
    """A page of the log, newest first."""

    status: Literal["ok"] = "ok"
    page: int
    limit: int
    total: int
    pages: int
    logs: list[WilcybertekLogEntry]


class WilcybertekError(Struct, frozen=True, kw_only=True):
    """Every refusal of this dialect; ``required`` and ``available`` only with 402.

    ``queued`` is false where it is certain that nothing was accepted although the gateway is
    at fault.
    """

    status: Literal["error"] = "error"
    code: str
    message: str
    required: int | UnsetType = UNSET
    available: int | UnsetType = UNSET
    queued: Literal[False] | UnsetType = UNSET


# -- dialect feltech ------------------------------------------------------------------------


class SentMessage(Struct, frozen=True, kw_only=True):
    """A message that was accepted and charged."""

    status: Literal["success"] = "success"
    message_id: FeltechId


class SentBulk(Struct, frozen=True, kw_only=True):
    """A bulk that was accepted and charged; one id for each entry of ``to``, in its order."""

    status: Literal["success"] = "success"
    batch_id: BatchId
    queued: int
    log_ids: list[int]
    duplicates: int


class DeliveryStatus(Struct, frozen=True, kw_only=True, rename={"sent_at_published": "Sent_at"}):
    """Where a message stands; the published document spells the time ``Sent_at``."""

    message_id: FeltechId
    delivery_status: Literal["pending", "sent", "failed"]
    sent_at_published: Time | None
    sent_at: Time | None


class MessageStatus(Struct, frozen=True, kw_only=True):
    """The answer to a status request."""

    status: Literal["success"] = "success"
    data: DeliveryStatus


class FeltechLogEntry(Struct, frozen=True, kw_only=True):
    """One message; recipient and message are null once their content was erased."""

    id: int
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    status: Literal["Pending", "Sent", "Failed"]
    delivery: Delivery | None
    cost: Credits
    credits_refunded: Credits
    sent_at: Time | None
    created_at: Time


class FeltechLogPage(
    Struct, frozen=True, kw_only=True, rename={"first_item": "from", "last_item": "to"}
):
    """A page of the log, newest first; ``from`` and ``to`` are null on an empty page."""

    current_page: int
    data: list[FeltechLogEntry]
    per_page: int
    total: int
    last_page: int
    first_item: int | None
    last_item: int | None


class FeltechLog(Struct, frozen=True, kw_only=True):
    """The answer to a log request."""

    data: FeltechLogPage


class SenderIdRequest(Struct, frozen=True, kw_only=True):
    """A sender ID and where its request stands."""

    id: int
    user_id: int
    name: str | None
    use_case: str | None
    status: Literal["Pending", "Approved", "Rejected"]
    created_at: Time


class SenderIdRequests(Struct, frozen=True, kw_only=True):
    """All sender IDs of the account, oldest first."""

    data: list[SenderIdRequest]


class FeltechError(Struct, frozen=True, kw_only=True):
    """Every refusal of this dialect but 422 and the repeated sender ID."""

    status: Literal["error"] | UnsetType = UNSET
    message: str
    required: int | UnsetType = UNSET
    available: int | UnsetType = UNSET


class FeltechInvalid(Struct, frozen=True, kw_only=True):
    """Validation failed: what is wrong, by field; an entry of a list is ``to.3``."""

    message: str
    errors: dict[str, list[str]]


# -- beyond both documents ------------------------------------------------------------------


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
    """The wallet at one position of the log."""

    status: Literal["success"] = "success"
    available: Credits
    reserved: Credits
    spent: Credits
    refunded: Credits
    position: int


class TimelineStep(Struct, frozen=True, kw_only=True):
    """One event of a message, in plain words."""

    at: Time
    event: str
    description: str


class TimelineCharge(Struct, frozen=True, kw_only=True):
    """What the message cost and where the credits are now."""

    credits: Credits
    segments: int
    encoding: Encoding
    state: Annotated[str, Meta(extra_json_schema={"enum": ["reserved", "spent", "refunded"]})]
    description: str


class TimelineRoute(Struct, frozen=True, kw_only=True):
    """Which network carries the message, and which numbering plan chose it."""

    network: Network
    plan: str
    description: str


class Timeline(Struct, frozen=True, kw_only=True):
    """Everything that happened to a message, with its charge, route and evidence."""

    message_id: FeltechId
    reference: WilcybertekId
    delivery_status: Literal["pending", "sent", "failed"]
    state: str
    recipient: str | None
    sender_id: str | None
    summary: str
    charge: TimelineCharge
    route: TimelineRoute
    evidence: list[str]
    timeline: list[TimelineStep]


class MessageTimeline(Struct, frozen=True, kw_only=True):
    """The answer to a request for a message's timeline."""

    status: Literal["success"] = "success"
    data: Timeline


# -- operations -----------------------------------------------------------------------------


class Health(Struct, frozen=True, kw_only=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Ready(Struct, frozen=True, kw_only=True):
    """Whether the process can do its work, part by part."""

    status: Literal["ready", "not ready"]
    checks: dict[str, str]


class Reference(Struct, frozen=True, kw_only=True):
    """The OpenAPI document."""

    openapi: str
    info: dict[str, str]
    paths: dict[str, Any]
    components: dict[str, Any]


# -- requests, for the reference only: bodies are read by ``api/fields.py`` ---------------------

To = Annotated[
    str | int,
    Meta(
        description="A Zambian mobile number in any written form, or a JSON number.",
        examples=["260977000000", "+260977000000", "0977000000"],
    ),
]
Text = Annotated[str, Meta(description="At most 1,600 characters and 11 segments.")]
SenderName = Annotated[
    str, Meta(description="At most 11 of A-Z, a-z, 0-9 and space.", examples=["MyBusiness"])
]


class SendRequest(Struct, kw_only=True):
    """One message."""

    to: To
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class SendRequestWithKey(Struct, kw_only=True):
    """One message, with the key beside it."""

    api_key: str
    to: To
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class BulkRequestWithKey(Struct, kw_only=True):
    """One text for many, with the key beside it."""

    api_key: str
    recipients: Annotated[list[To], Meta(min_length=1, max_length=500)]
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class BulkRequest(Struct, kw_only=True):
    """One text for many."""

    to: Annotated[list[To], Meta(min_length=1, max_length=500)]
    message: Text
    sender_id: SenderName | UnsetType = UNSET


class NewSenderId(Struct, kw_only=True):
    """A sender ID that the account asks for."""

    name: SenderName
    use_case: Annotated[str, Meta(max_length=1000)]


class PreviewRequest(Struct, kw_only=True):
    """A text, and for whom it is, if that should be looked at too."""

    message: Text
    to: To | UnsetType = UNSET
