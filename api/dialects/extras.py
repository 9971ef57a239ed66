"""What neither document has: preview, the whole balance, the statement, a message's timeline.

In the envelope of dialect feltech, for any key.
"""

from collections.abc import Sequence
from typing import Final

from api import schemas
from api.dialects import sending
from api.dialects.estimates import estimate
from api.dialects.feltech import DELIVERY_STATUSES
from api.http.fields import read_query
from api.http.presence import missing, read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_reader, read_with_key
from api.routing.front import Front
from api.routing.statement import read_asked, statement_answer
from application.audit.evidence import Exhibit, charge_evidence
from application.books.actors import shown_to_customers
from application.messages.explain import Explanation, explain
from application.messages.rehearsal_explained import explain_rehearsal
from application.ports.queries import Balance
from domain.errors import NotFound
from domain.message_states import State
from domain.message_text import is_within_limits
from domain.public_ids import (
    feltech_id,
    iso_time,
    iso_time_or_none,
    parse_message_id,
    wilcybertek_id,
)
from domain.segments import non_gsm_characters, segment
from domain.tariff import TARIFF
from domain.values import Instant

LONG_CHARACTERS: Final = 10_000
"""From here on a text is cut in a thread: it would hold up the event loop."""


async def preview(front: Front, call: Call) -> Answer:
    """Say what a send would do; nothing is stored."""
    fields, caller = await read_with_key(front, call)
    account = (await front.door.admit_reader(caller, takes_tests=True)).account
    require(fields, "message")
    text = read_text(fields, "message")
    recipient = None
    if missing(fields, "to") == []:
        recipient = sending.read_single(front, fields)

    def look() -> schemas.Preview:
        cut = segment(text)
        return schemas.Preview(
            accepted=is_within_limits(cut.text),
            encoding=cut.text.encoding,
            segments=cut.text.segments,
            units=cut.units,
            remaining_in_segment=cut.remaining_in_segment,
            parts=list(cut.parts),
            non_gsm_characters=list(non_gsm_characters(text)),
            recipient=recipient.msisdn if recipient else None,
            network=recipient.route.network if recipient else None,
            credits=TARIFF.charge(cut.text.segments),
        )

    return answer(look() if len(text) < LONG_CHARACTERS else await front.read(account, look))


async def balance(front: Front, call: Call) -> Answer:
    """Give the whole balance at one position of the log."""
    account = (await admit_reader(front, call, takes_tests=True)).account
    row, as_of = await front.read_as_of(
        account, "balances", lambda: front.system.queries.balance(account)
    )
    row = row or Balance(account, available=0, reserved=0, spent=0, refunded=0, position=0)
    full = schemas.FullBalance(
        available=row.available,
        reserved=row.reserved,
        spent=row.spent,
        refunded=row.refunded,
        position=row.position,
        as_of=iso_time(as_of),
    )
    return answer(full)


async def statement(front: Front, call: Call) -> Answer:
    """List the movements of the account's wallet: what for, by whom, and why."""
    account = (await admit_reader(front, call)).account
    asked = read_asked(read_query(call))
    found = await front.read_own_writes(
        account,
        "balances",
        lambda: front.system.queries.statement(
            account, asked.span, after=asked.after, limit=asked.limit
        ),
    )
    return statement_answer(account, asked, found, named=shown_to_customers)


async def timeline(front: Front, call: Call) -> Answer:
    """Explain a message: what happened, what it cost, how it was routed, what proves it."""
    principal = await admit_reader(front, call, takes_tests=True)
    ref = parse_message_id(call.params["message_id"])
    if ref is None:
        raise NotFound("No such message.")
    offline = await front.offline()
    system = front.system

    def look_at_test() -> tuple[Explanation, Sequence[Exhibit], Instant | None]:
        account = principal.account
        explained = explain_rehearsal(system.reader, system.store, ref.number, account=account)
        if not ref.is_of(explained.accepted_at):
            raise NotFound("No such message.")
        return explained, (), None

    def look() -> tuple[Explanation, Sequence[Exhibit], Instant | None]:
        explained = explain(
            system.reader,
            system.store,
            ref.number,
            account=principal.account,
            now=system.clock.now(),
            offline=offline,
        )
        if not ref.is_of(explained.accepted_at):
            raise NotFound("No such message.")
        evidence = charge_evidence(system.store, system.reader, system.queries, ref.number)
        is_queued = explained.state is State.QUEUED
        return explained, evidence, estimate(front, ref.number) if is_queued else None

    if principal.is_test:
        found = await front.read(principal.account, look_at_test)
    else:
        found = await front.read_newest(principal.account, "ledger", look)
    return answer(schemas.MessageTimeline(data=_timeline(*found)))


def _timeline(
    explained: Explanation, evidence: Sequence[Exhibit], estimated_at: Instant | None
) -> schemas.Timeline:
    charge, route = explained.charge, explained.route
    return schemas.Timeline(
        message_id=feltech_id(explained.number),
        reference=wilcybertek_id(explained.number, explained.accepted_at),
        delivery_status=DELIVERY_STATUSES[explained.status],
        state=explained.state,
        recipient=explained.recipient,
        sender_id=explained.sender_id,
        client_reference=explained.client_reference,
        request_id=explained.request_id,
        lane=explained.lane,
        category=explained.category,
        send_at=iso_time_or_none(explained.send_at),
        held_until=iso_time_or_none(explained.held_until),
        estimated_send_at=iso_time_or_none(estimated_at),
        expires_at=iso_time(explained.expires_at),
        summary=explained.summary,
        charge=schemas.TimelineCharge(
            credits=charge.credits,
            segments=charge.segments,
            encoding=charge.encoding,
            tariff=charge.tariff,
            state=charge.state,
            description=charge.words,
        ),
        route=schemas.TimelineRoute(
            network=route.network, plan=route.plan, description=route.words
        ),
        evidence=list(explained.evidence),
        timeline=[
            schemas.TimelineStep(
                at=iso_time(step.at),
                event=step.event,
                description=step.words,
                actor=shown_to_customers(step.actor),
                reason=step.reason,
            )
            for step in explained.steps
        ],
        ledger=[
            schemas.LedgerEvent(
                position=one.position,
                at=iso_time(one.at),
                event=one.event,
                postings=[
                    schemas.LedgerPosting(
                        account=line.account,
                        unit=line.commodity,  # type: ignore[arg-type]  # one of the literals
                        amount=line.amount,
                    )
                    for line in one.postings
                ],
                sealed=one.is_sealed,
            )
            for one in evidence
        ],
    )
