"""The bodies and answers about keyword rules."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas.requests import SenderName, Text
from api.schemas.words import Time
from domain.keyword_rules import ANSWER_EVERY_S, KEYWORD_CHARACTERS_MAX

Word = Annotated[
    str,
    Meta(
        description=f"One word of at most {KEYWORD_CHARACTERS_MAX} letters and digits; its case "
        "does not count.",
        max_length=KEYWORD_CHARACTERS_MAX,
        examples=["help"],
    ),
]


class KeywordRequest(Struct, frozen=True, kw_only=True):
    """What is answered to messages that begin with the word."""

    answer: Text
    sender_id: SenderName | UnsetType | None = UNSET


class KeywordUnanswered(Struct, frozen=True, kw_only=True):
    """The last message that the rule left without an answer."""

    code: Annotated[
        str, Meta(description="What a send was refused for.", examples=["INSUFFICIENT_CREDITS"])
    ]
    at: Time


class Keyword(Struct, frozen=True, kw_only=True):
    """A keyword rule: what is answered to messages that begin with its word."""

    word: Word
    answer: str
    sender_id: Annotated[str | None, Meta(description="null: the account's default.")]
    unanswered: Annotated[
        KeywordUnanswered | None,
        Meta(
            description="The last message that got no answer because a send was refused; null "
            f"where none was. The same person is answered once in {ANSWER_EVERY_S // 60} minutes."
        ),
    ]


class KeywordShown(Struct, frozen=True, kw_only=True):
    """A keyword rule."""

    status: Literal["success"] = "success"
    data: Keyword


class Keywords(Struct, frozen=True, kw_only=True):
    """The account's keyword rules, by their words."""

    status: Literal["success"] = "success"
    data: list[Keyword]
