"""``/api/v1/auth/*``: people register, log in and out, and look after their passwords."""

from functools import partial
from typing import Final

from api import schemas
from api.accounts.asked import attempt, read_texts
from api.http.credentials import session_token
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from application.accounts.logins import LoggedIn
from application.accounts.sessions import EndSession, Session
from application.accounts.signup import check_newcomer
from domain.errors import InvalidKey
from domain.people import check_email
from domain.public_ids import iso_time
from domain.roles import Role

RESET_ASKED: Final = "If this address has an account, a mail with a token is on its way."
PASSWORD_SET: Final = "The password is set. Every session has ended: log in again."  # noqa: S105
LOGGED_OUT: Final = "The session has ended."


async def register(front: Front, call: Call) -> Answer:
    """Make an account with its first key and session."""
    caller = front.caller(call)
    await front.limit_auth(caller)
    registrations = front.people.registrations
    registrations.require_open()
    fields = read_texts(call, "name", "email", "password")
    who = check_newcomer(**fields)
    execute = front.system.committer.execute
    made = await front.people.hash(caller, partial(registrations.register, who, execute=execute))
    created = schemas.NewAccount(
        token=made.logged_in.token,
        expires_at=iso_time(made.logged_in.session.ends_at),
        account_id=made.account,
        api_key=made.api_key,
    )
    return answer(created, status=201)


async def login(front: Front, call: Call) -> Answer:
    """Open a session; the one whose token came along ends."""
    caller = front.caller(call, session_token(call))
    await front.limit_auth(caller)
    fields = read_texts(call, "email", "password", optional=("code",))
    logins, execute = front.system.logins, front.system.committer.execute

    def attempt() -> LoggedIn:
        return logins.login(
            fields["email"],
            fields["password"],
            code=fields.get("code"),
            instead_of=_live(front, caller.credential),
            execute=execute,
        )

    made = await front.people.attempt(caller, fields["email"], attempt)
    opened = schemas.NewSession(
        token=made.token,
        expires_at=iso_time(made.session.ends_at),
        account_id=made.session.account,
        roles=[Role(role) for role in made.roles],
        needs_second_factor=made.needs_second_factor,
        recovery_codes_left=made.recovery_codes_left,
    )
    return answer(opened)


def _live(front: Front, token: str) -> Session | None:
    if not token:
        return None
    try:
        return front.system.logins.find(token, execute=front.system.committer.execute)
    except InvalidKey:
        return None


async def logout(front: Front, call: Call) -> Answer:
    """End the session."""
    caller = front.caller(call, session_token(call))
    await front.limit_address(caller)
    session = await front.door.admit_session(caller)
    await front.run(EndSession(session, at=front.system.clock.now()))
    return answer(schemas.Done(message=LOGGED_OUT))


async def change_password(front: Front, call: Call) -> Answer:
    """Set a new password; every session ends."""
    caller = front.caller(call, session_token(call))
    await front.limit_auth(caller)
    session = await front.door.admit_session(caller)
    fields = read_texts(call, "current_password", "new_password")
    change = partial(
        front.system.logins.change_password,
        session,
        current=fields["current_password"],
        new=fields["new_password"],
        execute=front.system.committer.execute,
    )
    await attempt(front, caller, change, field="current_password")
    return answer(schemas.Done(message=PASSWORD_SET))


async def reset(front: Front, call: Call) -> Answer:
    """Mail a token with which a new password can be set; the answer says nothing of accounts."""
    await front.limit_auth(front.caller(call))
    fields = read_texts(call, "email")
    front.people.reset_later(check_email(fields["email"]))
    return answer(schemas.Done(message=RESET_ASKED), status=202)


async def confirm_reset(front: Front, call: Call) -> Answer:
    """Set a new password with the token of a mail."""
    caller = front.caller(call)
    await front.limit_auth(caller)
    fields = read_texts(call, "token", "password")
    finish = partial(
        front.system.logins.finish_reset,
        fields["token"].strip(),
        fields["password"],
        execute=front.system.committer.execute,
    )
    await front.people.hash(caller, finish)
    return answer(schemas.Done(message=PASSWORD_SET))
