"""What can go wrong with a call.

::

    NgomaError
    ├── NoAnswer                 nobody knows: ask again under its idempotency_key
    ├── InvalidWebhook           a request that the gateway did not sign
    └── Refused                  the gateway answered; status, code, message, body, request_id
        ├── InvalidRequest       errors: what is wrong, by field
        │   ├── InvalidRecipient
        │   ├── MessageTooLong
        │   ├── TooManyRecipients
        │   ├── SenderIdNotApproved
        │   ├── RecipientOptedOut
        │   └── IdempotencyConflict
        ├── InvalidKey
        ├── InsufficientCredits  required, available
        ├── NotPermitted
        │   └── AccountSuspended
        ├── NotFound
        ├── Conflict
        │   ├── AlreadyExists
        │   ├── TooLate
        │   └── IdempotencyInProgress
        ├── RateLimited          retry_after_s
        └── GatewayFailed        the gateway's own fault
"""

from collections.abc import Mapping
from typing import Any, Final


class NgomaError(Exception):
    """Base of everything that a call raises."""


class NoAnswer(NgomaError):
    """No answer came: the call may have been carried out, or not.

    Asked again with the same ``idempotency_key``, a send is accepted once.
    """

    def __init__(self, reason: str, idempotency_key: str | None = None) -> None:
        super().__init__(reason, idempotency_key)
        self.reason = reason
        self.idempotency_key = idempotency_key

    def __str__(self) -> str:
        return f"no answer: {self.reason}"


class InvalidWebhook(NgomaError):
    """The gateway did not sign this request, or not lately."""


class Refused(NgomaError):
    """The gateway answered, and did not do what it was asked."""

    def __init__(
        self,
        status: int,
        body: Mapping[str, Any],
        retry_after_s: int | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(status, body, retry_after_s, idempotency_key)
        self.status = status
        self.body = body
        self.retry_after_s = retry_after_s
        self.idempotency_key = idempotency_key

    @property
    def code(self) -> str | None:
        """The gateway's code; the second dialect has none."""
        return self.body.get("code")

    @property
    def message(self) -> str:
        """What the gateway says, in words."""
        return str(self.body.get("message", "The answer is not the gateway's."))

    @property
    def request_id(self) -> str | None:
        """Name it when you ask for help; there where the gateway is at fault."""
        return self.body.get("request_id")

    def __str__(self) -> str:
        named = f", request {self.request_id}" if self.request_id else ""
        return f"{self.message} ({self.code or self.status}{named})"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.status}, {self.code!r}, {self.message!r})"


class InvalidRequest(Refused):
    """Something that was asked cannot be used."""

    @property
    def errors(self) -> Mapping[str, list[str]]:
        """What is wrong, by field; only the second dialect says."""
        errors: Mapping[str, list[str]] = self.body.get("errors", {})
        return errors


class InvalidRecipient(InvalidRequest):
    """Not a Zambian mobile number that can be reached."""


class MessageTooLong(InvalidRequest):
    """The text has more characters or segments than a message may have."""


class TooManyRecipients(InvalidRequest):
    """More recipients than a bulk may have."""


class SenderIdNotApproved(InvalidRequest):
    """The sender ID is not approved for the account."""


class RecipientOptedOut(InvalidRequest):
    """The recipient takes no promotional messages from this account."""


class IdempotencyConflict(InvalidRequest):
    """The idempotency key stands for another request."""


class InvalidKey(Refused):
    """The API key is unknown, wrong or revoked."""


class InsufficientCredits(Refused):
    """Nothing was queued."""

    @property
    def required(self) -> int:
        """Credits that the send needs."""
        return int(self.body.get("required", 0))

    @property
    def available(self) -> int:
        """Credits that are there."""
        return int(self.body.get("available", 0))


class NotPermitted(Refused):
    """The key may not do this."""


class AccountSuspended(NotPermitted):
    """The account may read and not send."""


class NotFound(Refused):
    """There is no such thing, or it is another account's."""


class Conflict(Refused):
    """It cannot be done as things stand."""


class AlreadyExists(Conflict):
    """It is there already."""


class TooLate(Conflict):
    """It was possible earlier."""


class IdempotencyInProgress(Conflict):
    """The first request under this key is still running."""


class RateLimited(Refused):
    """Nothing was accepted: ask again after ``retry_after_s`` seconds."""


class GatewayFailed(Refused):
    """The gateway is at fault, or something between it and here."""


CODES: Final[Mapping[str, type[Refused]]] = {
    "MISSING_PARAMS": InvalidRequest,
    "INVALID_PARAMS": InvalidRequest,
    "BAD_REQUEST": InvalidRequest,
    "METHOD_NOT_ALLOWED": InvalidRequest,
    "PAYLOAD_TOO_LARGE": InvalidRequest,
    "UNSUPPORTED_MEDIA_TYPE": InvalidRequest,
    "HEAD_TOO_LARGE": InvalidRequest,
    "INVALID_RECIPIENT": InvalidRecipient,
    "MESSAGE_TOO_LONG": MessageTooLong,
    "TOO_MANY_RECIPIENTS": TooManyRecipients,
    "SENDER_ID_NOT_APPROVED": SenderIdNotApproved,
    "RECIPIENT_OPTED_OUT": RecipientOptedOut,
    "IDEMPOTENCY_CONFLICT": IdempotencyConflict,
    "INVALID_KEY": InvalidKey,
    "INSUFFICIENT_CREDITS": InsufficientCredits,
    "NOT_PERMITTED": NotPermitted,
    "ACCOUNT_SUSPENDED": AccountSuspended,
    "NOT_FOUND": NotFound,
    "ALREADY_EXISTS": AlreadyExists,
    "TOO_LATE": TooLate,
    "IDEMPOTENCY_IN_PROGRESS": IdempotencyInProgress,
    "RATE_LIMITED": RateLimited,
    "GATEWAY_UNAVAILABLE": GatewayFailed,
    "INTERNAL_ERROR": GatewayFailed,
}
"""What each code of the gateway is here."""

STATUSES: Final[Mapping[int, type[Refused]]] = {
    401: InvalidKey,
    402: InsufficientCredits,
    403: NotPermitted,
    404: NotFound,
    409: Conflict,
    429: RateLimited,
}
"""What an answer without a code is; another 4xx is an ``InvalidRequest``."""


def refusal(
    status: int, body: Mapping[str, Any], retry_after_s: int | None, idempotency_key: str | None
) -> Refused:
    """Give the error that an answer stands for."""
    by_status = STATUSES.get(status, InvalidRequest if 400 <= status < 500 else GatewayFailed)
    kind = CODES.get(str(body.get("code")), by_status)
    return kind(status, body, retry_after_s, idempotency_key)
