"""The steps that every send has in common, in the contract's order (decision 14)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple
from uuid import UUID

from api.dialects.dialect import Dialect
from api.dialects.options import read_options
from api.door.caller import Caller
from api.http.fields import Exponential, Fields, read_list
from api.http.presence import read_text
from api.http.wire import Call, Headers
from api.routing.front import Front
from api.routing.idempotency import REPLAYED, read_idempotency_key
from application.accounts.principal import Principal
from application.messages.accept import SendMessages
from application.messages.accepted import Accepted
from application.messages.rehearsing import SendTests
from application.messages.sending import Recipient, Sending
from application.messages.suppressing import Suppressible
from domain.bulk import check_recipients
from domain.errors import (
    IdempotencyInProgress,
    InsufficientCredits,
    InvalidRecipient,
    InvalidRequest,
    RecipientOptedOut,
)
from domain.fates import Fate, fate_of
from domain.idempotency import IDEMPOTENCY_KEY
from domain.message.options import Options
from domain.message_text import check_length
from domain.msisdn import Numbering, normalise
from domain.segments import Text
from domain.sender_id_rules import check_sender_id
from domain.suppression import EVERYBODY
from domain.values import Category, Lane, Network

TRIES_MAX: Final = 4
"""How often a bulk is tried without who says STOP meanwhile."""

NO_TEXT: Final = Text.measured("")


class Body(NamedTuple):
    """What a send says besides its recipients; well formed, and maybe too long."""

    text: Text
    """Empty in a personalised bulk: each recipient has its own."""
    asked_sender: str | None
    options: Options
    idempotency_key: str | None
    request_id: str | None


class Entries(NamedTuple):
    """A bulk's recipients: each number once, what is wrong with others, and how they are placed."""

    recipients: list[Recipient]
    faults: dict[int, str]
    places: dict[int, int]
    """For each usable entry, the place of its number among the recipients."""

    def repeated(self, accepted: Accepted) -> int:
        """Count the entries that repeat an earlier one and cost nothing for that."""
        return len(self.places) - len(self.skipped(accepted)) - accepted.count

    def skipped(self, accepted: Accepted) -> list[int]:
        """Give the entries, by their index, to which nothing was sent: they opted out."""
        return [index for index, place in self.places.items() if place in accepted.skipped]


def read_body(
    front: Front,
    call: Call,
    fields: Mapping[str, Any],
    *,
    is_bulk: bool,
    is_personal: bool = False,
) -> Body:
    """Check the fields that all sends have.

    Raises:
        InvalidRequest: one is there but cannot be used.
    """
    return Body(
        text=NO_TEXT if is_personal else Text.measured(read_text(fields, "message")),
        asked_sender=_read_sender(fields.get("sender_id")),
        options=read_options(
            fields,
            default_lane=Lane.BULK if is_bulk else Lane.NORMAL,
            now=front.system.clock.now(),
        ),
        idempotency_key=read_idempotency_key(call),
        request_id=call.noted_id,
    )


def _read_sender(asked: object) -> str | None:
    if asked is None:
        return None
    if not isinstance(asked, str):
        msg = "The sender_id must be a string."
        raise InvalidRequest(msg, field="sender_id")
    return check_sender_id(asked) if asked.strip() else None


def read_recipient(numbering: Numbering, written: object, index: int = 0) -> Recipient:
    """Read one recipient in any written form; a JSON number too.

    Raises:
        InvalidRecipient: it is not a number that a SIM could reach.
    """
    if isinstance(written, Exponential):
        msg = "The recipient is written with an exponent, which loses digits: send it as text."
        raise InvalidRecipient(msg)
    if isinstance(written, float) and written.is_integer() and abs(written) < 1e15:
        written = int(written)
    if not isinstance(written, str | int):
        msg = "The recipient must be a phone number, for example 260977123456."
        raise InvalidRecipient(msg)
    msisdn = normalise(written)
    return Recipient(index, str(written), msisdn, numbering.route(msisdn))


def read_single(front: Front, fields: Mapping[str, Any]) -> Recipient:
    """Read the recipient of a single send.

    Raises:
        InvalidRequest: it is a list or an object.
        InvalidRecipient: it is not a number that a SIM could reach.
    """
    written = fields["to"]
    if isinstance(written, list | dict | bool):
        msg = "The to field must be one phone number."
        raise InvalidRequest(msg, field="to")
    return read_recipient(front.system.terms.numbering, written)


