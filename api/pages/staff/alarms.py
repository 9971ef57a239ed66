"""``/staff/alarms``: what needs a person, as readiness says it."""

from typing import Final

from api.pages.looking import staff
from api.pages.staff.live_lists import live_list
from api.pages.tables import Column, Filter, Table
from api.pages.visit import Visit
from api.staff.fields import read_choice

PATH: Final = "/staff/alarms"
STATES: Final = ("alarm", "note")
COLUMNS: Final = (Column("part"), Column("state", "state"), Column("told"))


async def _standing(visit: Visit) -> Table:
    """List the parts that are not well, then what else operators are told of."""
    await staff(visit, "alarms")
    wanted = read_choice(visit.query, "state", STATES) if visit.query.get("state") else None
    readiness = await visit.front.readiness()
    rows = [
        *(
            {"part": part, "state": "alarm", "told": told}
            for part, told in readiness.checks.items()
            if told != "ok"
        ),
        *(
            {"part": part, "state": "alarm", "told": told}
            for part, told in readiness.alarms.items()
        ),
        *({"part": part, "state": "note", "told": told} for part, told in readiness.notes.items()),
    ]
    return Table(
        name="alarms",
        path=PATH,
        query=visit.query,
        columns=COLUMNS,
        rows=[row for row in rows if wanted in {None, row["state"]}],
        filters=(Filter("state", STATES),),
    )


ALARMS: Final = live_list(PATH, "alarms", _standing)
