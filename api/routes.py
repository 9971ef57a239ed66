"""Every path of the API: its endpoint, its envelope, and every answer that it can give."""

from typing import Final

from api import operations, schemas
from api.accounts.feed_routes import FEED, WEBHOOK
from api.accounts.inbound_routes import INBOUND
from api.accounts.keyword_routes import KEYWORDS
from api.accounts.routes import ACCOUNTS
from api.callbacks.receiving import CALLBACK_ROUTES
from api.dialects import extras as beyond
from api.dialects import feltech, taking_back, wilcybertek
from api.dialects.dialect import FELTECH, WILCYBERTEK
from api.dialects.threads_routes import THREADS
from api.dialects.uploads_routes import UPLOADS
from api.money.routes import MONEY
from api.phones.routes import PHONES, phone_error
from api.routing import statement
from api.routing.errors import Envelope
from api.routing.route import (
    FELTECH_ERRORS,
    FELTECH_SEND_ERRORS,
    NOT_FOUND,
    WILCYBERTEK_ERRORS,
    WILCYBERTEK_SEND_ERRORS,
    Parameter,
    Route,
)
from api.staff.exceptions_routes import WORK
from api.staff.routes import STAFF
from domain.bulk import RECIPIENTS_MAX
from domain.mode import Mode
from domain.page_sizes import FELTECH_PAGE, WILCYBERTEK_PAGE, WILCYBERTEK_PAGE_MAX

PAGE: Final = Parameter("page", "integer", "Page number; below 1 or unreadable is 1.")
BEFORE: Final = Parameter("before", "string", "Only messages older than the one with this id.")
API_KEY: Final = Parameter("api_key", "string", "The API key.")

WILCYBERTEK_ROUTES: Final = (
    Route(
        method="POST",
        path="/api",
        endpoint=wilcybertek.send,
        envelope=WILCYBERTEK.send_envelope,
        summary="Send one message",
        answers={
            **WILCYBERTEK_SEND_ERRORS,
            200: (schemas.QueuedMessage,),
            503: (schemas.GatewayUnavailable,),
        },
        tag="wilcybertek",
        access="key",
        request=schemas.SendRequestWithKey,
        is_idempotent=True,
    ),
    Route(
        method="POST",
        path="/api/bulk",
        endpoint=wilcybertek.send_bulk,
        envelope=WILCYBERTEK.send_envelope,
        summary=f"Send one text to at most {RECIPIENTS_MAX} recipients",
        answers={
            **WILCYBERTEK_SEND_ERRORS,
            200: (schemas.QueuedBulk,),
            503: (schemas.GatewayUnavailableForBulk,),
        },
        tag="wilcybertek",
        access="key",
        request=schemas.BulkRequestWithKey,
        request_too=schemas.PersonalBulkRequestWithKey,
        is_idempotent=True,
    ),
    Route(
        method="GET",
        path="/api/balance",
        endpoint=wilcybertek.balance,
        envelope=WILCYBERTEK.envelope,
        summary="Credits that are available now",
        answers={**WILCYBERTEK_ERRORS, 200: (schemas.CreditBalance,)},
        tag="wilcybertek",
        access="account",
        query=(API_KEY,),
    ),
    Route(
        method="GET",
        path="/api/logs",
        endpoint=wilcybertek.logs,
        envelope=WILCYBERTEK.envelope,
        summary="Messages, newest first",
        answers={**WILCYBERTEK_ERRORS, 200: (schemas.WilcybertekLog,)},
        tag="wilcybertek",
        access="account",
        query=(
            API_KEY,
            PAGE,
            Parameter(
                "limit",
                "integer",
                "Messages a page; beyond its bounds it is the nearest of them.",
                least=1,
                most=WILCYBERTEK_PAGE_MAX,
                default=WILCYBERTEK_PAGE,
            ),
            Parameter("status", "string", "SENT, FAILED or QUEUED, in any case."),
            BEFORE,
        ),
    ),
)

