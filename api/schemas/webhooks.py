"""The bodies and answers about webhooks."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.feed import EventId
from api.schemas.words import Time
from domain.webhook_rules import URL_CHARACTERS_MAX
from domain.written import NUMBER_MAX

EventType = Literal[
    "message.sent",
    "message.delivered",
    "message.undelivered",
    "message.failed",
    "message.inbound",
    "balance.low",
    "sender_id.approved",
    "sender_id.rejected",
    "topup.confirmed",
]


class WebhookRequest(Struct, frozen=True, kw_only=True):
    """Where the account wants to be told, and of what."""

    url: Annotated[
        str,
        Meta(
            description="https; it must lead to the public Internet.",
            max_length=URL_CHARACTERS_MAX,
            examples=["<an address of yours>"],
        ),
    ]
    events: Annotated[list[EventType] | None, Meta(description="null, empty or left out: all.")] = (
        None
    )


class ReplayRequest(Struct, frozen=True, kw_only=True):
    """From where on everything is told once more."""

    after: Annotated[
        int, Meta(description="A sequence; 0: everything.", ge=0, le=NUMBER_MAX, examples=[0])
    ]


class Webhook(Struct, frozen=True, kw_only=True):
    """A webhook, and how it goes."""

    url: str
    events: Annotated[list[EventType], Meta(description="Empty: all.")]
    state: Annotated[
        Literal["active", "paused", "gone"],
        Meta(
            description="paused: every try failed, and it is asked once an hour; nothing is lost. "
            "gone: it answered 410, and is told nothing until it is set or replayed."
        ),
    ]
    delivered: Annotated[int, Meta(description="The sequence up to which it was told.")]
    newest: Annotated[int, Meta(description="The newest sequence of the account's events.")]
    failed_tries: Annotated[int, Meta(description="Of the event that is next.")]
    next_try_at: Annotated[Time | None, Meta(description="null where no event waits.")]
    old_secret_until: Annotated[
        Time | None, Meta(description="Until when the secret before signs as well.")
    ]
    secret: Annotated[
        str | None,
        Meta(description="Shown this one time, when the webhook is new, and never again."),
    ] = None


class WebhookShown(Struct, frozen=True, kw_only=True):
    """A webhook."""

    status: Literal["success"] = "success"
    data: Webhook


class NewSecret(Struct, frozen=True, kw_only=True):
    """A secret, shown this one time."""

    secret: Annotated[str, Meta(pattern="^whsec_")]
    old_secret_until: Annotated[
        Time, Meta(description="Until then both secrets sign, so that no delivery is refused.")
    ]


class SecretRotated(Struct, frozen=True, kw_only=True):
    """A webhook has another secret."""

    status: Literal["success"] = "success"
    data: NewSecret


class Tried(Struct, frozen=True, kw_only=True):
    """What a test came to."""

    event: EventId
    taken: bool
    http_status: int | None
    error: Annotated[
        str | None,
        Meta(description="ADDRESS_REFUSED, NOT_CONNECTED, TLS_FAILED, TIMED_OUT, NO_ANSWER."),
    ]
    answer: Annotated[str, Meta(description="The beginning of an answer that took nothing.")]
    took_ms: int


class WebhookTried(Struct, frozen=True, kw_only=True):
    """A webhook was tried."""

    status: Literal["success"] = "success"
    data: Tried


class Attempt(Struct, frozen=True, kw_only=True):
    """One attempt to tell."""

    number: Annotated[int, Meta(description="For ``before``.")]
    event: EventId
    sequence: int
    type: EventType
    at: Time
    http_status: int | None
    error: str | None
    answer: str
    took_ms: int


class Attempts(Struct, frozen=True, kw_only=True):
    """The newest attempts, newest first."""

    status: Literal["success"] = "success"
    data: list[Attempt]
