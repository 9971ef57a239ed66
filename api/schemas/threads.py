"""The answers about conversations with one number."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.words import Credits, Delivery, Time

Older = Annotated[
    str | None,
    Meta(
        description="Where it goes on: give it as ``before``. null at the end.",
        examples=["4711-12"],
    ),
]


class ThreadMessage(Struct, frozen=True, kw_only=True):
    """One message of a conversation: ``out`` was sent by the account, ``in`` came in for it.

    Of what came in, all that is said of sending is null.
    """

    id: Annotated[str, Meta(pattern="^(msg|in)_[0-9]+$", examples=["msg_42", "in_12"])]
    direction: Literal["out", "in"]
    message: Annotated[str | None, Meta(description="null once it was erased, or where no text.")]
    status: Literal["Pending", "Sent", "Failed"] | None
    delivery: Delivery | None
    sender_id: str | None
    cost: Credits | None
    credits_refunded: Credits | None
    sent_at: Time | None
    keyword: Annotated[
        Literal["stop", "start"] | None,
        Meta(description="What one that came in asks for: no more promotional messages, or them."),
    ]
    created_at: Annotated[Time, Meta(description="When it was accepted, or came in.")]


class ThreadRow(Struct, frozen=True, kw_only=True):
    """A conversation, by its newest message."""

    number: str
    last: ThreadMessage


class Threads(Struct, frozen=True, kw_only=True):
    """An account's conversations, those with the newest message first."""

    status: Literal["success"] = "success"
    data: list[ThreadRow]
    next: Older


class ThreadShown(Struct, frozen=True, kw_only=True):
    """What an account and one number said to each other, newest first."""

    status: Literal["success"] = "success"
    number: str
    data: list[ThreadMessage]
    next: Older
