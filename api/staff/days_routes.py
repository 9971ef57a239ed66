"""The paths of finance for the end of a day, each with what it takes and answers."""

from typing import Final

from api import schemas
from api.routing.route import Parameter
from api.staff import days
from api.staff.routing import BASE, LIMIT, staff_route
from application.money.exports import ExportKind
from application.ports.tables import Format

_FINANCE: Final = f"{BASE}/finance"
_PROVIDER: Final = Parameter("provider", "string", "Only its wallets.")
_WALLET: Final = Parameter("wallet", "string", "Only wallets of this name.")

DAYS: Final = (
    staff_route(
        "GET",
        f"{_FINANCE}/sheet",
        days.show,
        "The daily sheet of each wallet",
        answers={200: schemas.Sheets},
        query=(
            Parameter("date", "string", "A day in Lusaka, or a month; today unless given."),
            *(_PROVIDER, _WALLET),
        ),
    ),
    staff_route(
        "POST",
        f"{_FINANCE}/sign",
        days.sign,
        "Prepare a sheet or, as another person, sign it off",
        answers={200: schemas.PeriodStanding},
        refusals=(404, 409),
        request=schemas.SignRequest,
    ),
    staff_route(
        "POST",
        f"{_FINANCE}/lock",
        days.lock,
        "Lock a period that is signed off",
        answers={200: schemas.PeriodStanding},
        refusals=(404, 409),
        request=schemas.LockRequest,
    ),
    staff_route(
        "POST",
        f"{_FINANCE}/reopen",
        days.reopen,
        "Open a period again",
        answers={200: schemas.PeriodStanding},
        refusals=(404, 409),
        request=schemas.ReopenRequest,
    ),
    staff_route(
        "GET",
        f"{_FINANCE}/periods",
        days.periods,
        "Periods that somebody began to close, by name",
        answers={200: schemas.Periods},
        query=(Parameter("after", "string", "Only periods with a later name."), LIMIT),
    ),
    staff_route(
        "GET",
        f"{_FINANCE}/ageing",
        days.ageing,
        "How much is open for how many days",
        answers={200: schemas.Ages},
        query=(Parameter("as_of", "string", "At the end of this day; today unless given."),),
    ),
    staff_route(
        "GET",
        f"{_FINANCE}/export",
        days.take_along,
        "A table as a file",
        answers={},
        query=(
            Parameter("kind", "string", "Which; sheets unless given.", choices=[*ExportKind]),
            Parameter("format", "string", "csv unless given.", choices=[*Format]),
            Parameter("from", "string", "The first day; that of to unless given."),
            Parameter("to", "string", "The last day; from, else today, unless given."),
            *(_PROVIDER, _WALLET),
        ),
        files=[kind.partition(";")[0] for kind in days.MEDIA_TYPES.values()],
    ),
)
