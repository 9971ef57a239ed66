"""``/api/v1/inbound`` and ``/api/v1/suppressions``: who answered, and who wants no promotions."""

from collections.abc import Mapping
from functools import partial

from api import schemas
from api.http.fields import read_query
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_reader
from api.routing.front import Front
from application.ports.queries import InboundRow, SuppressionRow
from domain.errors import InvalidRequest
from domain.page_sizes import LIST_PAGE
from domain.public_ids import inbound_id, iso_time, parse_inbound_id
from domain.suppression import EVERYBODY
from domain.written import NUMBER_MAX, check_whole


async def inbox(front: Front, call: Call) -> Answer:
    """List messages that came in for the account, newest first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    before = NUMBER_MAX
    if query.get("before"):
        found = parse_inbound_id(query["before"])
        if found is None:
            msg = "The before must be the id of a message that came in, for example in_12."
            raise InvalidRequest(msg, field="before")
        before = found
    question = partial(front.system.queries.inbox, account, before=before, limit=_limit(query))
    rows = await front.read_newest(account, "inbox", question)
    return answer(schemas.InboundMessages(data=[_message(row) for row in rows]))


async def suppressions(front: Front, call: Call) -> Answer:
    """List numbers that get no promotional messages of the account, newest first."""
    account = (await admit_reader(front, call)).account
    query = read_query(call)
    before = check_whole(query.get("before") or NUMBER_MAX, "before", least=1, most=NUMBER_MAX)
    queries = front.system.queries
    question = partial(queries.suppressions, account, before=before, limit=_limit(query))
    rows = await front.read_newest(account, "suppressions", question)
    return answer(schemas.SuppressedNumbers(data=[_suppressed(row) for row in rows]))


def _limit(query: Mapping[str, str]) -> int:
    return check_whole(query.get("limit") or LIST_PAGE, "limit", least=1, most=LIST_PAGE)


def _message(row: InboundRow) -> schemas.InboundMessage:
    return schemas.InboundMessage(
        id=inbound_id(row.number),
        sender=row.sender,
        recipient=row.recipient,
        message=row.text,
        exact=row.is_exact,
        parts=row.parts,
        missing=row.missing,
        keyword=None if row.word is None else row.word.value,
        received_at=iso_time(row.received_at),
    )


def _suppressed(row: SuppressionRow) -> schemas.SuppressedNumber:
    return schemas.SuppressedNumber(
        id=row.number,
        recipient=row.msisdn,
        scope="all" if row.account == EVERYBODY else "account",
        by="staff" if row.inbound is None else "recipient",
        since=iso_time(row.since),
    )
