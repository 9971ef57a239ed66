"""The paths of uploaded lists."""

from typing import Final

from msgspec import Struct

from api import schemas
from api.dialects import uploads
from api.dialects.dialect import FELTECH
from api.routing.route import (
    FELTECH_ERRORS,
    FELTECH_SEND_ERRORS,
    NOT_FOUND,
    Endpoint,
    Method,
    Parameter,
    Route,
)
from domain.page_sizes import LIST_PAGE
from domain.upload.bounds import UPLOAD_PAGE, UPLOAD_PAGE_MAX, UPLOAD_ROWS_MAX

_CONFLICT: Final = {409: (schemas.FeltechError,)}


def _of_one(
    method: Method,
    what: str,
    endpoint: Endpoint,
    summary: str,
    answered: type[Struct] = schemas.UploadAnswer,
) -> Route:
    conflict = _CONFLICT if method == "POST" else {}
    return Route(
        method=method,
        path=f"/api/v1/uploads/{{upload_id}}{what}",
        endpoint=endpoint,
        envelope=FELTECH.envelope,
        summary=summary,
        answers={**FELTECH_ERRORS, **NOT_FOUND, **conflict, 200: (answered,)},
        tag="feltech",
        access="account",
    )


UPLOADS: Final = (
    Route(
        method="POST",
        path="/api/v1/uploads",
        endpoint=uploads.upload,
        admit=uploads.admit,
        envelope=FELTECH.envelope,
        summary=f"Upload a list of at most {UPLOAD_ROWS_MAX:,} recipients; nothing is sent yet",
        answers={**FELTECH_SEND_ERRORS, **_CONFLICT, 201: (schemas.UploadAnswer,)},
        tag="feltech",
        access="account",
        request=schemas.UploadRequest,
        takes_file=True,
    ),
    Route(
        method="GET",
        path="/api/v1/uploads",
        endpoint=uploads.uploads,
        envelope=FELTECH.envelope,
        summary="Uploaded lists, newest first",
        answers={**FELTECH_ERRORS, 200: (schemas.Uploads,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("before", "string", "Only lists older than the one with this id."),
            Parameter(
                "limit", "integer", "Lists a page.", least=1, most=LIST_PAGE, default=LIST_PAGE
            ),
        ),
    ),
    _of_one("GET", "", uploads.one_upload, "How far an uploaded list is"),
    Route(
        method="GET",
        path="/api/v1/uploads/{upload_id}/rows",
        endpoint=uploads.upload_rows,
        envelope=FELTECH.envelope,
        summary="The good rows of a list as they will be sent: text, segments and price",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: (schemas.UploadRows,)},
        tag="feltech",
        access="account",
        query=(
            Parameter("after", "integer", "Good rows to leave out.", least=0, default=0),
            Parameter(
                "limit",
                "integer",
                "Rows a page.",
                least=1,
                most=UPLOAD_PAGE_MAX,
                default=UPLOAD_PAGE,
            ),
        ),
    ),
    Route(
        method="GET",
        path="/api/v1/uploads/{upload_id}/bad.csv",
        endpoint=uploads.upload_bad_rows,
        envelope=FELTECH.envelope,
        summary="The bad rows of a list with the reason of each",
        answers={**FELTECH_ERRORS, **NOT_FOUND, 200: ()},
        tag="feltech",
        access="account",
        files=("text/csv",),
    ),
    _of_one("POST", "/start", uploads.start_upload, "Send a list in the background, or go on"),
    _of_one("POST", "/pause", uploads.pause_upload, "Let a list wait"),
    _of_one(
        "POST", "/cancel", uploads.cancel_upload, "Send no more of a list; its rows are erased"
    ),
)
