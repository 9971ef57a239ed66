"""Who of staff is calling: the session token of a login with a second factor, never a field."""

from functools import partial

from api.http.credentials import session_token
from api.http.wire import Call
from api.routing.front import Front
from application.accounts import NoteRead
from application.accounts.looks import must_be_recorded
from application.books.actors import Actor, require_duty
from domain.account import Account, account_id
from domain.roles import Duty


async def admit_staff(front: Front, call: Call) -> Actor:
    """Count the client's address, and say who of staff calls.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidKey: there is no session token, or its session is over.
        NotPermitted: the account has no role, or the session no second factor.
    """
    caller = front.caller(call, session_token(call))
    await front.limit_address(caller)
    _, actor = await front.door.admit_staff(caller)
    return actor


async def look(front: Front, actor: Actor, what: str, subject: int | None = None) -> None:
    """Let who of staff reads; what an auditor reads is on record before it is answered.

    Raises:
        NotPermitted: the account may not look.
    """
    system = front.system
    if await front.read(actor.account, partial(must_be_recorded, system.reader, actor)):
        await front.run(NoteRead(what, subject=subject, actor=actor, at=system.clock.now()))


async def require_staff(front: Front, actor: Actor, duty: Duty) -> None:
    """Refuse who of staff lacks a duty, where that has to be known before the command is.

    Raises:
        NotPermitted: no role of the actor's account has it.
    """
    if actor.account is not None:
        of = partial(front.system.reader.find, Account, account_id(actor.account))
        require_duty(await front.read(actor.account, of), actor, duty)
