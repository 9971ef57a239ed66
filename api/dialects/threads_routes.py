"""The paths of conversations."""

from typing import Final

from api import schemas
from api.dialects import threads
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, NOT_FOUND, Parameter, Route
from domain.page_sizes import LIST_PAGE, THREAD_PAGE

_QUERY: Final = (
    Parameter("before", "string", "Where to go on: the next of an answer."),
    Parameter("limit", "integer", "Rows a page.", least=1, most=LIST_PAGE, default=THREAD_PAGE),
)

THREADS: Final = (
    Route(
        method="GET",
        path="/api/v1/threads",
        endpoint=threads.threads,
        envelope=feltech_error,
        summary="Conversations, each with its newest message, newest first",
        answers={**FELTECH_ERRORS, 200: (schemas.Threads,)},
        tag="feltech",
        access="account",
        query=_QUERY,
    ),
    Route(
        method="GET",
        path="/api/v1/threads/{msisdn}",
        endpoint=threads.thread,
        envelope=feltech_error,
        summary="What was sent to a number and what it answered, newest first",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.ThreadShown,)},
        tag="feltech",
        access="account",
        query=_QUERY,
    ),
)
