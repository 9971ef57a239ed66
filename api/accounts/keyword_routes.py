"""The paths of keyword rules."""

from typing import Final

from api import schemas
from api.accounts import keywords
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, NOT_FOUND, Answers, Route

_PATH: Final = "/api/v1/keywords"
_CONFLICT: Final[Answers] = {409: (schemas.FeltechError,)}

KEYWORDS: Final = (
    Route(
        method="GET",
        path=_PATH,
        endpoint=keywords.keywords,
        envelope=feltech_error,
        summary="What is answered in the account's name, by the first word of what comes in",
        answers={**FELTECH_ERRORS, 200: (schemas.Keywords,)},
        tag="feltech",
        access="account",
    ),
    Route(
        method="PUT",
        path=f"{_PATH}/{{word}}",
        endpoint=keywords.set_keyword,
        envelope=feltech_error,
        summary="Set what is answered to messages that begin with a word",
        answers={**FELTECH_ERRORS, **_CONFLICT, 200: (schemas.KeywordShown,)},
        tag="feltech",
        access="account",
        request=schemas.KeywordRequest,
    ),
    Route(
        method="DELETE",
        path=f"{_PATH}/{{word}}",
        endpoint=keywords.delete_keyword,
        envelope=feltech_error,
        summary="Answer a word no more",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.Done,)},
        tag="feltech",
        access="account",
    ),
)
