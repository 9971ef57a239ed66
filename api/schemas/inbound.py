"""The answers about messages that came in, and about numbers that get no promotions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from api.schemas.words import Time

InboundId = Annotated[str, Meta(pattern="^in_[0-9]+$", examples=["in_12"])]


class InboundMessage(Struct, frozen=True, kw_only=True):
    """A message that somebody sent to a SIM, in answer to one of the account's."""

    id: InboundId
    sender: Annotated[
        str | None, Meta(description="A number or a name; null once that was erased.")
    ]
    recipient: Annotated[str | None, Meta(description="The SIM's own number, where it is known.")]
    message: Annotated[
        str | None,
        Meta(description="… stands for parts that did not come. null: erased, or no text."),
    ]
    exact: Annotated[bool, Meta(description="Whether it is what was written, as far as is known.")]
    parts: int
    missing: Annotated[int, Meta(description="How many of its parts did not come.")]
    keyword: Annotated[
        Literal["stop", "start"] | None,
        Meta(description="What it asks for: no more promotional messages, or them again."),
    ]
    received_at: Time


class InboundMessages(Struct, frozen=True, kw_only=True):
    """Messages that came in, newest first."""

    status: Literal["success"] = "success"
    data: list[InboundMessage]


class SuppressedNumber(Struct, frozen=True, kw_only=True):
    """A number that gets no promotional messages."""

    id: Annotated[int, Meta(description="For ``before``.")]
    recipient: Annotated[str | None, Meta(description="null once the number was erased.")]
    scope: Annotated[
        Literal["account", "all"], Meta(description="Whose messages: this account's, or anybody's.")
    ]
    by: Annotated[
        Literal["recipient", "staff"], Meta(description="Who asked: the recipient said STOP.")
    ]
    since: Time


class SuppressedNumbers(Struct, frozen=True, kw_only=True):
    """Numbers that get no promotional messages, newest first."""

    status: Literal["success"] = "success"
    data: list[SuppressedNumber]
