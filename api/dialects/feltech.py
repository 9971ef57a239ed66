"""Dialect feltech: ``/api/v1/sms/*``, ``/api/sms/logs``, ``/api/sender-ids``, a Bearer key."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal

from msgspec import UNSET

from api import schemas
from api.dialects import personal, sending
from api.dialects.dialect import FELTECH
from api.dialects.estimates import estimate
from api.dialects.logs import Page, read_before, read_page, read_status
from api.http.fields import Fields, read_query
from api.http.presence import read_text, require
from api.http.refusals import InvalidEntries
from api.http.wire import Answer, Call, answer
from api.routing.admission import admit_manager, admit_reader, admit_writer
from api.routing.front import Front
from application.accounts import RequestSenderId
from application.accounts.principal import Principal
from application.books.contents import read_client_reference
from application.ports.queries import PUBLIC_STATUS, LogEntry, LogFilter, SenderIdRow
from domain.errors import InvalidRequest, NotFound, NotPermitted
from domain.message import Message, State, message_id
from domain.mode import check_mode, log_of
from domain.page_sizes import FELTECH_PAGE
from domain.public_ids import batch_id, iso_time, iso_time_or_none, parse_message_id
from domain.rehearsal import Rehearsal, rehearsal_id
from domain.sender_id_rules import check_sender_id, check_use_case
from domain.values import Category, Instant

OTHER_LOG: Final = "An API key reads the log of its own mode; a session reads either."
SENDER_IDS_WAIT: Final = "directory"
"""The projection that lists sender IDs."""

LogStatus = Literal["Pending", "Sent", "Failed"]

LOG_STATUSES: Final[Mapping[str, LogStatus]] = {
    "queued": "Pending",
    "sent": "Sent",
    "failed": "Failed",
}

DELIVERY_STATUSES: Final[Mapping[str, Literal["pending", "sent", "failed"]]] = {
    "queued": "pending",
    "sent": "sent",
    "failed": "failed",
}

_BEGIN: Final = (Message.Queued, Rehearsal.Accepted)
_END_UNSENT: Final = (
    *(Message.Failed, Message.Expired, Message.Cancelled),
    *(Rehearsal.Failed, Rehearsal.Cancelled),
)

SenderIdWord = Literal["Pending", "Approved", "Rejected"]

SENDER_ID_WORDS: Final[Mapping[str, SenderIdWord]] = {
    "pending": "Pending",
    "approved": "Approved",
    "rejected": "Rejected",
}


async def send(front: Front, call: Call) -> Answer:
    """Send one message."""
    principal, fields = await admit_writer(front, call)
    return await send_for(front, call, principal, fields)


async def send_for(front: Front, call: Call, principal: Principal, fields: Fields) -> Answer:
    """Send one message for whoever was let in."""
    await sending.limit(front, FELTECH, front.caller(call), "single", principal)
    require(fields, "to", "message")
    body = sending.read_body(front, call, fields, is_bulk=False)
    recipient = sending.read_single(front, fields)
    accepted = await sending.send(front, FELTECH, principal, body, [recipient], is_bulk=False)
    message_id = FELTECH.message_id(accepted.number(0), accepted.accepted_at)
    sent = schemas.SentMessage(message_id=message_id)
    return answer(sent, headers=sending.replayed(accepted))


async def send_bulk(front: Front, call: Call) -> Answer:
    """Send one text to many: all of them, or nothing when one number cannot be used."""
    principal, fields = await admit_writer(front, call)
    return await send_bulk_for(front, call, principal, fields)


async def send_bulk_for(front: Front, call: Call, principal: Principal, fields: Fields) -> Answer:
    """Send to many for whoever was let in."""
    await sending.limit(front, FELTECH, front.caller(call), "bulk", principal)
    is_personal = personal.is_personal(fields)
    others = ("to", "message")
    require(fields, *((personal.MESSAGES,) if is_personal else others))
    body = sending.read_body(front, call, fields, is_bulk=True, is_personal=is_personal)
    if is_personal:
        reference = body.options.client_reference
        given, entries = personal.read_entries(front, fields, others=others, reference=reference)
    else:
        given = sending.check_list(fields, "to")
        entries = sending.read_entries(front, given)
    if entries.faults:
        raise InvalidEntries(entries.faults, where="messages.{}.to" if is_personal else "to.{}")
    accepted = await sending.send(front, FELTECH, principal, body, entries.recipients, is_bulk=True)
    skipped = set(entries.skipped(accepted))
    sent = schemas.SentBulk(
        batch_id=batch_id(accepted.batch),
        queued=accepted.count,
        log_ids=[
            None if index in skipped else accepted.number(entries.places[index])
            for index in range(len(given))
        ],
        duplicates=entries.repeated(accepted),
        skipped=UNSET
        if body.options.category is Category.TRANSACTIONAL
        else [schemas.SkippedRecipient(index=index) for index in sorted(skipped)],
    )
    return answer(sent, headers=sending.replayed(accepted))


async def status(front: Front, call: Call) -> Answer:
    """Say where a message stands, from the message itself; its id in either dialect's form."""
    principal = await admit_reader(front, call, takes_tests=True)
    ref = parse_message_id(call.params["message_id"])
    if ref is None:
        raise _no_message()
    key = rehearsal_id(ref.number) if principal.is_test else message_id(ref.number)
    events = await front.read(principal.account, lambda: front.system.reader.events(key))
    queued = events[0] if events else None
    if not isinstance(queued, _BEGIN) or queued.account != principal.account:
        raise _no_message()
    if not ref.is_of(queued.at):
        raise _no_message()
    state = State.QUEUED
    sent_at: Instant | None = None
    for event in events:
        if isinstance(event, Message.Sent | Rehearsal.Sent):
            state, sent_at = State.SENT, event.at
        elif isinstance(event, _END_UNSENT):
            state = State.FAILED
    when, reference = iso_time_or_none(sent_at), None
    if queued.client_reference is not None:
        reference = await front.read(
            principal.account,
            lambda: read_client_reference(ref.number, source=front.system.store),
        )
    estimated_at = None
    if state is State.QUEUED:
        estimated_at = await front.read(principal.account, lambda: estimate(front, ref.number))
    data = schemas.DeliveryStatus(
        message_id=FELTECH.message_id(ref.number, queued.at),
        delivery_status=DELIVERY_STATUSES[PUBLIC_STATUS[state]],
        sent_at_published=when,
        sent_at=when,
        estimated_send_at=iso_time_or_none(estimated_at),
        client_reference=reference,
    )
    return answer(schemas.MessageStatus(data=data))


