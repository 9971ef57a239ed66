"""The paths of messages that came in, and of numbers that get no promotions."""

from typing import Final

from api import schemas
from api.accounts import inbound
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, Parameter, Route
from domain.page_sizes import LIST_PAGE

_LIMIT: Final = Parameter(
    "limit", "integer", "Rows a page.", least=1, most=LIST_PAGE, default=LIST_PAGE
)

INBOUND: Final = (
    Route(
        method="GET",
        path="/api/v1/inbound",
        endpoint=inbound.inbox,
        envelope=feltech_error,
        summary="Messages that came in as answers to the account's, newest first",
        answers={**FELTECH_ERRORS, 200: (schemas.InboundMessages,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("before", "string", "Only messages older than the one with this id."),
            _LIMIT,
        ),
    ),
    Route(
        method="GET",
        path="/api/v1/suppressions",
        endpoint=inbound.suppressions,
        envelope=feltech_error,
        summary="Numbers that get no promotional messages of the account, newest first",
        answers={**FELTECH_ERRORS, 200: (schemas.SuppressedNumbers,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("before", "integer", "Only those older than the one with this id."),
            _LIMIT,
        ),
    ),
)
