"""The paths of prices and top-ups."""

from typing import Final

from api import schemas
from api.money import topups
from api.routing.errors import feltech_error
from api.routing.front import TOP_UPS
from api.routing.route import FELTECH_ERRORS, NOT_FOUND, Parameter, Route
from domain.page_sizes import LIST_PAGE
from domain.payment.states import PUBLIC_STATE

MONEY: Final = (
    Route(
        method="GET",
        path="/api/v1/prices",
        endpoint=topups.prices,
        envelope=feltech_error,
        summary="What credits cost",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.PricesShown,)},
        tag="money",
        access="account",
    ),
    Route(
        method="POST",
        path=TOP_UPS,
        endpoint=topups.request,
        envelope=feltech_error,
        summary="Top up by mobile money: the payer is asked for the PIN",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 202: (schemas.TopUpShown,)},
        tag="money",
        access="account",
        request=schemas.TopUpRequest,
        is_idempotent=True,
    ),
    Route(
        method="GET",
        path="/api/v1/topups/{topup_id}",
        endpoint=topups.top_up,
        envelope=feltech_error,
        summary="Where a top-up stands",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.TopUpShown,)},
        tag="money",
        access="account",
    ),
    Route(
        method="GET",
        path=TOP_UPS,
        endpoint=topups.top_ups,
        envelope=feltech_error,
        summary="Top-ups, newest first",
        answers={**FELTECH_ERRORS, 200: (schemas.TopUps,)},
        tag="money",
        access="account",
        query=(
            Parameter(
                "state",
                "string",
                "Only those that stand so.",
                choices=tuple(dict.fromkeys(PUBLIC_STATE.values())),
            ),
            Parameter("before", "string", "Only top-ups older than the one with this id."),
            Parameter(
                "limit",
                "integer",
                "Top-ups a page.",
                least=1,
                most=LIST_PAGE,
                default=LIST_PAGE,
            ),
        ),
    ),
)
