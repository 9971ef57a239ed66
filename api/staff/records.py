"""What is on record: who moved an account's credits and why, and who of staff looked at what."""

from api import schemas
from api.http.fields import read_query
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from api.routing.statement import read_asked, statement_answer
from api.staff.door import admit_staff, look
from api.staff.fields import read_account, read_before, read_page_size
from application.ports.queries import LookRow
from domain.public_ids import iso_time
from domain.written import NUMBER_MAX, check_whole


async def statement(front: Front, call: Call) -> Answer:
    """List the movements of an account's wallet: what for, by whom, and why."""
    actor, number = await admit_staff(front, call), read_account(call)
    asked = read_asked(read_query(call))
    await look(front, actor, "statement", number)
    found = await front.read_newest(
        actor.account,
        "balances",
        lambda: front.system.queries.statement(
            number, asked.span, after=asked.after, limit=asked.limit
        ),
    )
    return statement_answer(number, asked, found, named=lambda name: name)


async def looks(front: Front, call: Call) -> Answer:
    """List what staff looked at, newest first."""
    actor = await admit_staff(front, call)
    query = read_query(call)
    before, limit = read_before(query), read_page_size(query)
    account = None
    if query.get("account_id"):
        account = check_whole(query["account_id"], "account_id", least=1, most=NUMBER_MAX)
    await look(front, actor, "looks", account)
    rows = await front.read_newest(
        actor.account,
        "looks",
        lambda: front.system.queries.looks(account, before=before, limit=limit),
    )
    page = schemas.Looks(
        data=[_look(row) for row in rows],
        next_before=rows[-1].number if len(rows) == limit else None,
    )
    return answer(page)


def _look(row: LookRow) -> schemas.Look:
    return schemas.Look(
        id=row.number,
        at=iso_time(row.at),
        actor=row.actor,
        what=row.what,
        subject=row.subject,
        account_id=row.account,
        reason=row.reason,
    )
