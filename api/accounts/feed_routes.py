"""The paths of what accounts are told: their feed and their webhook."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from api import schemas
from api.accounts import feed, webhooks
from api.routing.errors import feltech_error
from api.routing.route import (
    FELTECH_ERRORS,
    NOT_FOUND,
    Answers,
    Endpoint,
    Method,
    Parameter,
    Route,
)
from domain.feed import FEED_PAGE, FEED_PAGE_MAX, FEED_WAIT_MAX_S
from domain.page_sizes import LIST_PAGE

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


def _of_webhook(
    method: Method,
    path: str,
    endpoint: Endpoint,
    summary: str,
    answers: Answers,
    *,
    request: type[Struct] | None = None,
    query: Sequence[Parameter] = (),
) -> Route:
    return Route(
        method=method,
        path=f"/api/v1/webhook{path}",
        endpoint=endpoint,
        envelope=feltech_error,
        summary=summary,
        answers={**FELTECH_ERRORS, **NOT_FOUND, **answers},
        tag="feltech",
        access="account",
        request=request,
        query=query,
    )


_SHOWN: Final[Answers] = {200: (schemas.WebhookShown,)}

WEBHOOK: Final = (
    _of_webhook("GET", "", webhooks.webhook, "The account's webhook, and how it goes", _SHOWN),
    _of_webhook(
        "PUT",
        "",
        webhooks.set_webhook,
        "Set where the account is told of its events; its secret is shown once",
        _SHOWN,
        request=schemas.WebhookRequest,
    ),
    _of_webhook(
        "DELETE", "", webhooks.remove_webhook, "Tell nothing any more", {200: (schemas.Done,)}
    ),
    _of_webhook(
        "POST",
        "/test",
        webhooks.try_webhook,
        "Post a test to the webhook and say what came of it",
        {200: (schemas.WebhookTried,)},
    ),
    _of_webhook(
        "POST",
        "/rotate",
        webhooks.rotate_webhook,
        "Give the webhook another secret; for a day both sign",
        {200: (schemas.SecretRotated,)},
    ),
    _of_webhook(
        "POST",
        "/replay",
        webhooks.replay_webhook,
        "Tell all events after a sequence once more",
        _SHOWN,
        request=schemas.ReplayRequest,
    ),
    _of_webhook(
        "GET",
        "/attempts",
        webhooks.attempts,
        "The newest attempts to tell, newest first",
        {200: (schemas.Attempts,)},
        query=(
            Parameter("before", "integer", "Only those with a lower number."),
            Parameter(
                "limit", "integer", "Rows a page.", least=1, most=LIST_PAGE, default=LIST_PAGE
            ),
        ),
    ),
)