def check_list(fields: Fields, name: str) -> list[Any]:
    """Check that a field is a list, and not longer than a bulk's can be.

    Raises:
        InvalidRequest: it is no list.
        TooManyRecipients: it is too long.
    """
    entries = read_list(fields, name)
    if entries is None:
        msg = f"The {name} field must be an array of phone numbers."
        raise InvalidRequest(msg, field=name)
    check_recipients(len(entries))
    return entries


def read_entries(front: Front, entries: Sequence[Any]) -> Entries:
    """Read a bulk's recipients; a number listed twice is sent once."""
    recipients: list[Recipient] = []
    faults: dict[int, str] = {}
    places: dict[int, int] = {}
    place_of: dict[str, int] = {}
    numbering = front.system.terms.numbering
    for index, written in enumerate(entries):
        try:
            recipient = read_recipient(numbering, written, index)
        except InvalidRecipient as fault:
            faults[index] = str(fault)
            continue
        place = place_of.setdefault(recipient.msisdn, len(recipients))
        if place == len(recipients):
            recipients.append(recipient)
        places[index] = place
    return Entries(recipients, faults, places)


async def limit(
    front: Front,
    dialect: Dialect,
    caller: Caller,
    policy: Literal["single", "bulk", "read"],
    principal: Principal,
) -> None:
    """Count a call against its account's limit, all its keys together.

    Raises:
        RateLimited: the limit is used up.
    """
    own: int | None = getattr(principal, f"{policy}_limit")
    per_minute = dialect.per_minute(own, getattr(front.system.terms.limits, policy))
    if principal.is_test:  # free of charge, so bounded in every dialect; and apart from what is not
        per_minute = getattr(front.system.terms.limits, policy) if own is None else own
    await front.limit_account(caller, policy, principal.log, per_minute)


async def send(
    front: Front,
    dialect: Dialect,
    principal: Principal,
    body: Body,
    recipients: Sequence[Recipient],
    *,
    is_bulk: bool,
) -> Accepted:
    """Run the command; under an idempotency key an answer that is slow becomes a 409.

    Raises:
        MessageTooLong: the text is.
        RecipientOptedOut: no recipient takes promotional messages.
        NgomaError: the command's refusal, or the store's state.
    """
    check_length(body.text)
    system, options = front.system, body.options
    at = system.clock.now()
    digest = None
    if dialect.knows_repeats:
        text, whom = body.text.value, ["\x01".join(recipient.said) for recipient in recipients]
        digest = system.digests.request(principal.log, whom, text, *options.said(), is_bulk=is_bulk)
    sending = Sending(
        principal=principal,
        text=body.text,
        recipients=recipients,
        is_bulk=is_bulk,
        asked_sender=body.asked_sender,
        require_approved_sender=dialect.requires_approved_sender,
        idempotency_key=body.idempotency_key,
        request_id=body.request_id,
        digest=digest,
        options=options,
        offline=frozenset() if options.later(at) else await _offline(front, principal, recipients),
        at=at,
        suppressible=_suppressible(front, principal.account, options.category, recipients),
    )
    command = SendTests if principal.is_test else SendMessages
    for _ in range(TRIES_MAX):
        try:
            return await _run(front, command(sending), body)
        except RecipientOptedOut as refusal:
            skipped = sending.skipped.union(refusal.places)
            if not is_bulk or len(skipped) == len(recipients):
                raise
            sending = replace(sending, skipped=skipped)
    raise RecipientOptedOut(sorted(sending.skipped))


async def _offline(
    front: Front, principal: Principal, recipients: Sequence[Recipient]
) -> frozenset[Network]:
    """Give the networks that count as offline: for tests, where the number for it is."""
    if not principal.is_test:
        return await front.offline()
    return frozenset(one.route.network for one in recipients if fate_of(one.msisdn) is Fate.OFFLINE)


def _suppressible(
    front: Front, account: int, category: Category, recipients: Sequence[Recipient]
) -> list[tuple[UUID, ...]]:
    if category is not Category.PROMOTIONAL:
        return []
    digests = front.system.digests
    return [
        tuple(Suppressible.of(digests, whose, one.msisdn).id for whose in (account, EVERYBODY))
        for one in recipients
    ]


async def _run(front: Front, command: SendMessages, body: Body) -> Accepted:
    try:
        if body.idempotency_key is None:
            return await front.run(command)
        return await front.run(command, wait_s=front.system.accept_wait_s, late=_in_progress)
    except InsufficientCredits as error:
        error.top_up_url = front.top_up_url
        raise


def _in_progress() -> IdempotencyInProgress:
    msg = f"The first request with this {IDEMPOTENCY_KEY} is still running."
    return IdempotencyInProgress(msg)


def replayed(accepted: Accepted) -> Headers:
    """Give the header of an answer that was given before."""
    return REPLAYED if accepted.replayed else ()
