"""One table from errors to HTTP, and each dialect's envelope over it.

A message never holds a key, a text or a full number: errors carry none (``domain/errors.py``),
and what went wrong inside is logged, never answered.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from api.http.refusals import (
    BadRequest,
    InvalidEntries,
    MethodNotAllowed,
    MissingFields,
    PayloadTooLarge,
    UnsupportedCoding,
)
from api.http.wire import Answer, Call, Headers, answer
from api.schemas import FeltechError, FeltechInvalid, WilcybertekError
from domain import errors
from domain.idempotency import IDEMPOTENCY_KEY

RETRY_STORE_AFTER_S: Final = 5
"""When to ask again while the database is away."""

OUTCOME_UNKNOWN: Final = (
    "It is not known whether the message was accepted. Repeat the request with the same "
    f"{IDEMPOTENCY_KEY}: it is then accepted once. Without a key, look at the log before you "
    "repeat."
)
STORE_DOWN: Final = "The gateway cannot use its database now; nothing was stored."
FAULT_FROM: Final = 500
UNEXPECTED: Final = "An unexpected error occurred."


class Row(NamedTuple):
    """How an error, and whatever is below it in the tree, is answered."""

    error: type[errors.NgomaError]
    status: int
    """In dialect wilcybertek, with ``code``."""
    code: str
    feltech_status: int


TABLE: Final = (
    # The first row that fits counts: the narrower class stands above the wider.
    Row(MissingFields, 400, "MISSING_PARAMS", 422),
    Row(errors.InvalidRequest, 400, "INVALID_PARAMS", 422),
    Row(errors.InvalidRecipient, 400, "INVALID_RECIPIENT", 422),
    Row(errors.MessageTooLong, 422, "MESSAGE_TOO_LONG", 422),
    Row(errors.TooManyRecipients, 400, "TOO_MANY_RECIPIENTS", 422),
    Row(errors.SenderIdNotApproved, 422, "SENDER_ID_NOT_APPROVED", 422),
    Row(errors.RecipientOptedOut, 400, "RECIPIENT_OPTED_OUT", 422),
    Row(errors.InsufficientCredits, 402, "INSUFFICIENT_CREDITS", 402),
    Row(errors.AccountSuspended, 403, "ACCOUNT_SUSPENDED", 403),
    Row(errors.InvalidKey, 401, "INVALID_KEY", 401),
    Row(errors.RateLimited, 429, "RATE_LIMITED", 429),
    Row(errors.IdempotencyConflict, 422, "IDEMPOTENCY_CONFLICT", 422),
    Row(errors.IdempotencyInProgress, 409, "IDEMPOTENCY_IN_PROGRESS", 409),
    Row(errors.NotFound, 404, "NOT_FOUND", 404),
    Row(errors.AlreadyExists, 409, "ALREADY_EXISTS", 409),
    Row(errors.TooLate, 409, "TOO_LATE", 409),
    Row(errors.NotPermitted, 403, "NOT_PERMITTED", 403),
    Row(PayloadTooLarge, 413, "PAYLOAD_TOO_LARGE", 413),
    Row(MethodNotAllowed, 405, "METHOD_NOT_ALLOWED", 405),
    Row(BadRequest, 400, "BAD_REQUEST", 400),
    Row(UnsupportedCoding, 415, "UNSUPPORTED_MEDIA_TYPE", 415),
    # In wilcybertek 503 always means queued, in feltech never (contract decision 8).
    Row(errors.Overloaded, 429, "RATE_LIMITED", 503),
    Row(errors.StoreDown, 500, "INTERNAL_ERROR", 503),
    Row(errors.OutcomeUnknown, 500, "INTERNAL_ERROR", 500),
    Row(errors.Unavailable, 500, "INTERNAL_ERROR", 503),
)
_FAULT: Final = Row(errors.NgomaError, 500, "INTERNAL_ERROR", 500)

Envelope = Callable[[Call, Exception], Answer]
"""How a route answers an error of one of its requests; a page may look at what was asked."""


class Blame(NamedTuple):
    """Which field of a request an error is about."""

    error: type[errors.NgomaError]
    field: str


_FIELDS: Final = (
    Blame(errors.InvalidRecipient, "to"),
    Blame(errors.TooManyRecipients, "to"),
    Blame(errors.MessageTooLong, "message"),
    Blame(errors.SenderIdNotApproved, "sender_id"),
    Blame(errors.RecipientOptedOut, "to"),
    Blame(errors.IdempotencyConflict, IDEMPOTENCY_KEY),
)
"""The field that feltech's ``errors`` blame for a refusal."""


