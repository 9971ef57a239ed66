"""The paths of staff, each with what it takes and answers; ``api/routes.py`` serves them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from api import schemas, staff
from api.front import Front
from api.wire import Answer, Call

BASE: Final = "/api/v1/staff"


class StaffRoute(NamedTuple):
    """One operation of staff; the refusals that all have stand in ``api/routes.py``."""

    method: Literal["GET", "POST"]
    path: str
    endpoint: Callable[[Front, Call], Awaitable[Answer]]
    summary: str
    answers: Mapping[int, type[Struct]]
    refusals: Sequence[int] = ()
    request: type[Struct] | None = None
    query: Sequence[tuple[str, Literal["string", "integer"], str]] = ()


AFTER: Final[tuple[str, Literal["integer"], str]] = (
    "after",
    "integer",
    "Only what has a higher number.",
)
LIMIT: Final[tuple[str, Literal["integer"], str]] = (
    "limit",
    "integer",
    "How many, 1 to 1000; 100 unless given.",
)
STATUS: Final[tuple[str, Literal["string"], str]] = (
    "status",
    "string",
    "waiting, approved, rejected or withdrawn; all unless given.",
)
PENDING: Final[tuple[str, Literal["string"], str]] = (
    "status",
    "string",
    "pending, which is also what is listed without it.",
)
_ACCOUNT: Final = f"{BASE}/accounts/{{number}}"
_ENTRY: Final = f"{BASE}/approvals/{{number}}"
_SENDER_ID: Final = f"{BASE}/sender-ids/{{number}}"

STAFF_ROUTES: Final = (
    StaffRoute(
        "GET",
        f"{BASE}/accounts",
        staff.accounts,
        "Accounts by number",
        {200: schemas.StaffAccounts},
        query=(AFTER, LIMIT),
    ),
    StaffRoute(
        "GET", _ACCOUNT, staff.account, "One account", {200: schemas.StaffAccountAnswer}, (404,)
    ),
    StaffRoute(
        "POST",
        f"{_ACCOUNT}/suspend",
        staff.suspend,
        "Keep an account from sending",
        {200: schemas.Suspension},
        (404,),
        schemas.WithReasonRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ACCOUNT}/reinstate",
        staff.reinstate,
        "Let an account send again",
        {200: schemas.Suspension},
        (404,),
        schemas.WithReasonRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ACCOUNT}/limits",
        staff.change_limits,
        "Set an account's own limits",
        {200: schemas.ChangedLimits},
        (404,),
        schemas.LimitsRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ACCOUNT}/credits",
        staff.move_credits,
        "Grant or adjust credits",
        {200: schemas.MovedCredits, 202: schemas.WaitingEntry},
        (402, 404),
        schemas.CreditsRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ACCOUNT}/roles",
        staff.change_role,
        "Prepare a change of roles",
        {202: schemas.WaitingEntry},
        (404, 409),
        schemas.RoleRequest,
    ),
    StaffRoute(
        "GET",
        f"{BASE}/approvals",
        staff.approvals,
        "What takes two people",
        {200: schemas.Entries},
        query=(STATUS, AFTER, LIMIT),
    ),
    StaffRoute("GET", _ENTRY, staff.approval, "One entry", {200: schemas.EntryAnswer}, (404,)),
    StaffRoute(
        "POST",
        f"{_ENTRY}/approve",
        staff.approve,
        "Agree to what another person prepared",
        {200: schemas.DecidedEntry},
        (402, 404, 409),
        schemas.RemarkRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ENTRY}/reject",
        staff.reject,
        "Refuse what another person prepared",
        {200: schemas.DecidedEntry},
        (404, 409),
        schemas.WithReasonRequest,
    ),
    StaffRoute(
        "POST",
        f"{_ENTRY}/withdraw",
        staff.withdraw,
        "Take back what one prepared",
        {200: schemas.DecidedEntry},
        (404, 409),
        schemas.RemarkRequest,
    ),
    StaffRoute(
        "GET",
        f"{BASE}/sender-ids",
        staff.sender_ids,
        "Sender IDs that wait for a decision",
        {200: schemas.StaffSenderIds},
        query=(PENDING,),
    ),
    StaffRoute(
        "POST",
        f"{_SENDER_ID}/approve",
        staff.approve_sender_id,
        "Let an account send under a name",
        {200: schemas.DecidedSenderId},
        (404, 409),
        schemas.RemarkRequest,
    ),
    StaffRoute(
        "POST",
        f"{_SENDER_ID}/reject",
        staff.reject_sender_id,
        "Refuse a name",
        {200: schemas.DecidedSenderId},
        (404, 409),
        schemas.WithReasonRequest,
    ),
)
