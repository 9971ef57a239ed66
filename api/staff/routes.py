"""The paths of staff, each with what it takes and answers."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from api import schemas
from api.routing import statement
from api.routing.errors import feltech_error
from api.routing.route import FELTECH_ERRORS, Endpoint, Method, Parameter, Route
from api.staff import desk as staff
from api.staff import records
from domain.page_sizes import LIST_PAGE, LIST_PAGE_MAX
from domain.written import NUMBER_MAX

BASE: Final = "/api/v1/staff"


AFTER: Final = Parameter(
    "after", "integer", "Only what has a higher number.", least=0, most=NUMBER_MAX, default=0
)
LIMIT: Final = Parameter(
    "limit", "integer", "How many.", least=1, most=LIST_PAGE_MAX, default=LIST_PAGE
)
STATUS: Final = Parameter(
    "status", "string", "waiting, approved, rejected or withdrawn; all unless given."
)
PENDING: Final = Parameter("status", "string", "pending, which is also what is listed without it.")
_ACCOUNT: Final = f"{BASE}/accounts/{{number}}"
_ENTRY: Final = f"{BASE}/approvals/{{number}}"
_SENDER_ID: Final = f"{BASE}/sender-ids/{{number}}"


def _route(
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
) -> Route:
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
        },
        tag="staff",
        access="session",
        request=request,
        query=query,
        is_csv_too=is_csv_too,
    )


STAFF: Final = (
    _route(
        "GET",
        f"{BASE}/accounts",
        staff.accounts,
        "Accounts by number",
        answers={200: schemas.StaffAccounts},
        query=(AFTER, LIMIT),
    ),
    _route(
        "GET",
        _ACCOUNT,
        staff.account,
        "One account",
        answers={200: schemas.StaffAccountAnswer},
        refusals=(404,),
    ),
    _route(
        "GET",
        f"{_ACCOUNT}/statement",
        records.statement,
        "Movements of an account's wallet",
        answers={200: schemas.StatementAnswer},
        refusals=(404,),
        query=statement.QUERY,
        is_csv_too=True,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/suspend",
        staff.suspend,
        "Keep an account from sending",
        answers={200: schemas.Suspension},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/reinstate",
        staff.reinstate,
        "Let an account send again",
        answers={200: schemas.Suspension},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/limits",
        staff.change_limits,
        "Set an account's own limits",
        answers={200: schemas.ChangedLimits},
        refusals=(404,),
        request=schemas.LimitsRequest,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/credits",
        staff.move_credits,
        "Grant or adjust credits",
        answers={200: schemas.MovedCredits, 202: schemas.WaitingEntry},
        refusals=(402, 404),
        request=schemas.CreditsRequest,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/roles",
        staff.change_role,
        "Prepare a change of roles",
        answers={202: schemas.WaitingEntry},
        refusals=(404, 409),
        request=schemas.RoleRequest,
    ),
    _route(
        "POST",
        f"{_ACCOUNT}/second-factor/reset",
        staff.reset_second_factor,
        "Prepare that a lost second factor is taken away",
        answers={202: schemas.WaitingEntry},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    _route(
        "GET",
        f"{BASE}/approvals",
        staff.approvals,
        "What takes two people",
        answers={200: schemas.Entries},
        query=(STATUS, AFTER, LIMIT),
    ),
    _route(
        "GET",
        _ENTRY,
        staff.approval,
        "One entry",
        answers={200: schemas.EntryAnswer},
        refusals=(404,),
    ),
    _route(
        "POST",
        f"{_ENTRY}/approve",
        staff.approve,
        "Agree to what another person prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(402, 404, 409),
        request=schemas.RemarkRequest,
    ),
    _route(
        "POST",
        f"{_ENTRY}/reject",
        staff.reject,
        "Refuse what another person prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(404, 409),
        request=schemas.WithReasonRequest,
    ),
    _route(
        "POST",
        f"{_ENTRY}/withdraw",
        staff.withdraw,
        "Take back what one prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(404, 409),
        request=schemas.RemarkRequest,
    ),
    _route(
        "GET",
        f"{BASE}/looks",
        records.looks,
        "What staff looked at, newest first",
        answers={200: schemas.Looks},
        query=(
            Parameter("account_id", "integer", "Only at what is its.", least=1, most=NUMBER_MAX),
            Parameter(
                "before", "integer", "Only what has a lower number.", least=1, most=NUMBER_MAX
            ),
            LIMIT,
        ),
    ),
    _route(
        "GET",
        f"{BASE}/sender-ids",
        staff.sender_ids,
        "Sender IDs that wait for a decision",
        answers={200: schemas.StaffSenderIds},
        query=(PENDING, AFTER, LIMIT),
    ),
    _route(
        "POST",
        f"{_SENDER_ID}/approve",
        staff.approve_sender_id,
        "Let an account send under a name",
        answers={200: schemas.DecidedSenderId},
        refusals=(404, 409),
        request=schemas.RemarkRequest,
    ),
    _route(
        "POST",
        f"{_SENDER_ID}/reject",
        staff.reject_sender_id,
        "Refuse a name",
        answers={200: schemas.DecidedSenderId},
        refusals=(404, 409),
        request=schemas.WithReasonRequest,
    ),
)
