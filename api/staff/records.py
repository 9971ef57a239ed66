"""What is on record: who moved an account's credits and why, and who of staff looked at what."""

from api.http.fields import read_query
from api.http.wire import Answer, Call
from api.routing.front import Front
from api.routing.statement import read_asked, statement_answer
from api.staff.door import admit_staff, look
from api.staff.fields import read_account


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
