"""Taking messages back, one or a whole bulk, and how a bulk stands.

In the envelope of dialect feltech, for any key.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from api import schemas
from api.dialects.feltech import DELIVERY_STATUSES
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_canceller, admit_reader
from api.routing.front import Front
from application.accounts.principal import Principal
from application.books.actors import Actor
from application.messages.by_hand import CancelMessage, CancelMessages
from application.messages.rehearsing import CancelTest, CancelTests
from application.ports.queries import PUBLIC_STATUS, BatchRow
from domain.errors import NotFound, TooLate
from domain.message import Message, State, message_id
from domain.public_ids import batch_id, feltech_id, parse_batch_id, parse_message_id
from domain.rehearsal import Rehearsal, rehearsal_id

CANCELLED_EACH_MAX: Final = 100
"""Messages of a bulk that are taken back in one save."""

_TOO_LATE: Final[Mapping[State, str]] = {
    State.SENDING: "a SIM is sending it",
    State.IN_DOUBT: "it was handed over to the network and may have been sent",
    State.HELD: "it may have been sent: the operator is looking into it",
    State.QUEUED: "part of it was sent",
    State.FAILED: "it has failed already, and its credits were given back",
    State.EXPIRED: "its time was over, and its credits were given back",
}
"""Why a message in a state cannot be taken back; in any other it was sent."""


async def cancel_message(front: Front, call: Call) -> Answer:
    """Take a waiting message back; one that was taken back before is answered alike."""
    principal = await admit_canceller(front, call)
    ref = parse_message_id(call.params["message_id"])
    if ref is None:
        raise NotFound("No such message.")

    def find() -> Message | Rehearsal:
        found = _found(front, principal, ref.number)
        if found is None or found.account != principal.account or not ref.is_of(found.opened_at):
            raise NotFound("No such message.")
        return found

    await front.read(principal.account, find)
    try:
        await _cancel(front, principal, ref.number)
    except TooLate:
        found = await front.read(principal.account, find)
        if found.state != State.CANCELLED:
            why = _TOO_LATE.get(found.state, "it was sent")
            raise TooLate(f"It is too late to cancel this message: {why}.") from None
    else:
        found = await front.read(principal.account, find)
    data = schemas.Cancelled(
        message_id=feltech_id(ref.number),
        delivery_status=DELIVERY_STATUSES[PUBLIC_STATUS[found.state]],
        state=found.state,
        credits_refunded=found.credits,
    )
    return answer(schemas.CancelledMessage(data=data))


async def batch(front: Front, call: Call) -> Answer:
    """Say how the messages of a bulk stand."""
    principal = await admit_reader(front, call, takes_tests=True)
    return answer(schemas.BatchAnswer(data=_shown(await _batch(front, principal, call))))


async def cancel_batch(front: Front, call: Call) -> Answer:
    """Take back what still waits of a bulk; what has left stays."""
    principal = await admit_canceller(front, call)
    number = (await _batch(front, principal, call)).batch
    queries = front.system.queries
    waiting = await front.read(
        principal.account, lambda: queries.open_of_batch(principal.log, number)
    )
    cancelled = 0
    for start in range(0, len(waiting), CANCELLED_EACH_MAX):
        some = waiting[start : start + CANCELLED_EACH_MAX]
        cancelled += await _cancel_some(front, principal, some)
    found = await _batch(front, principal, call)
    return answer(schemas.BatchCancelled(cancelled_now=cancelled, data=_shown(found)))


async def _batch(front: Front, principal: Principal, call: Call) -> BatchRow:
    log, number = principal.log, parse_batch_id(call.params["batch_id"])
    found = None
    if number is not None:
        found = await front.read_own_writes(
            log, "message_log", lambda: front.system.queries.batch(log, number)
        )
    if found is None:
        raise NotFound("No such batch.")
    return found


def _found(front: Front, principal: Principal, number: int) -> Message | Rehearsal | None:
    reader = front.system.reader
    if principal.is_test:
        return reader.find(Rehearsal, rehearsal_id(number))
    return reader.find(Message, message_id(number))


async def _cancel(front: Front, principal: Principal, number: int) -> None:
    """Take one back.

    Raises:
        TooLate: it does not wait any more.
    """
    account, actor, at = principal.account, _actor(principal), front.system.clock.now()
    if principal.is_test:
        await front.run(CancelTest(number, account=account, actor=actor, at=at))
    else:
        await front.run(CancelMessage(number, account=account, actor=actor, at=at))


async def _cancel_some(front: Front, principal: Principal, numbers: Sequence[int]) -> int:
    """Take back those that still wait; give how many were."""
    account, actor, at = principal.account, _actor(principal), front.system.clock.now()
    command = CancelTests if principal.is_test else CancelMessages
    return await front.run(command(numbers, account=account, actor=actor, at=at))


def _shown(row: BatchRow) -> schemas.Batch:
    return schemas.Batch(
        batch_id=batch_id(row.batch),
        accepted=row.accepted,
        queued=row.queued,
        sent=row.sent,
        delivered=row.delivered,
        failed=row.failed,
        cancelled=row.cancelled,
        credits_used=row.credits_used,
        credits_refunded=row.credits_refunded,
    )


def _actor(principal: Principal) -> Actor:
    return Actor.of(principal.account, key_id=principal.key_id)
