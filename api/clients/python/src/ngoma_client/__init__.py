"""Sends SMS through an Ngoma gateway, and is told what became of them."""

from ngoma_client.client import AsyncNgoma, Ngoma
from ngoma_client.errors import (
    AccountSuspended,
    AlreadyExists,
    Conflict,
    GatewayFailed,
    IdempotencyConflict,
    IdempotencyInProgress,
    InsufficientCredits,
    InvalidKey,
    InvalidRecipient,
    InvalidRequest,
    InvalidWebhook,
    MessageTooLong,
    NgomaError,
    NoAnswer,
    NotFound,
    NotPermitted,
    RateLimited,
    RecipientOptedOut,
    Refused,
    SenderIdNotApproved,
    TooLate,
    TooManyRecipients,
)
from ngoma_client.gateway import VERSION, Event
from ngoma_client.retries import Retries
from ngoma_client.webhooks import verify_webhook

__version__ = VERSION

__all__ = [
    "AccountSuspended",
    "AlreadyExists",
    "AsyncNgoma",
    "Conflict",
    "Event",
    "GatewayFailed",
    "IdempotencyConflict",
    "IdempotencyInProgress",
    "InsufficientCredits",
    "InvalidKey",
    "InvalidRecipient",
    "InvalidRequest",
    "InvalidWebhook",
    "MessageTooLong",
    "Ngoma",
    "NgomaError",
    "NoAnswer",
    "NotFound",
    "NotPermitted",
    "RateLimited",
    "RecipientOptedOut",
    "Refused",
    "Retries",
    "SenderIdNotApproved",
    "TooLate",
    "TooManyRecipients",
    "__version__",
    "verify_webhook",
]
