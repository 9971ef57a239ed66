"""Dialect wilcybertek: ``/api``, the key in the body or the query, errors with a code."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal

from api import schemas
from api.dialects import personal, sending
from api.dialects.dialect import WILCYBERTEK
from api.dialects.logs import Page, read_before, read_limit, read_page, read_status
from api.http.credentials import body_key, header_key
from api.http.fields import Fields, read_fields, read_query
from api.http.presence import missing_fields, require
from api.http.wire import Answer, Call, answer
from api.routing.front import Front
from application.accounts.principal import Principal
from application.messages.accepted import Accepted
from application.ports.queries import LogEntry, LogFilter
from domain.causes import meaning_of
from domain.errors import InvalidRecipient, RecipientOptedOut
from domain.msisdn import Msisdn, wire
from domain.page_sizes import WILCYBERTEK_PAGE, WILCYBERTEK_PAGE_MAX
from domain.public_ids import batch_id, iso_time, iso_time_or_none
from domain.values import Credits
from domain.wallet import CreditWallet, wallet_id

QUEUED_OFFLINE: Final = (
    "The gateway for this network is offline. The message is queued, charged, and will be sent "
    "when it is back: do not send it again."
)
QUEUED_BULK_OFFLINE: Final = (
    "The gateway is offline for all networks of this bulk. Its messages are queued, charged, and "
    "will be sent when it is back: do not send them again."
)

OPTED_OUT: Final = str(RecipientOptedOut([]))

Status = Literal["QUEUED", "SENT", "FAILED"]
STATUSES: Final[Mapping[str, Status]] = {"queued": "QUEUED", "sent": "SENT", "failed": "FAILED"}


async def send(front: Front, call: Call) -> Answer:
    """Send one message."""
    fields = read_fields(call)
    required = ("api_key", "to", "message")
    caller = front.caller(call, _key(call, fields, required))
    principal = await front.door.admit_writer(caller)
    await sending.limit(front, WILCYBERTEK, caller, "single", principal)
    require(fields, "to", "message")
    body = sending.read_body(front, call, fields, is_bulk=False)
    recipient = sending.read_single(front, fields)
    accepted = await sending.send(front, WILCYBERTEK, principal, body, [recipient], is_bulk=False)
    message_id = WILCYBERTEK.message_id(accepted.number(0), accepted.accepted_at)
    headers = sending.replayed(accepted)
    if accepted.is_all_offline:
        unavailable = schemas.GatewayUnavailable(
            message=QUEUED_OFFLINE,
            message_id=message_id,
            recipient=wire(recipient.msisdn),
            credits_used=accepted.credits_used,
            credits_remaining=accepted.credits_remaining,
            request_id=call.request_id,
        )
        return answer(unavailable, status=503, headers=headers)
    queued = schemas.QueuedMessage(
        message_id=message_id,
        recipient=wire(recipient.msisdn),
        credits_used=accepted.credits_used,
        credits_remaining=accepted.credits_remaining,
        segments=body.text.segments,
        encoding=body.text.encoding,
        network=recipient.route.network,
    )
    return answer(queued, headers=headers)


async def send_bulk(front: Front, call: Call) -> Answer:
    """Send one text to many; numbers that cannot be used are listed and cost nothing."""
    fields = read_fields(call)
    is_personal = personal.is_personal(fields)
    others = ("recipients", "message")
    required = ("messages",) if is_personal else others
    caller = front.caller(call, _key(call, fields, ("api_key", *required)))
    principal = await front.door.admit_writer(caller)
    await sending.limit(front, WILCYBERTEK, caller, "bulk", principal)
    require(fields, *required)
    body = sending.read_body(front, call, fields, is_bulk=True, is_personal=is_personal)
    if is_personal:
        reference = body.options.client_reference
        given, entries = personal.read_entries(front, fields, others=others, reference=reference)
    else:
        given = sending.check_list(fields, "recipients")
        entries = sending.read_entries(front, given)
    if not entries.recipients:
        msg = "None of the recipients is a Zambian mobile number that can be reached."
        raise InvalidRecipient(msg)
    accepted = await sending.send(
        front, WILCYBERTEK, principal, body, entries.recipients, is_bulk=True
    )
    return _bulk_answer(call, accepted, given, entries)


def _bulk_answer(
    call: Call, accepted: Accepted, given: list[Any], entries: sending.Entries
) -> Answer:
    headers = sending.replayed(accepted)
    messages = [
        schemas.BulkMessage(
            index=recipient.index,
            to=given[recipient.index],
            message_id=WILCYBERTEK.message_id(accepted.number(place), accepted.accepted_at),
            recipient=wire(recipient.msisdn),
            credits_used=accepted.credits_of(place),
        )
        for place, recipient in enumerate(entries.recipients)
        if place not in accepted.skipped
    ]
    rejected = [
        schemas.RejectedRecipient(index=index, to=_scalar(given[index]), message=fault)
        for index, fault in entries.faults.items()
    ]
    rejected += [
        schemas.RejectedRecipient(
            index=index, to=_scalar(given[index]), code="RECIPIENT_OPTED_OUT", message=OPTED_OUT
        )
        for index in entries.skipped(accepted)
    ]
    if accepted.is_all_offline:
        unavailable = schemas.GatewayUnavailableForBulk(
            message=QUEUED_BULK_OFFLINE,
            batch_id=batch_id(accepted.batch),
            credits_used=accepted.credits_used,
            credits_remaining=accepted.credits_remaining,
            messages=messages,
            rejected=rejected,
            duplicates=entries.repeated(accepted),
            offline=list(accepted.offline),
            request_id=call.request_id,
        )
        return answer(unavailable, status=503, headers=headers)
    queued = schemas.QueuedBulk(
        batch_id=batch_id(accepted.batch),
        queued=accepted.count,
        credits_used=accepted.credits_used,
        credits_remaining=accepted.credits_remaining,
        messages=messages,
        rejected=rejected,
        duplicates=entries.repeated(accepted),
        offline=list(accepted.offline),
    )
    return answer(queued, headers=headers)


def _scalar(given: object) -> object:
    """Give an entry back as it came; a list or an object, which may be deep, only as null."""
    if isinstance(given, list | dict):
        return None
    return float(given) if isinstance(given, float) else given


async def balance(front: Front, call: Call) -> Answer:
    """Say what is available, from the wallet itself."""
    principal = await _admit_reader(front, call, read_query(call))
    key = wallet_id(principal.account)
    wallet = await front.read(
        principal.account, lambda: front.system.reader.find(CreditWallet, key)
    )
    available = wallet.available if wallet is not None else 0
    return answer(schemas.CreditBalance(balance=Credits(available)))


async def logs(front: Front, call: Call) -> Answer:
    """List the account's messages, newest first."""
    query = read_query(call)
    principal = await _admit_reader(front, call, query)
    limit = read_limit(query.get("limit"), default=WILCYBERTEK_PAGE, maximum=WILCYBERTEK_PAGE_MAX)
    page = Page(read_page(query.get("page")), limit)
    wanted = LogFilter(
        status=read_status(query.get("status"), STATUSES, every="all"),
        offset=page.offset,
        limit=limit,
        before=read_before(query.get("before")),
    )
    question = partial(front.system.queries.log, principal.log, wanted)
    found = await front.read_own_writes(
        principal.log, "message_log", question, is_slow=wanted.is_slow
    )
    log = schemas.WilcybertekLog(
        page=page.number,
        limit=limit,
        total=found.total,
        pages=page.count_of(found.total),
        logs=[_log_entry(entry) for entry in found.entries],
    )
    return answer(log)