FELTECH_ROUTES: Final = (
    Route(
        method="POST",
        path="/api/v1/sms/send",
        endpoint=feltech.send,
        envelope=FELTECH.send_envelope,
        summary="Send one message",
        answers={**FELTECH_SEND_ERRORS, 200: (schemas.SentMessage,)},
        tag="feltech",
        access="key",
        request=schemas.SendRequest,
        is_idempotent=True,
    ),
    Route(
        method="POST",
        path="/api/v1/sms/send-bulk",
        endpoint=feltech.send_bulk,
        envelope=FELTECH.send_envelope,
        summary=f"Send one text to at most {RECIPIENTS_MAX} recipients",
        answers={**FELTECH_SEND_ERRORS, 200: (schemas.SentBulk,)},
        tag="feltech",
        access="key",
        request=schemas.BulkRequest,
        request_too=schemas.PersonalBulkRequest,
        is_idempotent=True,
    ),
    Route(
        method="GET",
        path="/api/v1/sms/status/{message_id}",
        endpoint=feltech.status,
        envelope=FELTECH.envelope,
        summary="Where a message stands",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.MessageStatus,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="GET",
        path="/api/sms/logs",
        endpoint=feltech.logs,
        envelope=FELTECH.envelope,
        summary=f"Messages, newest first, {FELTECH_PAGE} a page",
        answers={**FELTECH_ERRORS, 200: (schemas.FeltechLog,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("search", "string", "Part of a recipient in any written form, or of a text."),
            Parameter("status", "string", "Pending, Sent or Failed, in any case."),
            PAGE,
            BEFORE,
            Parameter(
                "mode",
                "string",
                "Which log: a key reads that of its own mode, a session either.",
                choices=tuple(Mode),
            ),
        ),
    ),
    Route(
        method="POST",
        path="/api/sender-ids",
        endpoint=feltech.request_sender_id,
        envelope=FELTECH.envelope,
        summary="Ask for a sender ID",
        answers={
            **FELTECH_ERRORS,
            201: (schemas.SenderIdRequest,),
            409: (schemas.FeltechError,),
        },
        tag="feltech",
        access="account",
        request=schemas.NewSenderId,
    ),
    Route(
        method="GET",
        path="/api/sender-ids",
        endpoint=feltech.sender_ids,
        envelope=FELTECH.envelope,
        summary="Sender IDs and where their requests stand",
        answers={**FELTECH_ERRORS, 200: (schemas.SenderIdRequests,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="POST",
        path="/api/v1/sms/preview",
        endpoint=beyond.preview,
        envelope=FELTECH.envelope,
        summary="What a send would do; nothing is stored",
        answers={**FELTECH_ERRORS, 200: (schemas.Preview,)},
        tag="feltech",
        access="account",
        request=schemas.PreviewRequest,
    ),
    Route(
        method="GET",
        path="/api/v1/balance",
        endpoint=beyond.balance,
        envelope=FELTECH.envelope,
        summary="Credits available, reserved, spent and refunded at one moment",
        answers={**FELTECH_ERRORS, 200: (schemas.FullBalance,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="GET",
        path="/api/v1/statement",
        endpoint=beyond.statement,
        envelope=FELTECH.envelope,
        summary="Movements of the wallet, oldest first: what for, by whom and why",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.StatementAnswer,)},
        tag="feltech",
        access="account",
        query=statement.QUERY,
        is_csv_too=True,
    ),
    Route(
        method="GET",
        path="/api/v1/messages/{message_id}",
        endpoint=beyond.timeline,
        envelope=FELTECH.envelope,
        summary="A message's timeline, with its charge, route and evidence",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.MessageTimeline,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="POST",
        path="/api/v1/messages/{message_id}/cancel",
        endpoint=taking_back.cancel_message,
        envelope=FELTECH.envelope,
        summary="Take a message back that still waits; its credits come back",
        answers={
            **FELTECH_ERRORS,
            **NOT_FOUND,
            200: (schemas.CancelledMessage,),
            409: (schemas.FeltechError,),
        },
        tag="feltech",
        access="account",
    ),
    Route(
        method="GET",
        path="/api/v1/batches/{batch_id}",
        endpoint=taking_back.batch,
        envelope=FELTECH.envelope,
        summary="How the messages of a bulk stand",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.BatchAnswer,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="POST",
        path="/api/v1/batches/{batch_id}/cancel",
        endpoint=taking_back.cancel_batch,
        envelope=FELTECH.envelope,
        summary="Take back what still waits of a bulk; what has left stays",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.BatchCancelled,)},
        tag="feltech",
        access="account",
    ),
)

OPERATIONS: Final = (
    Route(
        method="GET",
        path="/healthz",
        endpoint=operations.healthz,
        envelope=FELTECH.envelope,
        summary="Whether the process answers",
        answers={200: (schemas.Health,)},
        tag="operations",
        access="anyone",
    ),
    Route(
        method="GET",
        path="/readyz",
        endpoint=operations.readyz,
        envelope=FELTECH.envelope,
        summary="Whether the process can do its work, as of a second ago",
        answers={200: (schemas.Ready,), 503: (schemas.Ready,)},
        tag="operations",
        access="anyone",
    ),
)

ROUTES: Final = (
    *WILCYBERTEK_ROUTES,
    *FELTECH_ROUTES,
    *UPLOADS,
    *ACCOUNTS,
    *INBOUND,
    *THREADS,
    *KEYWORDS,
    *FEED,
    *WEBHOOK,
    *MONEY,
    *CALLBACK_ROUTES,
    *PHONES,
    *STAFF,
    *WORK,
    *OPERATIONS,
)


def envelope_of(path: str) -> Envelope:
    """Give the envelope for a path that leads nowhere (contract decision 13)."""
    path = "/" + "/".join(part for part in path.split("/") if part) + "/"
    if path.startswith(("/api/v1/", "/api/sms/", "/api/sender-ids/", "/callbacks/")):
        return FELTECH.envelope
    if path.startswith(("/api/mobile/", "/phones/")):
        return phone_error
    return WILCYBERTEK.envelope