def row_of(error: Exception) -> Row:
    """Give the row of an error; what nobody foresaw is a fault of ours."""
    return next((row for row in TABLE if isinstance(error, row.error)), _FAULT)


def codes_of(status: int) -> list[str]:
    """Give every ``code`` that dialect wilcybertek may answer with a status."""
    return sorted({row.code for row in (*TABLE, _FAULT) if row.status == status})


def wilcybertek_error(call: Call, error: Exception) -> Answer:
    """Answer an error as dialect wilcybertek: ``{status, code, message}``."""
    return _wilcybertek(call, error, queued=UNSET)


def wilcybertek_send_error(call: Call, error: Exception) -> Answer:
    """The same for sends: ``queued`` is false when the gateway is at fault and accepted nothing."""
    return _wilcybertek(
        call, error, queued=False if isinstance(error, errors.Unavailable) else UNSET
    )


def _wilcybertek(call: Call, error: Exception, *, queued: Literal[False] | UnsetType) -> Answer:
    row = row_of(error)
    content = WilcybertekError(
        code=row.code,
        message=message_of(error),
        queued=queued,
        request_id=_request_id(call, row.status),
    )
    if isinstance(error, errors.InsufficientCredits):
        content = replace(
            content,
            required=error.required,
            available=error.available,
            top_up_url=error.top_up_url or UNSET,
        )
    return answer(content, status=row.status, headers=headers_of(error, row.status))


def feltech_error(call: Call, error: Exception) -> Answer:
    """Answer an error as dialect feltech: a message, and by field what is wrong."""
    status = row_of(error).feltech_status
    headers = headers_of(error, status)
    if status == 422:
        found = blamed(error)
        message = str(error) if isinstance(error, InvalidEntries) else found[0][1]
        content = FeltechInvalid(message=message, errors={name: [text] for name, text in found})
        return answer(content, status=status, headers=headers)
    if isinstance(error, errors.AlreadyExists):
        return answer(FeltechError(message=str(error)), status=status, headers=headers)
    if isinstance(error, errors.InsufficientCredits):
        short = FeltechError(
            status="error",
            message="Insufficient SMS balance.",
            required=error.required,
            available=error.available,
            top_up_url=error.top_up_url or UNSET,
        )
        return answer(short, status=status, headers=headers)
    refusal = FeltechError(
        status="error", message=message_of(error), request_id=_request_id(call, status)
    )
    return answer(refusal, status=status, headers=headers)


def _request_id(call: Call, status: int) -> str | UnsetType:
    """Give the request's id where the gateway is at fault: who asks for help names it."""
    return call.request_id if status >= FAULT_FROM else UNSET


def blamed(error: Exception) -> list[tuple[str, str]]:
    """Give the fields that an error is about, each with what is wrong with it."""
    if isinstance(error, MissingFields):
        return [(name, f"The {name} field is required.{error.hint(name)}") for name in error.fields]
    if isinstance(error, InvalidEntries):
        return list(error.faults.items())
    if isinstance(error, errors.InvalidRequest):
        return [(error.field, str(error))]
    for kind, name in _FIELDS:
        if isinstance(error, kind):
            return [(name, str(error))]
    return [("body", str(error))]


def message_of(error: Exception) -> str:
    """Give the words that may be said of an error: of what nobody foresaw, nothing."""
    if isinstance(error, errors.OutcomeUnknown):
        return OUTCOME_UNKNOWN
    if isinstance(error, errors.StoreDown):
        return STORE_DOWN
    if isinstance(error, errors.NgomaError):
        return str(error)
    return UNEXPECTED


def headers_of(error: Exception, status: int) -> Headers:
    """Give the headers that an error brings to its answer."""
    if isinstance(error, errors.RateLimited | errors.Overloaded):
        return ((b"retry-after", b"%d" % max(error.retry_after_s, 1)),)
    if isinstance(error, errors.Unavailable) and status == 503:
        return ((b"retry-after", b"%d" % RETRY_STORE_AFTER_S),)
    if status == 401:
        return ((b"www-authenticate", b"Bearer"),)
    if isinstance(error, UnsupportedCoding):
        return ((b"accept-encoding", b"identity"),)
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", ", ".join(error.allowed).encode()),)
    return ()
