"""Every path of the API: its endpoint, its envelope, and every answer that it can give."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from msgspec import Struct

from api import beyond, feltech, operations, schemas, wilcybertek
from api.errors import Envelope, feltech_error, wilcybertek_error, wilcybertek_send_error
from api.front import Front
from api.staff_routes import STAFF_ROUTES
from api.wire import Answer, Call

Endpoint = Callable[[Front, Call], Awaitable[Answer]]
Answers = Mapping[int, tuple[type[Struct], ...]]
Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter, for the reference."""

    name: str
    kind: Literal["string", "integer"]
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation: a method on a path."""

    method: Method
    path: str
    endpoint: Endpoint
    envelope: Envelope
    summary: str
    answers: Answers
    tag: Literal["wilcybertek", "feltech", "staff", "operations"]
    request: type[Struct] | None = None
    """What its body holds; None for a route without a body."""
    query: Sequence[Parameter] = ()
    is_idempotent: bool = False
    """Whether it takes an ``Idempotency-Key``."""


WILCYBERTEK_ERRORS: Final[Answers] = dict.fromkeys(
    (400, 401, 413, 429, 500), (schemas.WilcybertekError,)
)
WILCYBERTEK_SEND_ERRORS: Final[Answers] = dict.fromkeys(
    (400, 401, 402, 403, 409, 413, 422, 429, 500), (schemas.WilcybertekError,)
)
FELTECH_ERRORS: Final[Answers] = {
    **dict.fromkeys((401, 413, 429, 500, 503), (schemas.FeltechError,)),
    422: (schemas.FeltechInvalid,),
}
FELTECH_SEND_ERRORS: Final[Answers] = {
    **FELTECH_ERRORS,
    **dict.fromkeys((402, 403, 409), (schemas.FeltechError,)),
}
NOT_FOUND: Final[Answers] = {404: (schemas.FeltechError,)}

PAGE: Final = Parameter("page", "integer", "Page number; below 1 or unreadable is 1.")
BEFORE: Final = Parameter("before", "string", "Only messages older than the one with this id.")
API_KEY: Final = Parameter("api_key", "string", "The API key.")

WILCYBERTEK: Final = (
    Route(
        method="POST",
        path="/api",
        endpoint=wilcybertek.send,
        envelope=wilcybertek_send_error,
        summary="Send one message",
        answers={
            **WILCYBERTEK_SEND_ERRORS,
            200: (schemas.QueuedMessage,),
            503: (schemas.GatewayUnavailable,),
        },
        tag="wilcybertek",
        request=schemas.SendRequestWithKey,
        is_idempotent=True,
    ),
    Route(
        method="POST",
        path="/api/bulk",
        endpoint=wilcybertek.send_bulk,
        envelope=wilcybertek_send_error,
        summary="Send one text to at most 500 recipients",
        answers={
            **WILCYBERTEK_SEND_ERRORS,
            200: (schemas.QueuedBulk,),
            503: (schemas.GatewayUnavailableForBulk,),
        },
        tag="wilcybertek",
        request=schemas.BulkRequestWithKey,
        is_idempotent=True,
    ),
    Route(
        method="GET",
        path="/api/balance",
        endpoint=wilcybertek.balance,
        envelope=wilcybertek_error,
        summary="Credits that are available now",
        answers={**WILCYBERTEK_ERRORS, 200: (schemas.CreditBalance,)},
        tag="wilcybertek",
        query=(API_KEY,),
    ),
    Route(
        method="GET",
        path="/api/logs",
        endpoint=wilcybertek.logs,
        envelope=wilcybertek_error,
        summary="Messages, newest first",
        answers={**WILCYBERTEK_ERRORS, 200: (schemas.WilcybertekLog,)},
        tag="wilcybertek",
        query=(
            API_KEY,
            PAGE,
            Parameter("limit", "integer", "Messages a page, 1 to 100; 50 unless given."),
            Parameter("status", "string", "SENT, FAILED or QUEUED, in any case."),
            BEFORE,
        ),
    ),
)

FELTECH: Final = (
    Route(
        method="POST",
        path="/api/v1/sms/send",
        endpoint=feltech.send,
        envelope=feltech_error,
        summary="Send one message",
        answers={**FELTECH_SEND_ERRORS, 200: (schemas.SentMessage,)},
        tag="feltech",
        request=schemas.SendRequest,
        is_idempotent=True,
    ),
    Route(
        method="POST",
        path="/api/v1/sms/send-bulk",
        endpoint=feltech.send_bulk,
        envelope=feltech_error,
        summary="Send one text to at most 500 recipients",
        answers={**FELTECH_SEND_ERRORS, 200: (schemas.SentBulk,)},
        tag="feltech",
        request=schemas.BulkRequest,
        is_idempotent=True,
    ),
    Route(
        method="GET",
        path="/api/v1/sms/status/{message_id}",
        endpoint=feltech.status,
        envelope=feltech_error,
        summary="Where a message stands",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.MessageStatus,)},
        tag="feltech",
    ),
    Route(
        method="GET",
        path="/api/sms/logs",
        endpoint=feltech.logs,
        envelope=feltech_error,
        summary="Messages, newest first, 20 a page",
        answers={**FELTECH_ERRORS, 200: (schemas.FeltechLog,)},
        tag="feltech",
        query=(
            Parameter("search", "string", "Part of a recipient in any written form, or of a text."),
            Parameter("status", "string", "Pending, Sent or Failed, in any case."),
            PAGE,
            BEFORE,
        ),
    ),
    Route(
        method="POST",
        path="/api/sender-ids",
        endpoint=feltech.request_sender_id,
        envelope=feltech_error,
        summary="Ask for a sender ID",
        answers={
            **FELTECH_ERRORS,
            201: (schemas.SenderIdRequest,),
            409: (schemas.FeltechError,),
        },
        tag="feltech",
        request=schemas.NewSenderId,
    ),
    Route(
        method="GET",
        path="/api/sender-ids",
        endpoint=feltech.sender_ids,
        envelope=feltech_error,
        summary="Sender IDs and where their requests stand",
        answers={**FELTECH_ERRORS, 200: (schemas.SenderIdRequests,)},
        tag="feltech",
    ),
    Route(
        method="POST",
        path="/api/v1/sms/preview",
        endpoint=beyond.preview,
        envelope=feltech_error,
        summary="What a send would do; nothing is stored",
        answers={**FELTECH_ERRORS, 200: (schemas.Preview,)},
        tag="feltech",
        request=schemas.PreviewRequest,
    ),
    Route(
        method="GET",
        path="/api/v1/balance",
        endpoint=beyond.balance,
        envelope=feltech_error,
        summary="Credits available, reserved, spent and refunded at one moment",
        answers={**FELTECH_ERRORS, 200: (schemas.FullBalance,)},
        tag="feltech",
    ),
    Route(
        method="GET",
        path="/api/v1/messages/{message_id}",
        endpoint=beyond.timeline,
        envelope=feltech_error,
        summary="A message's timeline, with its charge, route and evidence",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.MessageTimeline,)},
        tag="feltech",
    ),
)

OPERATIONS: Final = (
    Route(
        method="GET",
        path="/healthz",
        endpoint=operations.healthz,
        envelope=feltech_error,
        summary="Whether the process answers",
        answers={200: (schemas.Health,)},
        tag="operations",
    ),
    Route(
        method="GET",
        path="/readyz",
        endpoint=operations.readyz,
        envelope=feltech_error,
        summary="Whether the process can do its work",
        answers={200: (schemas.Ready,), 503: (schemas.Ready,)},
        tag="operations",
    ),
    Route(
        method="GET",
        path="/metrics",
        endpoint=operations.metrics,
        envelope=feltech_error,
        summary="Metrics in Prometheus' format",
        answers={200: ()},
        tag="operations",
    ),
)

STAFF: Final = tuple(
    Route(
        method=row.method,
        path=row.path,
        endpoint=row.endpoint,
        envelope=feltech_error,
        summary=row.summary,
        answers={
            **FELTECH_ERRORS,
            **dict.fromkeys((403, *row.refusals), (schemas.FeltechError,)),
            **{status: (kind,) for status, kind in row.answers.items()},
        },
        tag="staff",
        request=row.request,
        query=[Parameter(*parameter) for parameter in row.query],
    )
    for row in STAFF_ROUTES
)

ROUTES: Final = (*WILCYBERTEK, *FELTECH, *STAFF, *OPERATIONS)


def envelope_of(path: str) -> Envelope:
    """Give the envelope for a path that leads nowhere (contract decision 13)."""
    path = "/" + "/".join(part for part in path.split("/") if part) + "/"
    if path.startswith(("/api/v1/", "/api/sms/", "/api/sender-ids/")):
        return feltech_error
    return wilcybertek_error
