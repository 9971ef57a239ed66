"""``/staff/alarms``: what needs a person, as readiness says it."""

from typing import Final

from api.pages.looking import staff
from api.pages.page import Page, View, Who
from api.pages.tables import Column, Table
from api.pages.visit import Visit

PATH: Final = "/staff/alarms"
COLUMNS: Final = (Column("part"), Column("state", "state"), Column("told"))


async def alarms(visit: Visit) -> View:
    """List the parts that are not well, then what else operators are told of."""
    await staff(visit, "alarms")
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
    table = Table(name="alarms", path=PATH, query=visit.query, columns=COLUMNS, rows=rows)
    return View("list.html", table=table)


ALARMS: Final = (Page(path=PATH, name="alarms", who=Who.OPERATOR, show=alarms),)
