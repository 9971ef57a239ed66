"""The words of pawaPay: states of deposits and refunds, and codes of failures.

Source: its documentation's pages on deposits and on failure codes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from adapters.mobile_money.wire import meaning as say
from adapters.mobile_money.wire.meaning import Says
from domain.values import Network

PROVIDERS: Final[Mapping[Network, str]] = MappingProxyType(
    {
        Network.MTN: "MTN_MOMO_ZMB",
        Network.AIRTEL: "AIRTEL_OAPI_ZMB",
        Network.ZAMTEL: "ZAMTEL_ZMB",
    }
)

STATES: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "ACCEPTED": Says.TAKEN,
        "ENQUEUED": Says.TAKEN,
        "PROCESSING": Says.TAKEN,
        "SUBMITTED": Says.TAKEN,
        "IN_RECONCILIATION": Says.UNCLEAR,
        "COMPLETED": Says.PAID,
        "FAILED": Says.FAILED,
    }
)

REQUESTS: Final[Mapping[str, Says]] = MappingProxyType(
    {
        "ACCEPTED": Says.TAKEN,
        "DUPLICATE_IGNORED": Says.KNOWN,
        "REJECTED": Says.FAILED,
    }
)
"""``status`` of the answer to a request."""

FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AMOUNT_OUT_OF_BOUNDS": say.BAD_AMOUNT,
        "AUTHENTICATION_ERROR": say.NOT_SET_UP,
        "AUTHORISATION_ERROR": say.NOT_SET_UP,
        "DEPOSITS_NOT_ALLOWED": say.NOT_SET_UP,
        "DUPLICATE_METADATA_FIELD": say.NOT_SET_UP,
        "HTTP_SIGNATURE_ERROR": say.NOT_SET_UP,
        "INSUFFICIENT_BALANCE": say.NO_FUNDS,
        "INVALID_AMOUNT": say.BAD_AMOUNT,
        "INVALID_CURRENCY": say.NOT_SET_UP,
        "INVALID_INPUT": say.NOT_SET_UP,
        "INVALID_PARAMETER": say.NOT_SET_UP,
        "INVALID_PHONE_NUMBER": say.NO_WALLET,
        "INVALID_PROVIDER": say.NOT_SET_UP,
        "INVALID_STATE": say.CANNOT_REFUND,
        "MISSING_PARAMETER": say.NOT_SET_UP,
        "NOT_FOUND": say.CANNOT_REFUND,
        "NO_AUTHENTICATION": say.NOT_SET_UP,
        "PAWAPAY_WALLET_OUT_OF_FUNDS": say.CANNOT_REFUND,
        "PAYER_LIMIT_REACHED": say.OVER_LIMIT,
        "PAYER_NOT_FOUND": say.NO_WALLET,
        "PAYMENT_IN_PROGRESS": say.IN_PROGRESS,
        "PAYMENT_NOT_APPROVED": say.NOT_APPROVED,
        "PROVIDER_TEMPORARILY_UNAVAILABLE": say.NETWORK_FAULT,
        "UNKNOWN_ERROR": say.NETWORK_FAULT,
        "UNSPECIFIED_FAILURE": say.NETWORK_FAULT,
        "UNSUPPORTED_PARAMETER": say.NOT_SET_UP,
    }
)
"""``failureCode`` in words for whoever pays; another one is the network's fault."""
