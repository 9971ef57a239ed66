"""Finance at work over HTTP: matching, exceptions, and what is done about them."""

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import msgspec

from api.http.fields import read_fields, read_query
from api.http.presence import missing, read_text, require
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from api.schemas import exceptions as schemas
from api.staff.changing import waits
from api.staff.door import admit_staff, look
from api.staff.fields import read_choice, read_page_size, read_reason, read_yes
from application.accounts.loose_money import PrepareAssignment, PrepareWriteOff
from application.money.cases import NoteCase, read_subject
from application.money.exceptions import ToExplain, money_exceptions
from application.money.matching import MatchByHand, Unmatch
from application.money.receipt_shown import show_receipt
from application.money.reconciling import Found, Reconciled, reconcile
from application.money.refunds import PaidByHand
from application.money.unknown_callbacks import show_callback
from domain.errors import InvalidRequest
from domain.matching import Rule, Trouble
from domain.matching.findings import WORDS
from domain.page_sizes import LIST_PAGE_MAX
from domain.public_ids import iso_time, parse_callback_id, parse_top_up_id
from domain.receipt import receipt_id
from domain.receipt.known import PARTS_MAX
from domain.receipt.names import ReceiptName, parse_receipt_name
from domain.span import read_as_of
from domain.values import SECOND, Instant
from domain.written import NUMBER_MAX, check_whole

AMOUNT_MAX: Final = 10**14
"""Ngwee: as much as can be written in kwacha."""


async def exceptions(front: Front, call: Call) -> Answer:
    """List what has to be explained, oldest first."""
    actor = await admit_staff(front, call)
    await look(front, actor, "finance_exceptions")
    query = read_query(call)
    kinds = []
    if query.get("kind"):
        kinds = [Trouble(read_choice(query, "kind", [one.value for one in Trouble]))]
    as_of, limit = read_as_of(query.get("as_of") or None), read_page_size(query)
    system = front.system
    found = await front.read_newest(
        actor.account,
        "receipts",
        lambda: money_exceptions(system.queries, now=system.clock.now(), as_of=as_of, kinds=kinds),
    )
    return answer(
        schemas.ExceptionsAnswer(
            as_of=iso_time(found.as_of),
            count=len(found.found),
            to_match=found.to_match,
            data=[_exception(one, found.as_of) for one in found.found[:limit]],
        )
    )


async def match(front: Front, call: Call) -> Answer:
    """Match what is open of statements; one run at a time in a process."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    wanted = tuple(
        None if missing(fields, name) else read_text(fields, name)
        for name in ("provider", "wallet")
    )
    is_dry, system = _flag(fields, "dry_run"), front.system

    def is_wanted(name: str) -> bool:
        return all(
            one in {None, part} for one, part in zip(wanted, name.split("/", 1), strict=True)
        )

    def run() -> list[Reconciled]:
        head = system.store.head()
        system.queries.reached(head, timeout_s=system.log_wait_s, projection="receipts")
        return list(
            reconcile(
                system.queries,
                execute=system.committer.execute,
                clock=system.clock,
                digests=system.digests,
                traits=system.mobile_money.traits,
                actor=actor,
                is_wanted=is_wanted,
                is_dry=is_dry,
            )
        )

    done = await front.run_long(run)
    return answer(schemas.MatchAnswer(data=[_matched(one, is_dry=is_dry) for one in done]))


async def receipt(front: Front, call: Call) -> Answer:
    """Show what is known of a receipt."""
    actor = await admit_staff(front, call)
    await look(front, actor, "finance_receipt")
    query = read_query(call)
    require(query, "receipt")
    name = parse_receipt_name(query["receipt"])
    shown = await front.read(actor.account, partial(show_receipt, front.system.reader, name))
    return answer(schemas.ReceiptAnswer(data=msgspec.convert(shown, schemas.ReceiptShown)))


async def callback(front: Front, call: Call) -> Answer:
    """Show what a callback about no payment of ours said."""
    actor = await admit_staff(front, call)
    query = read_query(call)
    require(query, "callback")
    number = parse_callback_id(query["callback"])
    if number is None:
        msg = "The callback must be the id of one, for example cb_7."
        raise InvalidRequest(msg, field="callback")
    await look(front, actor, "finance_callback", number)
    shown = await front.read(actor.account, partial(show_callback, front.system.store, number))
    return answer(schemas.CallbackAnswer(data=msgspec.convert(shown, schemas.CallbackShown)))


# -- by two ---------------------------------------------------------------------------------------


async def assign(front: Front, call: Call) -> Answer:
    """Prepare that money which credited nobody credits an account."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "receipt", "account_id")
    account = check_whole(fields["account_id"], "account_id", least=1, most=NUMBER_MAX)
    entry = await front.run(
        PrepareAssignment(
            _receipt(fields, "receipt"),
            account,
            is_into_open=read_yes(fields, "into_open"),
            actor=actor,
            reason=read_reason(fields),
            at=front.system.clock.now(),
        )
    )
    return waits(entry)


