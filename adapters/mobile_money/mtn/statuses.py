"""The words of MTN MoMo: states of a payment, reasons of a failure, errors of a request.

Sources: the developer portal's pages of errors and the reasons that open client libraries list.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.meaning import Meaning, Says

STATES: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "CREATED": Says.TAKEN,
        "PENDING": Says.TAKEN,
        "SUCCESSFUL": Says.PAID,
        "FAILED": Says.FAILED,
        "REJECTED": Says.FAILED,
        "TIMEOUT": Says.FAILED,
    }
)
"""``status`` of a payment; the last two come in callbacks."""

REASONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "APPROVAL_REJECTED": say.NOT_APPROVED,
        "COULD_NOT_PERFORM_TRANSACTION": say.TIMED_OUT,
        "EXPIRED": say.TIMED_OUT,
        "INTERNAL_PROCESSING_ERROR": say.NETWORK_FAULT,
        "INVALID_CALLBACK_URL_HOST": say.NOT_SET_UP,
        "INVALID_CURRENCY": say.NOT_SET_UP,
        "LOW_BALANCE_OR_PAYEE_LIMIT_REACHED_OR_NOT_ALLOWED": say.NO_FUNDS,
        "NOT_ALLOWED": say.NOT_ALLOWED,
        "NOT_ALLOWED_TARGET_ENVIRONMENT": say.NOT_SET_UP,
        "NOT_ENOUGH_FUNDS": say.NO_FUNDS,
        "PAYEE_LIMIT_REACHED": say.OVER_LIMIT,
        "PAYEE_NOT_ALLOWED_TO_RECEIVE": say.NOT_SET_UP,
        "PAYEE_NOT_FOUND": say.NOT_SET_UP,
        "PAYER_LIMIT_REACHED": say.OVER_LIMIT,
        "PAYER_NOT_FOUND": say.NO_WALLET,
        "PAYMENT_NOT_APPROVED": say.NOT_APPROVED,
        "REJECTED": say.NOT_APPROVED,
        "SENDER_ACCOUNT_NOT_ACTIVE": say.NO_WALLET,
        "SERVICE_UNAVAILABLE": say.NETWORK_FAULT,
        "TIMEOUT": say.TIMED_OUT,
        "TRANSACTION_CANCELED": say.CANCELLED,
        "TRANSACTION_NOT_FOUND": say.NETWORK_FAULT,
        "VALIDATION_ERROR": say.NOT_SET_UP,
    }
)
"""``reason`` of a FAILED payment, else its state, in words for whoever pays; another one is the
network's fault."""

ERRORS: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "RESOURCE_ALREADY_EXIST": Says.KNOWN,
        "RESOURCE_NOT_FOUND": Says.NOT_FOUND,
        "INVALID_CALLBACK_URL_HOST": Says.FAILED,
        "INVALID_CURRENCY": Says.FAILED,
        "NOT_ALLOWED": Says.FAILED,
        "NOT_ALLOWED_TARGET_ENVIRONMENT": Says.FAILED,
        "PAYEE_NOT_FOUND": Says.FAILED,
        "PAYER_NOT_FOUND": Says.FAILED,
        "VALIDATION_ERROR": Says.FAILED,
    }
)
"""``code`` of an error; any other leaves it open whether the request was taken."""


def meaning_of_reason(reason: str | None) -> Meaning:
    """Give what a FAILED payment's reason means."""
    return Meaning(Says.FAILED, REASONS.get(reason or "", say.NETWORK_FAULT))
