"""``/api/v1/auth/second-factor*``: people enrol, change and give up a second factor.

A session is not enough for any of it: the password is asked for and, where a factor is enrolled,
a code.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from api import schemas
from api.accounts.asked import attempt, read_texts
from api.http.credentials import session_token
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from application.accounts.second_factor import Proof

CONFIRMED: Final = "The second factor is confirmed. Every session has ended: log in with a code."
RENEWED: Final = "These are your recovery codes now; the ones before are void."
REMOVED: Final = "The second factor is removed. Every session has ended: log in again."

R = TypeVar("R")


async def enrol(front: Front, call: Call) -> Answer:
    """Begin with a second factor, or another one: what the authenticator app needs."""
    factors, execute = front.system.logins.factors, front.system.committer.execute
    secret, uri = await _proven(front, call, lambda proof: factors.enrol(proof, execute=execute))
    return answer(schemas.NewSecondFactor(secret=secret, uri=uri))


async def confirm(front: Front, call: Call) -> Answer:
    """Confirm a second factor by its first code."""
    caller = front.caller(call, session_token(call))
    await front.limit_auth(caller)
    account = (await front.door.admit_session(caller)).account
    code = read_texts(call, "code")["code"]
    factors, execute = front.system.logins.factors, front.system.committer.execute
    codes = await attempt(
        front, caller, lambda: factors.confirm(account, code, execute=execute), field="code"
    )
    return answer(schemas.RecoveryCodes(message=CONFIRMED, recovery_codes=list(codes)))


async def renew_codes(front: Front, call: Call) -> Answer:
    """Give new recovery codes in the place of all before."""
    factors, execute = front.system.logins.factors, front.system.committer.execute
    codes = await _proven(front, call, lambda proof: factors.renew_codes(proof, execute=execute))
    return answer(schemas.RecoveryCodes(message=RENEWED, recovery_codes=list(codes)))


async def remove(front: Front, call: Call) -> Answer:
    """Give up the second factor."""
    factors, execute = front.system.logins.factors, front.system.committer.execute
    await _proven(front, call, lambda proof: factors.remove(proof, execute=execute))
    return answer(schemas.Done(message=REMOVED))


async def _proven(front: Front, call: Call, then: Callable[[Proof], R]) -> R:
    """Do something once the caller has said again who they are.

    Raises:
        InvalidRequest: password or code is wrong; which of them is not said.
    """
    caller = front.caller(call, session_token(call))
    await front.limit_auth(caller)
    session = await front.door.admit_session(caller)
    fields = read_texts(call, "password", optional=("code",))
    logins, execute = front.system.logins, front.system.committer.execute

    def prove_and_do() -> R:
        password, code = fields["password"], fields.get("code")
        return then(logins.prove(session, password=password, code=code, execute=execute))

    return await attempt(front, caller, prove_and_do, field="password")
