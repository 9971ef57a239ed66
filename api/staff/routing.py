"""What the paths of staff have in common."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from api import schemas
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, Admit, Endpoint, Method, Parameter, Route
from domain.page_sizes import LIST_PAGE, LIST_PAGE_MAX
from domain.written import NUMBER_MAX

BASE: Final = "/api/v1/staff"


AFTER: Final = Parameter(
    "after", "integer", "Only what has a higher number.", least=0, most=NUMBER_MAX, default=0
)
LIMIT: Final = Parameter(
    "limit", "integer", "How many.", least=1, most=LIST_PAGE_MAX, default=LIST_PAGE
)


def staff_route(
    method: Method,
    path: str,
    endpoint: Endpoint,
    summary: str,
    *,
    answers: Mapping[int, type[Struct]],
    refusals: Sequence[int] = (),
    request: type[Struct] | None = None,
    query: Sequence[Parameter] = (),
    is_csv_too: bool = False,
    files: Sequence[str] = (),
    admit: Admit | None = None,
    is_idempotent: bool = False,
) -> Route:
    """Give a path that a session of staff may call; ``admit`` is of those that take a file."""
    return Route(
        method=method,
        path=path,
        endpoint=endpoint,
        envelope=feltech_error,
        summary=summary,
        answers={
            **FELTECH_ERRORS,
            **dict.fromkeys(refusals, (schemas.FeltechError,)),
            **{status: (kind,) for status, kind in answers.items()},
            **({200: ()} if files else {}),
        },
        tag="staff",
        access="session",
        request=request,
        query=query,
        is_csv_too=is_csv_too,
        files=files,
        takes_file=admit is not None,
        admit=admit,
        is_idempotent=is_idempotent,
    )
