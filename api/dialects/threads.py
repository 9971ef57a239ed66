"""``/api/v1/threads``: what an account and one number said to each other."""

import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from api import schemas
from api.dialects.feltech import LOG_STATUSES
from api.http.fields import read_query
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_reader
from api.routing.front import Front
from application.ports.queries import NEWEST, InboundRow, LogEntry, Older, Said
from domain.errors import InvalidRequest, NotFound
from domain.msisdn import normalise
from domain.page_sizes import LIST_PAGE, THREAD_PAGE
from domain.public_ids import feltech_id, inbound_id, iso_time, iso_time_or_none
from domain.written import NUMBER_MAX, check_whole

_OLDER: Final = re.compile(r"([0-9]{1,19})-([0-9]{1,19})", re.ASCII)
NO_THREAD: Final = "There are no messages with this number."


async def threads(front: Front, call: Call) -> Answer:
    """List the account's conversations, those with the newest message first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    question = partial(
        front.system.queries.threads, account, before=_before(query), limit=_limit(query)
    )
    found = await front.read_newest(account, "message_log", question)
    rows = [schemas.ThreadRow(number=one.msisdn, last=_said(one.last)) for one in found.threads]
    return answer(schemas.Threads(data=rows, next=_next(found.older)))


async def thread(front: Front, call: Call) -> Answer:
    """Give what the account and one number said to each other, newest first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    msisdn = normalise(call.params["msisdn"])
    before = _before(query)
    question = partial(
        front.system.queries.thread, account, msisdn, before=before, limit=_limit(query)
    )
    found = await front.read_newest(account, "message_log", question)
    if before == NEWEST and found.older is None and not found.said:
        raise NotFound(NO_THREAD)
    said = [_said(one) for one in found.said]
    return answer(schemas.ThreadShown(number=msisdn, data=said, next=_next(found.older)))


def _limit(query: Mapping[str, str]) -> int:
    return check_whole(query.get("limit") or THREAD_PAGE, "limit", least=1, most=LIST_PAGE)


def _before(query: Mapping[str, str]) -> Older:
    written = query.get("before")
    if not written:
        return NEWEST
    found = _OLDER.fullmatch(written)
    places = [int(each) for each in found.groups()] if found else []
    if not places or max(places) > NUMBER_MAX:
        msg = "The before must be the next of an answer, for example 4711-12."
        raise InvalidRequest(msg, field="before")
    return Older(*places)


def _next(older: Older | None) -> str | None:
    return None if older is None else f"{older.sent}-{older.came}"


def _said(said: Said) -> schemas.ThreadMessage:
    row = said.message
    return _came(row) if isinstance(row, InboundRow) else _sent(row)


def _sent(entry: LogEntry) -> schemas.ThreadMessage:
    return schemas.ThreadMessage(
        id=feltech_id(entry.number),
        direction="out",
        message=entry.text,
        status=LOG_STATUSES[entry.status],
        delivery=entry.delivery,
        sender_id=entry.sender_id,
        cost=entry.credits,
        credits_refunded=entry.credits_refunded,
        sent_at=iso_time_or_none(entry.sent_at),
        keyword=None,
        created_at=iso_time(entry.queued_at),
    )


def _came(row: InboundRow) -> schemas.ThreadMessage:
    return schemas.ThreadMessage(
        id=inbound_id(row.number),
        direction="in",
        message=row.text,
        status=None,
        delivery=None,
        sender_id=None,
        cost=None,
        credits_refunded=None,
        sent_at=None,
        keyword=None if row.word is None else row.word.value,
        created_at=iso_time(row.received_at),
    )
