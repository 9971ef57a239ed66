"""The paths of staff, each with what it takes and answers."""

from typing import Final

from api import schemas
from api.routing import statement
from api.routing.route import Parameter
from api.staff import changing, records
from api.staff import desk as staff
from api.staff.days_routes import DAYS
from api.staff.routing import AFTER, BASE, LIMIT, staff_route
from domain.written import NUMBER_MAX

STATUS: Final = Parameter(
    "status", "string", "waiting, approved, rejected or withdrawn; all unless given."
)
STANDING: Final = Parameter("state", "string", "active or suspended; all unless given.")
SEARCH: Final = Parameter("search", "string", "A part of the name or the e-mail address.")
OF_ACCOUNT: Final = Parameter(
    "account_id", "integer", "Only those of this account.", least=1, most=NUMBER_MAX
)
PENDING: Final = Parameter("status", "string", "pending, which is also what is listed without it.")
_ACCOUNT: Final = f"{BASE}/accounts/{{number}}"
_ENTRY: Final = f"{BASE}/approvals/{{number}}"
_SENDER_ID: Final = f"{BASE}/sender-ids/{{number}}"

STAFF: Final = (
    staff_route(
        "GET",
        f"{BASE}/accounts",
        staff.accounts,
        "Accounts by number",
        answers={200: schemas.StaffAccounts},
        query=(AFTER, LIMIT, STANDING, SEARCH),
    ),
    staff_route(
        "GET",
        _ACCOUNT,
        staff.account,
        "One account",
        answers={200: schemas.StaffAccountAnswer},
        refusals=(404,),
    ),
    staff_route(
        "GET",
        f"{_ACCOUNT}/statement",
        records.statement,
        "Movements of an account's wallet",
        answers={200: schemas.StatementAnswer},
        refusals=(404,),
        query=statement.QUERY,
        is_csv_too=True,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/suspend",
        staff.suspend,
        "Keep an account from sending",
        answers={200: schemas.Suspension},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/reinstate",
        staff.reinstate,
        "Let an account send again",
        answers={200: schemas.Suspension},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/limits",
        staff.change_limits,
        "Set an account's own limits",
        answers={200: schemas.ChangedLimits},
        refusals=(404,),
        request=schemas.LimitsRequest,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/credits",
        changing.move_credits,
        "Grant or adjust credits",
        answers={200: schemas.MovedCredits, 202: schemas.WaitingEntry},
        refusals=(402, 404),
        request=schemas.CreditsRequest,
        is_idempotent=True,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/roles",
        changing.change_role,
        "Prepare a change of roles",
        answers={202: schemas.WaitingEntry},
        refusals=(404, 409),
        request=schemas.RoleRequest,
    ),
    staff_route(
        "POST",
        f"{_ACCOUNT}/second-factor/reset",
        changing.reset_second_factor,
        "Prepare that a lost second factor is taken away",
        answers={202: schemas.WaitingEntry},
        refusals=(404,),
        request=schemas.WithReasonRequest,
    ),
    staff_route(
        "GET",
        f"{BASE}/approvals",
        staff.approvals,
        "What takes two people",
        answers={200: schemas.Entries},
        query=(STATUS, AFTER, LIMIT),
    ),
    staff_route(
        "GET",
        _ENTRY,
        staff.approval,
        "One entry",
        answers={200: schemas.EntryAnswer},
        refusals=(404,),
    ),
    staff_route(
        "POST",
        f"{_ENTRY}/approve",
        staff.approve,
        "Agree to what another person prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(402, 404, 409),
        request=schemas.RemarkRequest,
    ),
    staff_route(
        "POST",
        f"{_ENTRY}/reject",
        staff.reject,
        "Refuse what another person prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(404, 409),
        request=schemas.WithReasonRequest,
    ),
    staff_route(
        "POST",
        f"{_ENTRY}/withdraw",
        staff.withdraw,
        "Take back what one prepared",
        answers={200: schemas.DecidedEntry},
        refusals=(404, 409),
        request=schemas.RemarkRequest,
    ),
    staff_route(
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
    staff_route(
        "GET",
        f"{BASE}/sender-ids",
        staff.sender_ids,
        "Sender IDs that wait for a decision",
        answers={200: schemas.StaffSenderIds},
        query=(PENDING, OF_ACCOUNT, AFTER, LIMIT),
    ),
    staff_route(
        "POST",
        f"{_SENDER_ID}/approve",
        staff.approve_sender_id,
        "Let an account send under a name",
        answers={200: schemas.DecidedSenderId},
        refusals=(404, 409),
        request=schemas.RemarkRequest,
    ),
    staff_route(
        "POST",
        f"{_SENDER_ID}/reject",
        staff.reject_sender_id,
        "Refuse a name",
        answers={200: schemas.DecidedSenderId},
        refusals=(404, 409),
        request=schemas.WithReasonRequest,
    ),
    *DAYS,
)
