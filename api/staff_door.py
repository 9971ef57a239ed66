"""Who of staff is calling: the session token of a login with a second factor, never a field."""

from functools import partial
from typing import Final

from api.auth import header_key
from api.front import Front
from api.wire import Call
from application.accounts import NoteRead
from application.accounts.looks import must_be_recorded
from application.actors import Actor
from application.login import TOKEN_PREFIX
from domain.errors import InvalidKey

COMMIT_WAIT_S: Final = 10.0
"""How long the note that a session is in use may take."""


async def admit_staff(front: Front, call: Call) -> Actor:
    """Count the client's address, and say who of staff calls.

    Raises:
        RateLimited: the address's limit is used up.
        InvalidKey: there is no session token, or its session is over.
        NotPermitted: the account has no role, or the session no second factor.
    """
    await front.limit_address(call)
    token = header_key(call)
    if token is None or not token.startswith(TOKEN_PREFIX):
        msg = "This takes the session token of a login: Authorization: Bearer ngs_…."
        raise InvalidKey(msg)
    system = front.system
    execute = partial(system.committer.execute, timeout_s=COMMIT_WAIT_S)

    def ask() -> Actor:
        return system.logins.staff(system.logins.find(token, execute=execute))

    return await front.read(ask)


async def look(front: Front, actor: Actor, what: str, subject: int | None = None) -> None:
    """Let who of staff reads; what an auditor reads is on record before it is answered.

    Raises:
        NotPermitted: the account may not look.
    """
    system = front.system
    if await front.read(partial(must_be_recorded, system.reader, actor)):
        await front.run(NoteRead(what, subject=subject, actor=actor, at=system.clock.now()))