def _log_entry(entry: LogEntry) -> schemas.WilcybertekLogEntry:
    failure = None
    if entry.failure_code is not None:
        words = meaning_of(entry.failure_code).words
        failure = schemas.Failure(code=entry.failure_code, message=words)
    return schemas.WilcybertekLogEntry(
        message_id=WILCYBERTEK.message_id(entry.number, entry.queued_at),
        recipient=wire(Msisdn(entry.recipient)) if entry.recipient else None,
        message=entry.text,
        sender_id=entry.sender_id,
        sender_used=entry.sender_used,
        client_reference=entry.client_reference,
        network=entry.network,
        status=STATUSES[entry.status],
        delivery=entry.delivery,
        credits_used=entry.credits,
        credits_refunded=entry.credits_refunded,
        segments=entry.segments,
        queued_at=iso_time(entry.queued_at),
        sent_at=iso_time_or_none(entry.sent_at),
        delivered_at=iso_time_or_none(entry.delivered_at),
        failure=failure,
    )


async def _admit_reader(front: Front, call: Call, query: dict[str, str]) -> Principal:
    caller = front.caller(call, _key(call, query, ("api_key",)))
    principal = await front.door.admit_reader(caller, takes_tests=True)
    await sending.limit(front, WILCYBERTEK, caller, "read", principal)
    return principal


def _key(call: Call, fields: Fields, required: tuple[str, ...]) -> str:
    """Find the key: the body or query first, which is this dialect's own place.

    Raises:
        MissingFields: there is none; names whatever else is missing too.
    """
    key = body_key(fields)
    if key is None and call.query:
        key = body_key(read_query(call))
    key = key or header_key(call)
    if key is None:
        raise missing_fields({**fields, "api_key": None}, *required)
    return key
