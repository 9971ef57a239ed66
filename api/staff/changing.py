"""Staff change what an account has and may: credits, roles, a lost second factor.

Some of it takes another person, and is then answered 202 with the entry that waits for them.
"""

from typing import Final

from api import schemas
from api.http.fields import read_fields
from api.http.presence import require
from api.http.wire import Answer, Call, Headers, answer
from api.routing.front import Front
from api.routing.idempotency import REPLAYED, read_idempotency_key
from api.staff.door import admit_staff
from api.staff.fields import read_account, read_choice, read_reason
from application.accounts import ChangeRole, MoveCredits, ResetSecondFactor
from domain.credits import check_credits
from domain.roles import Role

WAITS: Final = "Nothing has happened yet: another person has to approve entry {}."


async def move_credits(front: Front, call: Call) -> Answer:
    """Grant or adjust; above the actor's limit for the day it waits for another person.

    The same under the same idempotency key happens once; another under it is refused.
    """
    actor, number = await admit_staff(front, call), read_account(call)
    fields = read_fields(call)
    require(fields, "credits", "kind")
    kind = read_choice(fields, "kind", ("grant", "adjust"))
    credits = check_credits(fields["credits"])
    moved = await front.run(
        MoveCredits(
            number,
            credits,
            is_grant=kind == "grant",
            alone_max=front.system.terms.alone_max,
            idempotency_key=read_idempotency_key(call),
            actor=actor,
            reason=read_reason(fields),
            at=front.system.clock.now(),
        )
    )
    headers = REPLAYED if moved.is_replayed else ()
    if moved.entry is not None:
        return waits(moved.entry, headers)
    done = schemas.MovedCredits(account_id=number, credits=credits, available=moved.available)
    return answer(done, headers=headers)


async def change_role(front: Front, call: Call) -> Answer:
    """Prepare a change of roles, which another person has to approve."""
    actor, number = await admit_staff(front, call), read_account(call)
    fields = read_fields(call)
    require(fields, "role", "change")
    change = read_choice(fields, "change", ("grant", "withdraw"))
    changed = await front.run(
        ChangeRole(
            number,
            Role(read_choice(fields, "role", [role.value for role in Role])),
            is_grant=change == "grant",
            actor=actor,
            reason=read_reason(fields),
            at=front.system.clock.now(),
        )
    )
    if changed.entry is None:
        msg = "a session made a first admin"  # only the user of the host does
        raise RuntimeError(msg)
    return waits(changed.entry)


async def reset_second_factor(front: Front, call: Call) -> Answer:
    """Prepare that a lost second factor is taken away, which another person has to approve."""
    actor, number = await admit_staff(front, call), read_account(call)
    reason, at = read_reason(read_fields(call)), front.system.clock.now()
    reset = await front.run(ResetSecondFactor(number, actor=actor, reason=reason, at=at))
    if reset.entry is None:
        msg = "a session reset a second factor alone"  # only the user of the host does
        raise RuntimeError(msg)
    return waits(reset.entry)


def waits(entry: int, headers: Headers = ()) -> Answer:
    """Say that an entry waits for another person."""
    waiting = schemas.WaitingEntry(entry=entry, message=WAITS.format(entry))
    return answer(waiting, status=202, headers=headers)
