"""What accounts are told, as it stands in the feed and is posted to webhooks."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.inbound import InboundId
from api.schemas.words import Credits, FeltechId, Time

EventId = Annotated[
    str,
    Meta(
        description="The same whenever and wherever the event is told: know it again by this.",
        pattern="^evt_[0-9a-f]+$",
    ),
]
Sequence = Annotated[
    int, Meta(description="From 1, without a gap in each account: ask for what comes after it.")
]
Recipient = Annotated[str | None, Meta(description="null once the number was erased.")]
ClientReference = Annotated[
    str | None, Meta(description="The client's own name for it, where it gave one.")
]

OfTestMode = Annotated[
    bool | UnsetType,
    Meta(description="True where it is about a test message; else it is not there."),
]


class MessageTold(Struct, frozen=True, kw_only=True):
    """A message of which there is news."""

    message_id: FeltechId
    recipient: Recipient
    client_reference: ClientReference


class MessageSentTold(MessageTold, frozen=True, kw_only=True):
    """A message that a network took."""

    network: str
    credits: Credits


class MessageFailure(Struct, frozen=True, kw_only=True):
    """Why a message was not sent."""

    code: str
    message: str


class MessageFailedTold(MessageTold, frozen=True, kw_only=True):
    """A message that will not be sent; its credits came back."""

    network: str
    credits_refunded: Credits
    failure: MessageFailure


class InboundTold(Struct, frozen=True, kw_only=True):
    """A message that came in, as it was when it was put together."""

    id: InboundId
    sender: Annotated[str | None, Meta(description="null once that was erased.")]
    recipient: Annotated[str | None, Meta(description="The SIM's own number, where it is known.")]
    message: Annotated[
        str | None, Meta(description="… stands for parts that did not come; null once erased.")
    ]
    parts: int
    missing: int
    keyword: Literal["stop", "start"] | None
    received_at: Time


class SenderIdTold(Struct, frozen=True, kw_only=True):
    """A sender ID that was decided."""

    id: int
    name: Annotated[str | None, Meta(description="null once that was erased.")]


class TopUpTold(Struct, frozen=True, kw_only=True):
    """A top-up that was paid."""

    topup_id: Annotated[str, Meta(pattern="^top_[0-9]+$", examples=["top_7"])]
    amount_ngwee: int
    credits: Credits
    price_list: str


class BalanceTold(Struct, frozen=True, kw_only=True):
    """How many credits are left."""

    available: Credits


class MessageSentEvent(Struct, frozen=True, kw_only=True, tag_field="type", tag="message.sent"):
    """A network took a message: its credits are spent."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: MessageSentTold
    test: OfTestMode = UNSET


class MessageDeliveredEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="message.delivered"
):
    """The handset has a message."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: MessageTold
    test: OfTestMode = UNSET


class MessageUndeliveredEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="message.undelivered"
):
    """The network gave up on a message after it was sent."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: MessageTold
    test: OfTestMode = UNSET


class MessageFailedEvent(Struct, frozen=True, kw_only=True, tag_field="type", tag="message.failed"):
    """A message failed, expired or was cancelled."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: MessageFailedTold
    test: OfTestMode = UNSET


class MessageInboundEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="message.inbound"
):
    """Somebody answered."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: InboundTold


class BalanceLowEvent(Struct, frozen=True, kw_only=True, tag_field="type", tag="balance.low"):
    """The balance fell below what the account asked to be told of."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: BalanceTold


class SenderIdApprovedEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="sender_id.approved"
):
    """A sender ID may be used."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: SenderIdTold


class SenderIdRejectedEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="sender_id.rejected"
):
    """A sender ID may not be used."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: SenderIdTold


class TopUpConfirmedEvent(
    Struct, frozen=True, kw_only=True, tag_field="type", tag="topup.confirmed"
):
    """A top-up was paid, and its credits are there."""

    id: EventId
    sequence: Sequence
    created_at: Time
    data: TopUpTold


Event = (
    MessageSentEvent
    | MessageDeliveredEvent
    | MessageUndeliveredEvent
    | MessageFailedEvent
    | MessageInboundEvent
    | BalanceLowEvent
    | SenderIdApprovedEvent
    | SenderIdRejectedEvent
    | TopUpConfirmedEvent
)


class Events(Struct, frozen=True, kw_only=True):
    """Events of the account, oldest first."""

    status: Literal["success"] = "success"
    data: list[Event]
    next: Annotated[int, Meta(description="For ``after``: what comes after these.")]
