"""Staff at work: accounts, credits, roles, what takes two people, and the queue of sender IDs.

In the envelope of dialect feltech. Who acts is always the account of the session: no field of a
request says so.
"""

from dataclasses import asdict
from functools import partial
from typing import Any, Final, Literal

from api import schemas
from api.http.fields import read_fields, read_query
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from api.staff.door import admit_staff, look
from api.staff.fields import (
    read_account,
    read_account_id,
    read_after,
    read_choice,
    read_limit,
    read_number,
    read_page_size,
    read_reason,
)
from application.accounts import (
    ChangeLimits,
    DecideEntry,
    DecideSenderId,
    Decision,
    SetSuspension,
)
from application.ports.queries import AccountRow, EntryRow, SenderIdRow
from domain.errors import InvalidRequest, NotFound
from domain.manual_entry import EntryKind, EntryStatus
from domain.public_ids import iso_time, iso_time_or_none
from domain.roles import Role
from domain.sender_id_rules import SenderIdStatus

SEARCH_CHARACTERS_MAX: Final = 100
SLICE: Final = 500
"""Accounts that are looked through at once."""
SLICES_MAX: Final = 10
"""So many slices in one answer; its ``next_after`` says where the next goes on."""
SUSPENDED: Final = "suspended"
ACCOUNT_STATES: Final = ("active", SUSPENDED)

# -- accounts ---------------------------------------------------------------------------------


async def accounts(front: Front, call: Call) -> Answer:
    """List accounts by number: all, of a state, or with some words in name or address."""
    actor = await admit_staff(front, call)
    await look(front, actor, "accounts")
    query = read_query(call)
    after, limit = read_after(query), read_page_size(query)
    suspended = None
    if query.get("state"):
        suspended = read_choice(query, "state", ACCOUNT_STATES) == SUSPENDED
    wanted = query.get("search", "").strip().casefold()
    if len(wanted) > SEARCH_CHARACTERS_MAX:
        msg = f"At most {SEARCH_CHARACTERS_MAX} characters can be searched for."
        raise InvalidRequest(msg, field="search")
    found: list[AccountRow] = []
    more: int | None = after
    for _ in range(SLICES_MAX if wanted else 1):
        size = SLICE if wanted else limit
        ask = partial(
            front.system.queries.accounts, after=more or 0, limit=size, suspended=suspended
        )
        rows = await front.read_newest(actor.account, "directory", ask)
        more = rows[-1].number if len(rows) == size else None
        found += [row for row in rows if _has(row, wanted)]
        if more is None or len(found) >= limit:
            break
    if len(found) > limit:
        found, more = found[:limit], found[limit - 1].number
    return answer(schemas.StaffAccounts(data=[_account(row) for row in found], next_after=more))


async def account(front: Front, call: Call) -> Answer:
    """Show one account."""
    actor, number = await admit_staff(front, call), read_account(call)
    await look(front, actor, "account", number)
    row = await front.read_newest(
        actor.account, "directory", partial(front.system.queries.account, number)
    )
    if row is None:
        msg = "No such account."
        raise NotFound(msg)
    return answer(schemas.StaffAccountAnswer(data=_account(row)))


async def suspend(front: Front, call: Call) -> Answer:
    """Keep an account from sending."""
    return await _set_suspension(front, call, suspended=True)


async def reinstate(front: Front, call: Call) -> Answer:
    """Let a suspended account send again."""
    return await _set_suspension(front, call, suspended=False)


async def _set_suspension(front: Front, call: Call, *, suspended: bool) -> Answer:
    actor, number = await admit_staff(front, call), read_account(call)
    reason = read_reason(read_fields(call))
    at = front.system.clock.now()
    await front.run(SetSuspension(number, suspended=suspended, actor=actor, reason=reason, at=at))
    return answer(schemas.Suspension(account_id=number, suspended=suspended))


async def change_limits(front: Front, call: Call) -> Answer:
    """Set an account's own limits; what is not given stays."""
    actor, number = await admit_staff(front, call), read_account(call)
    fields = read_fields(call)
    reason = read_reason(fields)
    given: dict[str, int | None] = {
        name: read_limit(fields, name)
        for name in ("single", "bulk", "read", "daily_credits")
        if name in fields
    }
    at = front.system.clock.now()
    wanted = await front.run(ChangeLimits(number, given, actor=actor, reason=reason, at=at))
    limits = schemas.StaffLimits(**asdict(wanted))
    return answer(schemas.ChangedLimits(account_id=number, limits=limits))


# -- what takes two people --------------------------------------------------------------------


async def approvals(front: Front, call: Call) -> Answer:
    """List what was prepared, oldest first."""
    actor = await admit_staff(front, call)
    await look(front, actor, "approvals")
    query = read_query(call)
    after, limit = read_after(query), read_page_size(query)
    status = None
    if query.get("status"):
        status = read_choice(query, "status", [status.value for status in EntryStatus])
    rows = await front.read_newest(
        actor.account,
        "approvals",
        lambda: front.system.queries.entries(status, after=after, limit=limit),
    )
    page = schemas.Entries(
        data=[_entry(row) for row in rows],
        next_after=rows[-1].number if len(rows) == limit else None,
    )
    return answer(page)