def _no_message() -> NotFound:
    return NotFound("No such message.")


async def logs(front: Front, call: Call) -> Answer:
    """List the account's messages, newest first; with a test key, or as asked, its tests."""
    principal = await admit_reader(front, call, takes_tests=True)
    query = read_query(call)
    log = log_of(principal.account, check_mode(query.get("mode") or principal.mode))
    if principal.key_id is not None and log != principal.log:
        raise NotPermitted(OTHER_LOG)
    page = Page(read_page(query.get("page")), FELTECH_PAGE)
    wanted = LogFilter(
        status=read_status(query.get("status"), LOG_STATUSES),
        search=query.get("search") or None,
        offset=page.offset,
        limit=FELTECH_PAGE,
        before=read_before(query.get("before")),
    )
    question = partial(front.system.queries.log, log, wanted, gives_up=call.has_hung_up)
    found = await front.read_own_writes(log, "message_log", question, is_slow=wanted.is_slow)
    shown = len(found.entries)
    shown_page = schemas.FeltechLogPage(
        current_page=page.number,
        data=[_log_entry(entry) for entry in found.entries],
        per_page=FELTECH_PAGE,
        total=found.total,
        last_page=max(page.count_of(found.total), 1),
        first_item=page.offset + 1 if shown else None,
        last_item=page.offset + shown if shown else None,
    )
    return answer(schemas.FeltechLog(data=shown_page))


def _log_entry(entry: LogEntry) -> schemas.FeltechLogEntry:
    return schemas.FeltechLogEntry(
        id=entry.number,
        recipient=entry.recipient,
        message=entry.text,
        sender_id=entry.sender_id,
        sender_used=entry.sender_used,
        client_reference=entry.client_reference,
        status=LOG_STATUSES[entry.status],
        delivery=entry.delivery,
        cost=entry.credits,
        credits_refunded=entry.credits_refunded,
        sent_at=iso_time_or_none(entry.sent_at),
        created_at=iso_time(entry.queued_at),
    )


async def request_sender_id(front: Front, call: Call) -> Answer:
    """Ask for a sender ID."""
    principal, fields = await admit_manager(front, call)
    require(fields, "name", "use_case")
    name = _read_name(fields["name"])
    use_case = check_use_case(read_text(fields, "use_case"))
    command = RequestSenderId(
        principal.account,
        name=name,
        use_case=use_case,
        at=front.system.clock.now(),
        key_id=principal.key_id,
    )
    requested = await front.run(command)
    created = schemas.SenderIdRequest(
        id=requested.number,
        user_id=principal.account,
        name=name,
        use_case=use_case,
        status="Pending",
        created_at=iso_time(requested.created_at),
    )
    return answer(created, status=201)


async def sender_ids(front: Front, call: Call) -> Answer:
    """List the account's sender IDs, oldest first."""
    principal = await admit_reader(front, call, takes_tests=True)
    account = principal.account
    rows = await front.read_newest(
        account, SENDER_IDS_WAIT, partial(front.system.queries.sender_ids, account)
    )
    return answer(schemas.SenderIdRequests(data=[_sender_id(row) for row in rows]))


def _read_name(name: Any) -> str:
    if not isinstance(name, str):
        msg = "The name must be a string."
        raise InvalidRequest(msg, field="name")
    try:
        return check_sender_id(name)
    except InvalidRequest as error:
        raise InvalidRequest(str(error), field="name") from error


def _sender_id(row: SenderIdRow) -> schemas.SenderIdRequest:
    return schemas.SenderIdRequest(
        id=row.number,
        user_id=row.account,
        name=row.name,
        use_case=row.use_case,
        status=SENDER_ID_WORDS[row.status],
        created_at=iso_time(row.created_at),
    )
