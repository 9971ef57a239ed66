"""The answers of dialect feltech."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from api.schemas.words import BatchId, Credits, Delivery, EstimatedTime, FeltechId, RequestId, Time


class SentMessage(Struct, frozen=True, kw_only=True):
    """A message that was accepted and charged."""

    status: Literal["success"] = "success"
    message_id: FeltechId


class SkippedRecipient(Struct, frozen=True, kw_only=True):
    """One entry of a bulk that got nothing, and cost nothing, because it opted out."""

    index: int
    code: Literal["RECIPIENT_OPTED_OUT"] = "RECIPIENT_OPTED_OUT"


class SentBulk(Struct, frozen=True, kw_only=True):
    """A bulk that was accepted and charged; one id for each entry of ``to``, in its order.

    Of a promotional one, ``skipped`` lists who opted out; their ids are null.
    """

    status: Literal["success"] = "success"
    batch_id: BatchId
    queued: int
    log_ids: list[int | None]
    duplicates: int
    skipped: list[SkippedRecipient] | UnsetType = UNSET


class DeliveryStatus(Struct, frozen=True, kw_only=True, rename={"sent_at_published": "Sent_at"}):
    """Where a message stands; the published document spells the time ``Sent_at``."""

    message_id: FeltechId
    delivery_status: Literal["pending", "sent", "failed"]
    sent_at_published: Time | None
    sent_at: Time | None
    estimated_send_at: EstimatedTime | None
    client_reference: str | None


class MessageStatus(Struct, frozen=True, kw_only=True):
    """The answer to a status request."""

    status: Literal["success"] = "success"
    data: DeliveryStatus


class FeltechLogEntry(Struct, frozen=True, kw_only=True):
    """One message; recipient, message and reference are null once they were erased."""

    id: int
    recipient: str | None
    message: str | None
    sender_id: str | None
    sender_used: str | None
    client_reference: str | None
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
    """Every refusal of this dialect but 422 and the repeated sender ID.

    ``request_id`` is there with 500 and 503; ``top_up_url`` with 402, where the gateway sells
    credits: they are bought there (POST).
    """

    status: Literal["error"] | UnsetType = UNSET
    message: str
    required: int | UnsetType = UNSET
    available: int | UnsetType = UNSET
    top_up_url: str | UnsetType = UNSET
    request_id: RequestId | UnsetType = UNSET


class FeltechInvalid(Struct, frozen=True, kw_only=True):
    """Validation failed: what is wrong, by field; an entry of a list is ``to.3``."""

    message: str
    errors: dict[str, list[str]]
