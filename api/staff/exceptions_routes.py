"""The paths of finance's work, each with what it takes and answers."""

from typing import Final

from api.routing.route import Parameter
from api.schemas import exceptions as schemas
from api.schemas import statements as of_files
from api.schemas.staff import WaitingEntry
from api.staff import exceptions as work
from api.staff import statements
from api.staff.routing import BASE, LIMIT, staff_route
from domain.matching import Trouble

FINANCE: Final = f"{BASE}/finance"

WORK: Final = (
    staff_route(
        "POST",
        f"{FINANCE}/statements",
        statements.take_statement,
        "Import a provider's statement",
        answers={200: of_files.ImportAnswer},
        refusals=(409,),
        request=of_files.StatementRequest,
        admit=statements.admit,
    ),
    staff_route(
        "GET",
        f"{FINANCE}/exceptions",
        work.exceptions,
        "What has to be explained, oldest first",
        answers={200: schemas.ExceptionsAnswer},
        query=(
            Parameter("kind", "string", "Only these.", choices=tuple(one.value for one in Trouble)),
            Parameter("as_of", "string", "As of the end of this day, or of this time."),
            LIMIT,
        ),
    ),
    staff_route(
        "POST",
        f"{FINANCE}/match",
        work.match,
        "Match what is open of statements",
        answers={200: schemas.MatchAnswer},
        request=schemas.MatchRequest,
    ),
    staff_route(
        "GET",
        f"{FINANCE}/receipt",
        work.receipt,
        "What is known of a receipt",
        answers={200: schemas.ReceiptAnswer},
        refusals=(404,),
        query=(Parameter("receipt", "string", "Its name, such as mtn/main/1234567890."),),
    ),
    staff_route(
        "GET",
        f"{FINANCE}/callback",
        work.callback,
        "What a callback about no payment of ours said",
        answers={200: schemas.CallbackAnswer},
        refusals=(404,),
        query=(Parameter("callback", "string", "Its id, such as cb_7."),),
    ),
    staff_route(
        "POST",
        f"{FINANCE}/assign",
        work.assign,
        "Prepare that money which credited nobody credits an account",
        answers={202: WaitingEntry},
        refusals=(404, 409),
        request=schemas.AssignRequest,
    ),
    staff_route(
        "POST",
        f"{FINANCE}/write-off",
        work.write_off,
        "Prepare that what is open of a receipt is given up",
        answers={202: WaitingEntry},
        refusals=(404, 409),
        request=schemas.WriteOffRequest,
    ),
    staff_route(
        "POST",
        f"{FINANCE}/match-line",
        work.match_line,
        "Say by hand whose money a line shows",
        answers={200: schemas.MatchedLine},
        refusals=(404, 409),
        request=schemas.MatchLineRequest,
    ),
    staff_route(
        "POST",
        f"{FINANCE}/unmatch",
        work.unmatch,
        "Take a match back",
        answers={200: schemas.FinanceDone},
        refusals=(404, 409),
        request=schemas.UnmatchRequest,
    ),
    staff_route(
        "POST",
        f"{FINANCE}/note",
        work.note,
        "Note whose work an exception is, and what is known",
        answers={200: schemas.FinanceDone},
        refusals=(404,),
        request=schemas.NoteRequest,
    ),
    staff_route(
        "POST",
        f"{FINANCE}/paid-out",
        work.paid_out,
        "Record that an approved refund was paid by hand",
        answers={200: schemas.FinanceDone},
        refusals=(404, 409),
        request=schemas.PaidOutRequest,
    ),
)
