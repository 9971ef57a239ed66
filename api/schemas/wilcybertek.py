"""The answers of dialect wilcybertek."""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.words import BatchId, Credits, Delivery, RequestId, Time, WilcybertekId
from domain.values import Encoding, Network


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
    """One entry of a bulk that is not a usable number, or opted out; it cost nothing."""

    index: int
    to: Any
    code: Literal["INVALID_RECIPIENT", "RECIPIENT_OPTED_OUT"] = "INVALID_RECIPIENT"
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
    request_id: RequestId
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
    request_id: RequestId
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
    """One message; recipient, message and reference are null once they were erased."""

    message_id: WilcybertekId
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    client_reference: str | None
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

    ``top_up_url`` is where credits are bought (POST), where the gateway sells them.

    ``queued`` is false where it is certain that nothing was accepted although the gateway is
    at fault. ``request_id`` is there with 500.
    """

    status: Literal["error"] = "error"
    code: str
    message: str
    required: int | UnsetType = UNSET
    available: int | UnsetType = UNSET
    top_up_url: str | UnsetType = UNSET
    queued: Literal[False] | UnsetType = UNSET
    request_id: RequestId | UnsetType = UNSET
