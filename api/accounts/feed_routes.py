"""The paths of what accounts are told: their feed and their webhook."""

from typing import Final

from api import schemas
from api.accounts import feed
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, Parameter, Route
from domain.feed import FEED_PAGE, FEED_PAGE_MAX, FEED_WAIT_MAX_S

FEED: Final = (
    Route(
        method="GET",
        path="/api/v1/events",
        endpoint=feed.events,
        envelope=feltech_error,
        summary="What happened to what is the account's, oldest first; the answer may wait for it",
        answers={**FELTECH_ERRORS, 200: (schemas.Events,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("after", "integer", "Only events after this sequence.", least=0, default=0),
            Parameter(
                "limit",
                "integer",
                "Events a page.",
                least=1,
                most=FEED_PAGE_MAX,
                default=FEED_PAGE,
            ),
            Parameter(
                "wait",
                "integer",
                "Seconds for which an empty answer waits for the next event.",
                least=0,
                most=FEED_WAIT_MAX_S,
                default=0,
            ),
        ),
    ),
)