async def write_off(front: Front, call: Call) -> Answer:
    """Prepare that what is open of a receipt is given up."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "receipt")
    entry = await front.run(
        PrepareWriteOff(
            _receipt(fields, "receipt"),
            is_into_open=read_yes(fields, "into_open"),
            actor=actor,
            reason=read_reason(fields),
            at=front.system.clock.now(),
        )
    )
    return waits(entry)


# -- alone ----------------------------------------------------------------------------------------


async def match_line(front: Front, call: Call) -> Answer:
    """Say by hand whose money a line shows."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "line", "receipts")
    line, amount = _receipt(fields, "line"), None
    if not missing(fields, "amount_ngwee"):
        amount = check_whole(
            fields["amount_ngwee"], "amount_ngwee", least=-AMOUNT_MAX, most=AMOUNT_MAX
        )
    parts = await front.run(
        MatchByHand(
            receipt_id(*line),
            [receipt_id(*one) for one in _receipts(fields)],
            amount_ngwee=amount,
            is_into_open=read_yes(fields, "into_open"),
            actor=actor,
            reason=read_reason(fields),
            at=front.system.clock.now(),
        )
    )
    return answer(schemas.MatchedLine(line=str(line), parts=parts))


async def unmatch(front: Front, call: Call) -> Answer:
    """Take a match back."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "line", "part")
    line = _receipt(fields, "line")
    part = check_whole(fields["part"], "part", least=1, most=NUMBER_MAX)
    reason, at = read_reason(fields), front.system.clock.now()
    into_open = read_yes(fields, "into_open")
    await front.run(
        Unmatch(receipt_id(*line), part, is_into_open=into_open, actor=actor, reason=reason, at=at)
    )
    return answer(schemas.FinanceDone(what=str(line)))


async def note(front: Front, call: Call) -> Answer:
    """Note whose work an exception is, what is known, and that it is done."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "what")
    what = read_text(fields, "what")
    subject = read_subject(what, field="what")
    owner = None
    if not missing(fields, "owner"):
        owner = check_whole(fields["owner"], "owner", least=1, most=NUMBER_MAX)
    words = {"reason": fields["note"]} if not missing(fields, "note") else {}
    await front.run(
        NoteCase(
            subject,
            owner=owner,
            is_closed=_flag(fields, "done"),
            actor=actor,
            note=read_reason(words, is_required=False),
            at=front.system.clock.now(),
        )
    )
    return answer(schemas.FinanceDone(what=what))


async def paid_out(front: Front, call: Call) -> Answer:
    """Record that an approved refund was paid by hand."""
    actor, fields = await admit_staff(front, call), read_fields(call)
    require(fields, "topup_id")
    what = read_text(fields, "topup_id")
    number = parse_top_up_id(what)
    if number is None:
        msg = "The topup_id must be the id of a top-up, for example top_7."
        raise InvalidRequest(msg, field="topup_id")
    reason, at = read_reason(fields), front.system.clock.now()
    await front.run(PaidByHand(number, actor=actor, reason=reason, at=at))
    return answer(schemas.FinanceDone(what=what))


# -- reading --------------------------------------------------------------------------------------


def _receipt(fields: Mapping[str, Any], name: str) -> ReceiptName:
    return parse_receipt_name(read_text(fields, name), field=name)


def _receipts(fields: Mapping[str, Any]) -> list[ReceiptName]:
    given = fields["receipts"]
    texts = given if isinstance(given, list) else [given]
    if len(texts) > PARTS_MAX or not all(isinstance(one, str) for one in texts):
        msg = f"The receipts are up to {PARTS_MAX} names of receipts."
        raise InvalidRequest(msg, field="receipts")
    return [parse_receipt_name(one, field="receipts") for one in texts]


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    if missing(fields, name):
        return False
    given = fields[name]
    if isinstance(given, str) and given.lower() in {"true", "false"}:
        return given.lower() == "true"
    if not isinstance(given, bool):
        msg = f"The {name} must be true or false."
        raise InvalidRequest(msg, field=name)
    return given


# -- as it is answered ----------------------------------------------------------------------------


def _exception(one: ToExplain, as_of: Instant) -> schemas.ExceptionShown:
    return schemas.ExceptionShown(
        kind=one.kind,
        what=one.name,
        wallet=one.wallet,
        amount_ngwee=one.amount_ngwee,
        since=iso_time(one.since),
        age_s=(as_of - one.since) // SECOND,
        cause=one.cause,
        account_id=one.account,
        owner=one.owner,
        note=one.note,
        noted_by=one.noted_by,
        done=one.is_closed,
        meaning=WORDS[one.kind],
    )


def _matched(one: Reconciled, *, is_dry: bool) -> schemas.MatchedWallet:
    return schemas.MatchedWallet(
        wallet=one.wallet,
        lines=one.lines,
        until=iso_time(one.until),
        dry_run=is_dry,
        recorded=dict(one.recorded),
        rules=dict(Counter(f.rule for f in one.found if f.rule)),
        troubles=dict(Counter(f.trouble for f in one.found if f.trouble)),
        found=[_found(f) for f in one.found[:LIST_PAGE_MAX]],
        hints=[
            schemas.MatchHint(
                receipt=str(hint.receipt),
                reference=hint.reference,
                score=hint.score,
                evidence=list(hint.evidence),
            )
            for hint in one.hints[:LIST_PAGE_MAX]
        ],
    )


def _found(found: Found) -> schemas.MatchFound:
    return schemas.MatchFound(
        receipt=str(found.receipt),
        amount_ngwee=found.amount_ngwee,
        rule=Rule(found.rule) if found.rule else None,
        evidence=list(found.evidence),
        shows=list(found.shows),
        trouble=Trouble(found.trouble) if found.trouble else None,
    )
