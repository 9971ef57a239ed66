"""The smallest words of every schema: times, ids, credits."""

from typing import Annotated

from msgspec import Meta

RequestId = Annotated[
    str,
    Meta(
        description="The same as X-Request-Id: name it when you ask for help.",
        examples=["8c1f2ab4d0e7-42"],
    ),
]
Time = Annotated[
    str,
    Meta(
        description="UTC, ISO 8601 with six decimals.",
        examples=["2026-04-02T12:00:00.000000Z"],
        extra_json_schema={"format": "date-time"},
    ),
]
EstimatedTime = Annotated[
    Time,
    Meta(
        description="While it is queued, when it is likely to leave, from what is ahead of it and "
        "the pace of the network's SIMs; null where that is not known."
    ),
]
DayTime = Annotated[
    str,
    Meta(
        description="Of the day in Lusaka (UTC+2).",
        pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$",
        examples=["20:00"],
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