async def approval(front: Front, call: Call) -> Answer:
    """Show one entry."""
    actor, number = await admit_staff(front, call), read_number(call, "entry")
    await look(front, actor, "approval", number)
    row = await front.read_newest(
        actor.account, "approvals", partial(front.system.queries.entry, number)
    )
    if row is None:
        msg = "No such entry."
        raise NotFound(msg)
    return answer(schemas.EntryAnswer(data=_entry(row)))


async def approve(front: Front, call: Call) -> Answer:
    """Agree to what another person prepared: it takes effect at once."""
    return await _decide(front, call, Decision.APPROVE)


async def reject(front: Front, call: Call) -> Answer:
    """Refuse what another person prepared."""
    return await _decide(front, call, Decision.REJECT)


async def withdraw(front: Front, call: Call) -> Answer:
    """Take back what one prepared oneself."""
    return await _decide(front, call, Decision.WITHDRAW)


async def _decide(front: Front, call: Call, decision: Decision) -> Answer:
    actor, number = await admit_staff(front, call), read_number(call, "entry")
    reason = read_reason(read_fields(call), is_required=decision is Decision.REJECT)
    at = front.system.clock.now()
    decided = await front.run(DecideEntry(number, decision, actor=actor, reason=reason, at=at))
    status: Any = decided.status.value
    after = schemas.DecidedEntry(entry=number, entry_status=status, account_id=decided.account)
    return answer(after)


# -- sender IDs -------------------------------------------------------------------------------


async def sender_ids(front: Front, call: Call) -> Answer:
    """List the sender IDs that wait for a decision, oldest first."""
    actor = await admit_staff(front, call)
    await look(front, actor, "sender_ids")
    query = read_query(call)
    after, limit = read_after(query), read_page_size(query)
    if query.get("status"):
        read_choice(query, "status", ("pending",))
    pending = SenderIdStatus.PENDING.value
    number = read_account_id(query)
    rows = await front.read_newest(
        actor.account,
        "directory",
        lambda: front.system.queries.sender_id_requests(
            pending, account=number, after=after, limit=limit
        ),
    )
    page = schemas.StaffSenderIds(
        data=[_sender_id(row) for row in rows],
        next_after=rows[-1].number if len(rows) == limit else None,
    )
    return answer(page)


async def approve_sender_id(front: Front, call: Call) -> Answer:
    """Let an account send under a name."""
    return await _decide_sender_id(front, call, "approved")


async def reject_sender_id(front: Front, call: Call) -> Answer:
    """Refuse a name."""
    return await _decide_sender_id(front, call, "rejected")


async def _decide_sender_id(
    front: Front, call: Call, status: Literal["approved", "rejected"]
) -> Answer:
    actor, number = await admit_staff(front, call), read_number(call, "sender ID")
    is_approved = status == "approved"
    reason = read_reason(read_fields(call), is_required=not is_approved)
    row = await front.read_newest(
        actor.account, "directory", partial(front.system.queries.sender_id, number)
    )
    if row is None or row.name is None:
        msg = "No such sender ID."
        raise NotFound(msg)
    await front.run(
        DecideSenderId(
            row.account,
            row.name,
            approved=is_approved,
            actor=actor,
            reason=reason,
            at=front.system.clock.now(),
        )
    )
    after = schemas.DecidedSenderId(id=number, account_id=row.account, sender_id_status=status)
    return answer(after)


# -- as it is answered ------------------------------------------------------------------------


def _has(row: AccountRow, wanted: str) -> bool:
    """Whether these words stand in the name or the address; what was erased holds none."""
    return any(wanted in (written or "").casefold() for written in (row.name, row.email))


def _account(row: AccountRow) -> schemas.StaffAccount:
    return schemas.StaffAccount(
        id=row.number,
        name=row.name,
        email=row.email,
        suspended=row.suspended,
        roles=[Role(role) for role in row.roles],
        limits=schemas.StaffLimits(
            single=row.single, bulk=row.bulk, read=row.read, daily_credits=row.daily_credits
        ),
        created_at=iso_time(row.registered_at),
    )


def _entry(row: EntryRow) -> schemas.Entry:
    return schemas.Entry(
        id=row.number,
        kind=EntryKind(row.kind),
        account_id=row.account,
        credits=row.credits,
        role=Role(row.role) if row.role else None,
        receipt=row.receipt,
        amount_ngwee=row.amount_ngwee,
        seal_key=row.seal_key,
        actor=row.actor,
        reason=row.reason,
        approver=row.approver,
        remark=row.remark,
        prepared_at=iso_time(row.prepared_at),
        status=EntryStatus(row.status),
        decided_at=iso_time_or_none(row.decided_at),
    )


def _sender_id(row: SenderIdRow) -> schemas.StaffSenderId:
    status: Any = row.status
    return schemas.StaffSenderId(
        id=row.number,
        account_id=row.account,
        name=row.name,
        use_case=row.use_case,
        status=status,
        reason=row.reason,
        created_at=iso_time(row.created_at),
    )
